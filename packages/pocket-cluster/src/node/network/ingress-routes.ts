import { servesIngress } from "../../objects/index.ts";
import type { Ingress, IngressBackend } from "../../objects/index.ts";

/** Where a request goes: a port of a Service. */
export interface Backend {
  readonly namespace: string;
  readonly service: string;
  readonly port: string | number;
}

interface Route {
  /** "" is any host; "*.example.com" one label more. */
  readonly host: string;
  readonly exact: boolean;
  /** Without a trailing slash; "" is everything. */
  readonly path: string;
  readonly backend: Backend;
}

/** Finds the backend of a request; `undefined`: no rule matches. `host` as in the Host header. */
export type Router = (host: string, path: string) => Backend | undefined;

/**
 * networking/v1 Ingress: the most exact host wins, then an exact path, then the longest prefix by whole path elements, then the
 * oldest Ingress; what no rule matches goes to a default backend.
 */
export function buildRouter(ingresses: readonly Ingress[]): Router {
  const served = ingresses.filter(servesIngress).sort(byAge);
  const routes = served.flatMap(routesOf).sort(byPrecedence);
  const [fallback] = served.flatMap(({ metadata, spec }) => backendOf(metadata.namespace, spec.defaultBackend) ?? []);
  const byHost = new Map<string, Route[]>();
  for (const route of routes) byHost.set(route.host, [...(byHost.get(route.host) ?? []), route]);

  return (hostHeader, path) => {
    const host = hostHeader.replace(/:\d+$/, "").toLowerCase();
    const wildcard = `*${host.slice(Math.max(host.indexOf("."), 0))}`;
    for (const candidate of [host, wildcard, ""]) {
      const found = byHost.get(candidate)?.find((route) => matches(route, path));
      if (found !== undefined) return found.backend;
    }
    return fallback;
  };
}

function routesOf({ metadata, spec }: Ingress): readonly Route[] {
  return (spec.rules ?? []).flatMap(({ host = "", http }) =>
    (http?.paths ?? []).flatMap(({ path = "/", pathType, backend }) => {
      const target = backendOf(metadata.namespace, backend);
      if (target === undefined) return [];
      const exact = pathType === "Exact";
      return [{ host: host.toLowerCase(), exact, path: exact ? path : path.replace(/\/+$/, ""), backend: target }];
    }),
  );
}

function backendOf(namespace: string | undefined, backend: IngressBackend | undefined): Backend | undefined {
  const service = backend?.service;
  const port = service?.port?.name ?? service?.port?.number;
  return service === undefined || port === undefined
    ? undefined
    : { namespace: namespace ?? "default", service: service.name, port };
}

function matches({ exact, path }: Route, wanted: string): boolean {
  if (exact) return wanted === path;
  return wanted === path || (wanted.startsWith(path) && wanted.charCodeAt(path.length) === SLASH);
}
const SLASH = "/".charCodeAt(0);

function byPrecedence(a: Route, b: Route): number {
  return Number(b.exact) - Number(a.exact) || b.path.length - a.path.length;
}

function byAge(a: Ingress, b: Ingress): number {
  return (
    a.metadata.creationTimestamp.localeCompare(b.metadata.creationTimestamp) ||
    a.metadata.uid.localeCompare(b.metadata.uid)
  );
}
