import type { Reply } from "./envelope.ts";

/** A request as the handlers see it. */
export interface Call {
  /** The path's variable part, decoded: `FR` of `/api/sites/FR`. */
  readonly parameter: string;
  /** The header's value; names are lower case. */
  header(name: string): string | undefined;
  body(): Promise<string>;
}

export interface Route {
  readonly method: "GET" | "POST";
  /** May end in one variable part: `/api/sites/:code`. */
  readonly path: string;
  readonly handle: (call: Call) => Reply | Promise<Reply>;
}

export type Match =
  | { readonly kind: "route"; readonly route: Route; readonly parameter: string }
  | { readonly kind: "other-method"; readonly route: Route; readonly allowed: string }
  | { readonly kind: "nothing" };

/** Finds a path's route. Also HEAD is answered where GET is. */
export function matcher(routes: readonly Route[]): (method: string, path: string) => Match {
  const fixed = new Map(routes.filter(({ path }) => !path.includes(":")).map((route) => [route.path, route]));
  const variable = routes
    .filter(({ path }) => path.includes(":"))
    .map((route) => ({ route, prefix: route.path.slice(0, route.path.indexOf(":")) }));

  function find(path: string): { readonly route: Route; readonly parameter: string } | undefined {
    const route = fixed.get(path);
    if (route !== undefined) return { route, parameter: "" };
    for (const { route, prefix } of variable) {
      const rest = path.slice(prefix.length);
      if (!path.startsWith(prefix) || rest === "" || rest.includes("/")) continue;
      try {
        return { route, parameter: decodeURIComponent(rest) };
      } catch {
        return undefined;
      }
    }
    return undefined;
  }

  return (method, path) => {
    const found = find(path);
    if (found === undefined) return { kind: "nothing" };
    const { route, parameter } = found;
    if (method === route.method || (method === "HEAD" && route.method === "GET"))
      return { kind: "route", route, parameter };
    return {
      kind: "other-method",
      route,
      allowed: route.method === "GET" ? "GET, HEAD, OPTIONS" : `${route.method}, OPTIONS`,
    };
  };
}
