import { createHash } from "node:crypto";
import { forbidden } from "./access/index.ts";
import type { Answer } from "./answer.ts";
import { jsonAnswer, methodNotAllowed, pageNotFound, plainAnswer } from "./answer.ts";
import type { Call, Cluster } from "./context.ts";
import type { Discovery } from "./discovery.ts";
import type { OpenApi } from "./openapi.ts";

const AGGREGATED = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

/** The Kubernetes release whose API this is. Clients compare it with their own; the build's fields say what really answers. */
const VERSION = {
  major: "1",
  minor: "34",
  emulationMajor: "1",
  emulationMinor: "34",
  minCompatibilityMajor: "1",
  minCompatibilityMinor: "33",
  gitVersion: "v1.34.9+pocket",
  gitCommit: "",
  gitTreeState: "",
  buildDate: "1970-01-01T00:00:00Z",
  goVersion: "",
  compiler: "",
  platform: `${process.platform}/${process.arch === "x64" ? "amd64" : process.arch}`,
};

/** Everything that is no resource: version, health, discovery and schemas. */
export function answerPath(cluster: Cluster, discovery: Discovery, openApi: OpenApi, call: Call): Answer {
  const path = call.path.length > 1 && call.path.endsWith("/") ? call.path.slice(0, -1) : call.path;
  const attempt = { kind: "path", verb: call.method.toLowerCase(), path: call.path } as const;
  if (!cluster.authorizer.allows(call.user, attempt)) throw forbidden(call.user, attempt);
  if (call.method !== "GET") throw methodNotAllowed();

  const [, root, first, second, ...rest] = path.split("/");
  if (path === "/version") return jsonAnswer(200, VERSION);
  if (root === "healthz" || root === "livez" || root === "readyz") {
    return health(cluster, root, path.slice(root.length + 2), call.query);
  }
  if (root === "openapi")
    return schemas(
      openApi,
      [first, second, ...rest].filter((part) => part !== undefined),
      call,
    );
  if (rest.length > 0) return pageNotFound();

  const isAggregated = call.accepted.view === "discovery";
  if (path === "/api") {
    if (isAggregated) return aggregated(discovery.aggregated("core"), call);
    return jsonAnswer(200, discovery.apiVersions(cluster.serverAddress()));
  }
  if (path === "/apis") {
    return isAggregated ? aggregated(discovery.aggregated("groups"), call) : jsonAnswer(200, discovery.groups());
  }
  const found =
    root === "api" && second === undefined
      ? discovery.resources("", first ?? "")
      : root === "apis"
        ? second === undefined
          ? discovery.group(first ?? "")
          : discovery.resources(first ?? "", second)
        : path === "/" || path === ""
          ? { paths: rootPaths(discovery) }
          : undefined;
  return found === undefined ? pageNotFound() : jsonAnswer(200, found);
}

/** Clients keep this answer and ask whether it still holds. */
function aggregated(value: object, call: Call): Answer {
  const etag = `"${createHash("sha256").update(JSON.stringify(value)).digest("hex").toUpperCase()}"`;
  const headers = { ETag: etag, Vary: "Accept" };
  if (call.headers["if-none-match"] === etag) return { ...plainAnswer(304, ""), headers } as Answer;
  return { ...jsonAnswer(200, value, AGGREGATED), headers } as Answer;
}

function rootPaths(discovery: Discovery): readonly string[] {
  const { groups } = discovery.groups() as {
    readonly groups: readonly {
      readonly name: string;
      readonly versions: readonly { readonly groupVersion: string }[];
    }[];
  };
  const apis = groups.flatMap(({ name, versions }) => [
    `/apis/${name}`,
    ...versions.map((version) => `/apis/${version.groupVersion}`),
  ]);
  return ["/api", "/api/v1", "/apis", ...apis, "/healthz", "/livez", "/openapi/v3", "/readyz", "/version"].sort();
}

/** `?verbose` names each check, `/readyz/NAME` asks for one, `?exclude=NAME` leaves one out. */
function health(cluster: Cluster, root: string, only: string, query: URLSearchParams): Answer {
  const extra = root === "readyz" ? (cluster.extensions.readiness?.() ?? []) : [];
  const excluded = query.getAll("exclude");
  const checks = [{ name: "ping", ready: true }, ...extra].filter(
    ({ name }) => !excluded.includes(name) && (only === "" || only === name),
  );
  if (checks.length === 0) return only === "" ? plainAnswer(200, "ok") : pageNotFound();
  const isWell = checks.every(({ ready }) => ready);
  if (isWell && !query.has("verbose")) return plainAnswer(200, "ok");
  const lines = checks.map(({ name, ready }) => (ready ? `[+]${name} ok` : `[-]${name} failed: reason withheld`));
  return plainAnswer(isWell ? 200 : 500, [...lines, `${root} check ${isWell ? "passed" : "failed"}`, ""].join("\n"));
}

function schemas(openApi: OpenApi, [version, ...rest]: readonly string[], call: Call): Answer {
  if (version !== "v3") return pageNotFound();
  if (rest.length === 0) return jsonAnswer(200, openApi.index());
  const document = openApi.document(rest.join("/"));
  if (document === undefined) return pageNotFound();
  const headers = { ETag: `"${document.hash}"`, Vary: "Accept" };
  if (call.headers["if-none-match"] === headers.ETag) return { ...plainAnswer(304, ""), headers } as Answer;
  return { kind: "text", status: 200, contentType: "application/json", body: document.body, headers };
}
