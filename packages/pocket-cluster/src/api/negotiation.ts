import { ApiError } from "../store/index.ts";

/** How a client wants an object shown. */
type View = "object" | "table" | "partial" | "discovery";

export interface Accepted {
  readonly view: View;
  readonly format: "json" | "yaml";
}

const PLAIN: Accepted = { view: "object", format: "json" };
/** Clients send a few header values over and over; strangers' are not kept without limit. */
const known = new Map<string, Accepted>();
const KNOWN_MAX = 256;

/** The first media type of an Accept header that we speak; 406 when there is none. Protobuf is none of them. */
export function acceptedOf(header: string | undefined): Accepted {
  if (header === undefined || header === "" || header === "*/*" || header === "application/json") return PLAIN;
  const found = known.get(header) ?? firstSupported(header);
  if (found === undefined) {
    throw new ApiError(
      406,
      "NotAcceptable",
      "only the following media types are accepted: application/json, application/yaml",
      {},
    );
  }
  if (known.size < KNOWN_MAX) known.set(header, found);
  return found;
}

function firstSupported(header: string): Accepted | undefined {
  for (const clause of header.split(",")) {
    const [type = "", ...parameters] = clause.split(";").map((part) => part.trim());
    const format = FORMATS[type.toLowerCase()];
    if (format === undefined) continue;
    const view = viewOf(new Map(parameters.map((parameter) => parameter.split("=") as [string, string])));
    if (view !== undefined) return { view, format };
  }
  return undefined;
}

const FORMATS: Readonly<Record<string, "json" | "yaml">> = {
  "application/json": "json",
  "application/*": "json",
  "*/*": "json",
  "text/plain": "json",
  "application/yaml": "yaml",
};

function viewOf(parameters: ReadonlyMap<string, string>): View | undefined {
  const as = parameters.get("as");
  if (as === undefined) return "object";
  const group = parameters.get("g");
  const version = parameters.get("v");
  if (group === "meta.k8s.io" && version === "v1") {
    if (as === "Table") return "table";
    if (as === "PartialObjectMetadata" || as === "PartialObjectMetadataList") return "partial";
  }
  return group === "apidiscovery.k8s.io" && version === "v2" && as === "APIGroupDiscoveryList"
    ? "discovery"
    : undefined;
}
