import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { describe, expect, it } from "vitest";
import type { EndpointSlice, Service } from "../../objects/index.ts";
import { HostsFiles, clusterNames, hostsFile } from "./hosts-files.ts";

const services = [
  { metadata: { name: "api", namespace: "shop" }, spec: { clusterIP: "127.0.2.7" } },
  { metadata: { name: "db", namespace: "shop" }, spec: { clusterIP: "None" } },
  { metadata: { name: "far", namespace: "shop" }, spec: { type: "ExternalName", externalName: "example.com" } },
] as unknown as Service[];
const slices = [
  {
    metadata: { namespace: "shop", labels: { "kubernetes.io/service-name": "db" } },
    addressType: "IPv4",
    endpoints: [
      { addresses: ["127.0.1.1"], hostname: "db-0", conditions: { ready: true } },
      { addresses: ["127.0.1.2"], hostname: "db-1", conditions: { ready: false } },
    ],
  },
] as unknown as EndpointSlice[];

describe("cluster names", () => {
  it("are a Service's address, or the ready endpoints' and each one's own name when it is headless", () => {
    expect(hostsFile(clusterNames(services, slices), "shop")).toBe(
      [
        "127.0.2.7 api api.shop api.shop.svc api.shop.svc.cluster.local",
        "127.0.1.1 db db.shop db.shop.svc db.shop.svc.cluster.local",
        "127.0.1.1 db-0.db db-0.db.shop db-0.db.shop.svc db-0.db.shop.svc.cluster.local",
        "",
      ].join("\n"),
    );
    expect(hostsFile(clusterNames(services, []), "other")).toBe(
      "127.0.2.7 api.shop api.shop.svc api.shop.svc.cluster.local\n",
    );
  });

  it("are found by programs through the preloaded resolver, as they are at that moment", async () => {
    const folder = mkdtempSync(join(tmpdir(), "hosts-"));
    try {
      const hosts = new HostsFiles(folder);
      hosts.update(clusterNames(services, slices));
      const path = hosts.pathFor("shop");
      const hook = join(folder, "hook.mjs");
      await build({
        entryPoints: [join(import.meta.dirname, "../resolver-hook.ts")],
        outfile: hook,
        bundle: true,
        platform: "node",
        format: "esm",
        logLevel: "error",
      });
      const program = `
        import { lookup } from "node:dns";
        import { lookup as promised } from "node:dns/promises";
        import { promisify } from "node:util";
        const one = (name) => new Promise((resolve) => lookup(name, (error, address, family) => resolve(error?.code ?? address + "/" + family)));
        console.log(JSON.stringify([
          await one("api"), await one("DB-0.db.shop.svc.cluster.local."), await one("db-1.db.shop.svc"), await one("127.0.0.1"),
          await promised("db", { all: true }), await promised("api"), await promisify(lookup)("api"), await promised("api", { family: 6 }).catch((e) => e.code),
        ]));
      `;
      const { stdout, stderr } = spawnSync(
        process.execPath,
        [`--import=${hook}`, "--input-type=module", "-e", program],
        { env: { POCKET_CLUSTER_HOSTS: path }, encoding: "utf8" },
      );
      expect(stderr).toBe("");
      const api = { address: "127.0.2.7", family: 4 };
      expect(JSON.parse(stdout)).toEqual([
        "127.0.2.7/4",
        "127.0.1.1/4",
        "ENOTFOUND",
        "127.0.0.1/4",
        [{ address: "127.0.1.1", family: 4 }],
        api,
        api,
        "ENOTFOUND",
      ]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
