import { createPrivateKey, X509Certificate } from "node:crypto";
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openPki } from "./index.ts";

const NOW = Date.parse("2026-11-23T00:00:00Z");
const DAY_MS = 86_400_000;
let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "pocket-pki-"));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const open = (serverNames: readonly string[] = ["127.21.0.1", "localhost", "::1"], now = NOW) =>
  openPki({ directory, clusterName: "seattle", serverNames, now: () => now });

describe("openPki", () => {
  it("makes an authority, a server certificate for every name, and client certificates that it signs", () => {
    const pki = open();
    const authority = new X509Certificate(pki.authorityCertificate);
    expect(authority.ca).toBe(true);
    expect(authority.verify(authority.publicKey)).toBe(true);

    const server = new X509Certificate(pki.serverCertificate().certificate);
    expect(server.checkIssued(authority)).toBe(true);
    expect(server.verify(authority.publicKey)).toBe(true);
    expect(server.subjectAltName).toBe("IP Address:127.21.0.1, DNS:localhost, IP Address:0:0:0:0:0:0:0:1");
    expect(server.keyUsage).toEqual(["1.3.6.1.5.5.7.3.1"]);

    const pair = pki.issueClientCertificate({ user: "zoë", groups: ["system:masters", "dev"] });
    const client = new X509Certificate(pair.certificate);
    expect(client.verify(authority.publicKey)).toBe(true);
    expect(client.checkPrivateKey(createPrivateKey(pair.privateKey))).toBe(true);
    expect(client.toLegacyObject().subject).toEqual({ O: ["system:masters", "dev"], CN: "zoë" });
    expect(client.keyUsage).toEqual(["1.3.6.1.5.5.7.3.2"]);
  });

  it("keeps what it made, readable by its owner only", () => {
    const before = open();
    const served = before.serverCertificate();
    const after = open();
    expect(after.authorityCertificate).toBe(before.authorityCertificate);
    expect(after.serverCertificate()).toEqual(served);
    expect(after.tokenKey.export({ format: "jwk" })).toEqual(before.tokenKey.export({ format: "jwk" }));
    for (const file of readdirSync(directory)) expect(statSync(join(directory, file)).mode & 0o777).toBe(0o600);
  });

  it("renews the server's certificate when names are added, when it grows old, and when its key does not fit", () => {
    const first = open().serverCertificate();
    const named = open(["127.21.0.1", "other.test"]).serverCertificate();
    expect(named).not.toEqual(first);
    expect(open(["other.test"], NOW + 200 * DAY_MS).serverCertificate()).toEqual(named);
    const renewed = open(["other.test"], NOW + 300 * DAY_MS).serverCertificate();
    expect(renewed).not.toEqual(named);
    writeFileSync(join(directory, "server.key"), first.privateKey);
    expect(open(["other.test"], NOW + 300 * DAY_MS).serverCertificate().certificate).not.toBe(renewed.certificate);
  });

  it("issues no certificate that outlives the authority", () => {
    open();
    const late = open([], NOW + 3600 * DAY_MS).issueClientCertificate({ user: "a" });
    expect(Date.parse(new X509Certificate(late.certificate).validTo)).toBe(NOW + 3650 * DAY_MS);
  });
});
