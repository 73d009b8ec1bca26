import { describe, expect, it } from "vitest";
import type { Ingress } from "../../objects/index.ts";
import { buildRouter } from "./ingress-routes.ts";

let serial = 0;
function ingress(
  rules: readonly (readonly [host: string | undefined, pathType: string, path: string, service: string])[],
  spec: object = {},
): Ingress {
  serial += 1;
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "Ingress",
    metadata: {
      name: `i${serial}`,
      namespace: "shop",
      uid: String(serial),
      creationTimestamp: `2026-01-01T00:00:0${serial}Z`,
    },
    spec: {
      ...spec,
      rules: rules.map(([host, pathType, path, name]) => ({
        ...(host !== undefined && { host }),
        http: { paths: [{ path, pathType, backend: { service: { name, port: { number: 80 } } } }] },
      })),
    },
  } as unknown as Ingress;
}

describe("ingress routes (R14)", () => {
  const route = buildRouter([
    ingress([
      ["www.example.com", "Prefix", "/", "web"],
      ["www.example.com", "Prefix", "/api", "api"],
      ["www.example.com", "Prefix", "/api/v2/", "api2"],
      ["www.example.com", "Exact", "/api", "exact"],
      ["*.example.com", "Prefix", "/", "wild"],
      [undefined, "Exact", "/healthz", "health"],
    ]),
    ingress([["www.example.com", "Prefix", "/", "later"]]),
    ingress([["other.example", "Prefix", "/", "foreign"]], { ingressClassName: "haproxy" }),
  ]);
  it.each([
    ["www.example.com", "/", "web"],
    ["WWW.example.com:8080", "/x", "web"],
    ["www.example.com", "/api", "exact"],
    ["www.example.com", "/api/", "api"],
    ["www.example.com", "/apix", "web"],
    ["www.example.com", "/api/v2", "api2"],
    ["www.example.com", "/api/v2/x", "api2"],
    ["a.example.com", "/x", "wild"],
    ["a.b.example.com", "/x", undefined],
    ["nobody.example", "/healthz", "health"],
    ["nobody.example", "/healthz/", undefined],
    ["other.example", "/", undefined],
  ])("%s%s goes to %s", (host, path, service) => expect(route(host, path)?.service).toBe(service));

  it("fall back to a default backend", () => {
    const fallback = buildRouter([
      ingress([], { defaultBackend: { service: { name: "rest", port: { name: "http" } } } }),
    ]);
    expect(fallback("any", "/")).toEqual({ namespace: "shop", service: "rest", port: "http" });
  });
});
