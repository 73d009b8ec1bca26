import { describe, expect, it } from "vitest";
import { unwrap } from "../../base/index.ts";
import { parseFleet } from "./index.ts";
import type { Edit, ExampleName } from "./testing/examples.ts";
import { exampleText } from "./testing/examples.ts";

const fleetOf = (name: ExampleName, ...edits: Edit[]) => unwrap(parseFleet(exampleText(name, edits), "holdfast.yaml"));
const HUB: ExampleName = "ratings-azure-stack-hub";
const DNS_01 = "solver: { kind: dns-01, provider: azure-dns, email: hostmaster@contoso.com, secret: azure-dns }";

describe("how certificates are got (R12)", () => {
  const solverOf = (name: ExampleName, ...edits: Edit[]) => {
    const { tls } = fleetOf(name, ...edits).traffic;
    return tls.kind === "cert-manager" ? tls.solver : undefined;
  };

  it("fills in Let's Encrypt and the zone of the traffic", () => {
    expect(solverOf(HUB)).toEqual({
      kind: "dns-01",
      provider: "azure-dns",
      email: "hostmaster@contoso.com",
      secret: "azure-dns",
      server: "https://acme-v02.api.letsencrypt.org/directory",
      zone: "ratings.contoso.com",
    });
  });

  it("reads a server that takes updates, by default on port 53", () => {
    const rfc2136 = (nameserver: string) =>
      `solver: { kind: dns-01, provider: rfc2136, email: a@b.example, secret: tsig, zone: acme.example, nameserver: ${nameserver} }`;
    expect(solverOf(HUB, [DNS_01, rfc2136("10.0.0.53")])).toMatchObject({
      zone: "acme.example",
      nameserver: { host: "10.0.0.53", port: 53 },
    });
    expect(solverOf(HUB, [DNS_01, rfc2136("ns1.example:5353")])).toMatchObject({
      nameserver: { host: "ns1.example", port: 5353 },
    });
  });

  it("reads HTTP-01, a private authority, and none", () => {
    const http01 = "solver: { kind: http-01, email: a@b.example, server: https://acme.example/directory }";
    expect(solverOf(HUB, [DNS_01, http01])).toEqual({
      kind: "http-01",
      email: "a@b.example",
      server: "https://acme.example/directory",
    });
    expect(solverOf("ratings-disconnected")).toEqual({ kind: "private-ca", secret: "enclave-ca" });
    expect(fleetOf(HUB, [`    ${DNS_01}\n`, ""]).traffic.tls).toEqual({ kind: "cert-manager", issuer: "letsencrypt" });
  });
});

describe("what `holdfast check` leaves out", () => {
  it("is nothing by default", () => {
    expect(fleetOf("ratings").checks).toEqual({ suppress: [] });
  });

  it("is read with its path, reason and last day", () => {
    const checks = `checks:
  suppress:
    - { rule: spare-replica, reason: one node only, until: 2028-02-29 }
    - { rule: fixed-image, path: "application.components[0]", reason: built on site, until: 2027-03-31 }
registry:`;
    expect(fleetOf("ratings", ["registry:", checks]).checks.suppress).toEqual([
      { rule: "spare-replica", reason: "one node only", until: "2028-02-29" },
      { rule: "fixed-image", path: "application.components[0]", reason: "built on site", until: "2027-03-31" },
    ]);
  });
});
