import { ApiError } from "../store/index.ts";

/** What a request's path names. */
export type Target = ResourceTarget | PathTarget;

export interface ResourceTarget {
  readonly kind: "resource";
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly subresource?: string;
}

/** Anything that is no resource: discovery, health, version. */
interface PathTarget {
  readonly kind: "path";
  readonly path: string;
}

const NAMESPACE_SUBRESOURCES = new Set(["status", "finalize"]);

/** As the server's RequestInfo: `/api/v1/...` and `/apis/GROUP/VERSION/...`, with `namespaces/NAME/` before what lives in one. */
export function parseTarget(path: string): Target {
  const segments = path.split("/").filter((segment) => segment !== "");
  const isCore = segments[0] === "api";
  const prefix = isCore ? 2 : 3;
  if (!(isCore || segments[0] === "apis") || segments.length <= prefix) return { kind: "path", path };

  const [group = "", version = ""] = isCore ? ["", segments[1]] : [segments[1], segments[2]];
  const parts = segments.slice(prefix).map(decode);
  const isInNamespace = parts[0] === "namespaces" && parts.length >= 3 && !NAMESPACE_SUBRESOURCES.has(parts[2] ?? "");
  const [resource = "", name, ...rest] = isInNamespace ? parts.slice(2) : parts;
  if (rest.length > 1) return { kind: "path", path };
  const namespace = isInNamespace || (parts[0] === "namespaces" && parts.length >= 2) ? parts[1] : undefined;
  return {
    kind: "resource",
    group,
    version,
    resource,
    ...(namespace === undefined ? {} : { namespace }),
    ...(name === undefined ? {} : { name }),
    ...(rest[0] === undefined ? {} : { subresource: rest[0] }),
  };
}

function decode(segment: string): string {
  if (!segment.includes("%")) return segment;
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new ApiError(400, "BadRequest", `invalid URL escape ${JSON.stringify(segment)}`);
  }
}
