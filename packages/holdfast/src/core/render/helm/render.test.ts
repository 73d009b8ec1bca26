import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join, relative } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { allFiles, fleetNamed, fleets, reference } from "../testing/examples.ts";
import { customResourceValidators } from "../testing/custom-resources.ts";
import { membersOf } from "../../spec/index.ts";
import type { Fleet } from "../../spec/index.ts";
import { helmFamily } from "./index.ts";
import { platformCharts } from "./platform/platform-charts.ts";

const goldens = join(import.meta.dirname, "testdata");

/** One site's files and the fleet's: the other sites' differ in names and addresses, which other tests compare. */
function goldenFiles(fleet: Fleet) {
  const first = fleet.sites[0]!.name;
  const others = membersOf(fleet).filter(({ name, role }) => role === "site" && name !== first);
  return allFiles(helmFamily, fleet).filter(({ path }) => !others.some(({ name }) => path.startsWith(`${name}/`)));
}

describe.each(fleets)("rendering $name", ({ name }) => {
  const fleet = fleetNamed(name);

  it("gives the files under testdata, and no others (R7, R9, R14, R24, R29, R30, R34, R35, R58)", async () => {
    const files = goldenFiles(fleet);
    for (const { path, content } of files) await expect(content).toMatchFileSnapshot(join(goldens, name, path));
    const known = readdirSync(join(goldens, name), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(join(goldens, name), join(entry.parentPath, entry.name)))
      .filter((path) => !path.startsWith("_evaluated"));
    expect(known.sort()).toEqual(files.map(({ path }) => path).sort());
  });

  it("gives the same bytes each time, and a site's alone as with all", () => {
    const files = allFiles(helmFamily, fleet);
    expect(allFiles(helmFamily, fleetNamed(name))).toEqual(files);
    for (const { name: site } of membersOf(fleet)) {
      const alone = [...helmFamily.render(fleet, new Set([site]))].flatMap((group) => group.files);
      expect(alone.filter(({ path }) => path.startsWith(`${site}/`))).toEqual(
        files.filter(({ path }) => path.startsWith(`${site}/`)),
      );
    }
  });

  it("holds no secret: what is secret has a name only (R120, R121, R122)", () => {
    for (const { path, content } of allFiles(helmFamily, fleet)) {
      expect(content, path).not.toMatch(/-----BEGIN|InstrumentationKey=|password: *["']?[^\s"'{$]/m);
      // Nothing that looks random, but the digest of an image.
      expect(content.replaceAll(/sha256:[0-9a-f]{64}/g, ""), path).not.toMatch(/[A-Za-z0-9+/]{60,}/);
    }
  });

  it("is parseable YAML and JSON", () => {
    for (const { path, content } of allFiles(helmFamily, fleet)) {
      if (path.includes("/templates/")) continue;
      if (/\.ya?ml$/.test(path)) expect(() => parse(content) as unknown, path).not.toThrow();
      if (path.endsWith(".json")) expect(() => JSON.parse(content) as unknown, path).not.toThrow();
    }
  });

  it.skipIf(spawnSync("shellcheck", ["--version"]).error !== undefined)(
    "has scripts that shellcheck accepts (skipped where there is none)",
    () => {
      for (const { path, content, executable } of allFiles(helmFamily, fleet)) {
        if (!path.endsWith(".sh")) continue;
        expect(executable).toBe(true);
        const { status, stdout } = spawnSync("shellcheck", ["-"], { input: content, encoding: "utf8" });
        expect(status, `${path}: ${stdout}`).toBe(0);
      }
    },
  );

  it("installs at each site what the list names for it, with a values file each (R61)", () => {
    const files = allFiles(helmFamily, fleet);
    const list = parse(files.find(({ path }) => path === "_charts/platform.yaml")!.content) as {
      charts: { release: string; version: string; sites: string[] }[];
    };
    for (const { name: site } of membersOf(fleet)) {
      const script = files.find(({ path }) => path === `${site}/platform/install.sh`)?.content ?? "";
      const here = list.charts.filter(({ sites }) => sites.includes(site));
      for (const { release, version } of here) {
        expect(script).toContain(`helm upgrade --install ${release} `);
        expect(script).toContain(`--version ${version} `);
        expect(files.some(({ path }) => path === `${site}/platform/${release}/values.yaml`)).toBe(true);
      }
      expect(script.match(/helm upgrade/g) ?? []).toHaveLength(here.length);
    }
  });
});

describe.skipIf(reference === undefined && process.env["CI"] === undefined)(
  "the ClusterIssuer (skipped where shared/reference is absent)",
  () => {
    const email = "email: hostmaster@ratings.example, server: https://acme.example/directory";
    it.each([
      ["http-01", `{ kind: http-01, ${email} }`],
      ["dns-01 in Azure", `{ kind: dns-01, ${email}, provider: azure-dns, secret: dns, zone: ratings.example }`],
      [
        "dns-01 by update",
        `{ kind: dns-01, ${email}, provider: rfc2136, secret: dns, zone: ratings.example, nameserver: 192.0.2.53 }`,
      ],
      ["a private authority", "{ kind: private-ca, secret: our-ca }"],
    ])("by %s is what cert-manager's own schema takes (R12)", (_, solver) => {
      const validate = customResourceValidators(reference!).get("cert-manager.io/v1 ClusterIssuer")!;
      const fleet = fleetNamed("ratings", (text) =>
        text
          .replace("tls: { kind: none }", `tls: { kind: cert-manager, issuer: ours, solver: ${solver} }`)
          .replaceAll(
            /^( {4}platform: \{ kind: kubernetes \})$/gm,
            "$1\n    network: { internet: { application: true, kubernetesApi: false, management: false } }",
          ),
      );
      const issuers = allFiles(helmFamily, fleet).filter(({ path }) => path.endsWith("cluster-issuer.yaml"));
      expect(issuers).toHaveLength(2);
      for (const { content } of issuers) {
        validate(parse(content));
        expect(validate.errors ?? []).toEqual([]);
      }
      expect(
        validate({ apiVersion: "cert-manager.io/v1", kind: "ClusterIssuer", spec: { acme: { servers: "x" } } }),
      ).toBe(false);
    });
  },
);

it("pins every chart to one version, and every image to one tag (R24, R26)", () => {
  const fleet = fleetNamed("ratings-disconnected");
  for (const member of membersOf(fleet)) {
    for (const chart of platformCharts) {
      const pin = chart.pinAt(fleet, member);
      if (pin === undefined) continue;
      expect(pin.version).toMatch(/^v?\d+\.\d+\.\d+$/);
      for (const { tag } of Object.values(pin.images)) expect(tag).toMatch(/\d+\.\d+/);
    }
  }
});

it("takes kured for the cluster's own Kubernetes (R129)", () => {
  const versionWith = (kubernetes: string): unknown => {
    const fleet = fleetNamed("ratings-azure-stack-hub", (text) =>
      text.replaceAll("kubernetesVersion: 1.34.4", `kubernetesVersion: ${kubernetes}`),
    );
    const values = allFiles(helmFamily, fleet).find(
      ({ path }) => path === "seattle/platform/kured/values.yaml",
    )!.content;
    return (parse(values) as { image: { tag: string } }).image.tag;
  };
  expect([versionWith("1.33.10"), versionWith("1.34.4"), versionWith("1.35.0")]).toEqual([
    "1.21.0",
    "1.22.1",
    "1.23.0",
  ]);
});
