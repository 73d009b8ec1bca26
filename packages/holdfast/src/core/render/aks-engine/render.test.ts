import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { describe, expect, it } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import { engineReleaseOf, hubEndpoints, isHubSite } from "../../azure-stack-hub/index.ts";
import type { HubSite } from "../../azure-stack-hub/index.ts";
import { maskSecrets } from "../../spec/index.ts";
import type { Fleet } from "../../spec/index.ts";
import { armFamily } from "../arm/index.ts";
import { checkApiModel } from "./api-model/check-api-model.ts";
import { hasShellcheck, shellcheck } from "../testing/shell-scripts.ts";
import { aksEngineFamily } from "./index.ts";
import { fleetFiles, fleetOf, filesOf, findReference, goldens, textOf } from "./testing/fleets.ts";
import { sha256 } from "./sha256.ts";

// Rendered data as the engine would see it: a test that reads a field that is not there fails by itself.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Data = any;

function modelOf(fleet: Fleet, site: string): Data {
  const file = filesOf(fleet).find(({ path }) => path === `${site}/apimodel.json`);
  return file === undefined ? undefined : JSON.parse(file.content);
}

/** Sites with a model, and the model. */
function modelsOf(fleet: Fleet): readonly { readonly site: HubSite; readonly model: Data }[] {
  return fleet.sites
    .filter(isHubSite)
    .map((site) => ({ site, model: modelOf(fleet, site.name) }))
    .filter(({ model }) => model !== undefined);
}

describe.each(fleetFiles)("rendering $name", ({ name }) => {
  const text = textOf(name);
  const fleet = fleetOf(text);
  const folder = join(goldens, name);

  it("gives the files under testdata (R11, R78, R79, R92)", async () => {
    for (const { path, content } of filesOf(fleet)) await expect(content).toMatchFileSnapshot(join(folder, path));
  });

  it("gives all files under testdata, and those only for sites that are Hubs", () => {
    const known = readdirSync(goldens, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.parentPath !== goldens)
      .map((entry) => relative(goldens, join(entry.parentPath, entry.name)))
      .filter((path) => path.startsWith(`${name}/`));
    expect(known.sort()).toEqual(
      filesOf(fleet)
        .map(({ path }) => `${name}/${path}`)
        .sort(),
    );
    const sites = new Set(filesOf(fleet).map(({ path }) => path.split("/")[0]));
    expect([...sites]).toEqual(fleet.sites.filter(isHubSite).map(({ name }) => name));
  });

  it("gives the same bytes again, whatever the order of the file's keys", () => {
    expect(filesOf(fleetOf(JSON.stringify(reverseKeys(parse(text)))))).toEqual(filesOf(fleet));
  });

  it("gives a site alone as it gives it among others", () => {
    for (const { name: site } of fleet.sites) {
      const alone = [...aksEngineFamily.render(fleet, new Set([site]))].flatMap(({ files }) => files);
      expect(alone).toEqual(filesOf(fleet).filter(({ path }) => path.startsWith(`${site}/`)));
    }
  });

  it("holds no secret (R94, R121, R122)", () => {
    for (const { path, content } of filesOf(fleet)) {
      // A shell's own variables are no secrets.
      const values = content.replaceAll(/\$\{?[A-Za-z_][A-Za-z0-9_:]*\}?/g, "");
      expect(maskSecrets(values), path).toBe(values);
      expect(content, path).not.toMatch(/BEGIN [A-Z ]*PRIVATE KEY|AGE-SECRET-KEY-1/);
      expect(content, path).not.toMatch(/set -[a-z]*x/);
    }
    for (const { model } of modelsOf(fleet)) {
      const { secret, keyvaultSecretRef } = model.properties.servicePrincipalProfile;
      expect(secret === "" || keyvaultSecretRef !== undefined).toBe(true);
      expect(secret ?? "").toBe("");
    }
  });

  it("names endpoints of the site's own Hub only (R131)", () => {
    const own = fleet.sites.filter(isHubSite).flatMap(({ platform }) => Object.values({ ...hubEndpoints(platform) }));
    const given = JSON.stringify(parse(text));
    for (const { path, content } of filesOf(fleet)) {
      for (const [url] of content.matchAll(/https?:\/\/[^\s"'`)|<>]+/g)) {
        const known = own.includes(url.replace(/\/$/, "")) || given.includes(url) || url === "https://notsupported";
        expect(known, `${path}: ${url}`).toBe(true);
      }
      expect(content, path).not.toMatch(/azure\.com|windows\.net|microsoftonline|azurestack\.external/);
    }
  });

  it("gives models that AKS Engine takes, of known keys only (R19, R20)", () => {
    for (const { site, model } of modelsOf(fleet)) {
      expect(checkApiModel(model, engineReleaseOf(site.platform.engine.version)!), site.name).toEqual([]);
      // The check does read this model.
      const wrong = structuredClone(model);
      wrong.properties.masterProfile.colour = "blue";
      expect(checkApiModel(wrong, engineReleaseOf(site.platform.engine.version)!)).toEqual(["unknown key colour"]);
    }
  });

  it("builds what the file says (R43, R101, R107, R108, R118, R128)", () => {
    for (const { site, model } of modelsOf(fleet)) {
      const { masterProfile, agentPoolProfiles, linuxProfile, orchestratorProfile, customCloudProfile } =
        model.properties;
      const { cluster, platform } = site;
      expect(model.location).toBe(platform.region);
      expect(customCloudProfile.portalURL).toBe(`https://portal.${platform.region}.${platform.suffix}`);
      expect(orchestratorProfile.orchestratorVersion).toBe(cluster.kubernetesVersion);
      expect(masterProfile).toMatchObject({
        ...{ dnsPrefix: cluster.dnsPrefix, count: cluster.controlPlane.count, vmSize: cluster.controlPlane.vmSize },
        availabilityProfile: "AvailabilitySet",
      });
      expect(agentPoolProfiles.map(({ name, count, vmSize }: Data) => ({ name, count, vmSize }))).toEqual(
        cluster.workerPools.map(({ name, count, vmSize }) => ({ name, count, vmSize })),
      );
      for (const pool of agentPoolProfiles) expect(pool.availabilityProfile).toBe("AvailabilitySet");
      expect(linuxProfile.ssh.publicKeys).toEqual([{ keyData: cluster.ssh.publicKey }]);
      expect(linuxProfile.enableUnattendedUpgrades).toBe(fleet.maintenance.unattendedUpgrades);
      expect(linuxProfile.runUnattendedUpgradesOnBootstrap).toBe(false);
      expect(model.properties.featureFlags.enableTelemetry).toBe(false);
      expect(orchestratorProfile.kubernetesConfig.privateCluster?.enabled ?? false).toBe(
        !site.network.internet.kubernetesApi,
      );
    }
  });

  it("has the digest of its model in the scripts' settings", () => {
    for (const { site } of modelsOf(fleet)) {
      const content = (path: string) => filesOf(fleet).find((file) => file.path === `${site.name}/${path}`)!.content;
      expect(content("cluster.sh")).toContain(`\nMODEL_SHA256=${sha256(content("apimodel.json"))}\n`);
    }
  });
});

function reverseKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reverseKeys);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, member]) => [key, reverseKeys(member)]),
  );
}

describe("the API model", () => {
  const hubs = textOf("ratings-azure-stack-hub");
  const proxied = fleetOf(textOf("proxied"));

  it("puts the nodes into the site's own network, in disjoint ranges (R21, R72)", () => {
    const [seattle, orlando] = ["seattle", "orlando"].map((site) => modelOf(fleetOf(hubs), site).properties);
    expect(seattle.masterProfile.vnetSubnetId).toBe(seattle.agentPoolProfiles[0].vnetSubnetId);
    expect(seattle.masterProfile).toMatchObject({ vnetCidr: "10.100.0.0/16" });
    expect(orlando.masterProfile).toMatchObject({ vnetCidr: "10.101.0.0/16" });
    expect(modelOf(proxied, "south").properties.masterProfile).not.toHaveProperty("vnetSubnetId");
  });

  it("names the network as the templates that make it do (R21)", () => {
    const subnet: string = modelOf(proxied, "north").properties.masterProfile.vnetSubnetId;
    const [, network] = /virtualNetworks\/([^/]+)\/subnets\/nodes$/.exec(subnet)!;
    const templates = [...armFamily.render(proxied, new Set([proxied.sites[0]!.name]))].flatMap(({ files }) => files);
    expect(templates.filter(({ content }) => content.includes(`"${network!}"`))).not.toEqual([]);
  });

  it("has the driver for volumes exactly where a store has some (R76)", () => {
    const addons = (text: string) =>
      modelOf(fleetOf(text), "seattle").properties.orchestratorProfile.kubernetesConfig.addons;
    expect(addons(hubs)).toEqual([{ name: "azuredisk-csi-driver", enabled: true }]);
    expect(modelOf(proxied, "north").properties.orchestratorProfile.kubernetesConfig).not.toHaveProperty("addons");
  });

  it("names the address of the API server that the other sites use (R22, R67)", () => {
    expect(modelOf(fleetOf(hubs), "seattle").properties.masterProfile.subjectAltNames).toEqual(["10.100.1.239"]);
  });

  it("takes the service principal from the vault that the file names, or leaves it to the command line (R25, R121)", () => {
    const principal = (fleet: Fleet, site: string) => modelOf(fleet, site).properties.servicePrincipalProfile;
    expect(principal(fleetOf(hubs), "seattle")).toEqual({
      clientId: "CLIENT_ID",
      keyvaultSecretRef: {
        vaultID:
          "/subscriptions/SUBSCRIPTION_ID/resourceGroups/ratings-seattle-k8s/providers/Microsoft.KeyVault/vaults/ratings-seattle-kv",
        secretName: "aks-engine",
      },
    });
    // Both empty, or the engine does not fill them in.
    expect(principal(proxied, "north")).toEqual({ clientId: "", secret: "" });
    expect(principal(proxied, "south").keyvaultSecretRef.vaultID).toContain("/resourceGroups/vaults/");
  });

  it("is not written where AKS Engine would refuse it: the page says why (R20)", () => {
    const files = filesOf(proxied).filter(({ path }) => path.startsWith("west/"));
    expect(files.map(({ path }) => path)).toEqual(["west/README.md"]);
    const [page] = files;
    expect(page!.content).toContain("the control plane has 4 nodes; it takes 1, 3 or 5");
    const unknown = filesOf(fleetOf(hubs.replaceAll("version: 0.85.0", "version: 0.99.0")));
    expect(unknown.map(({ path }) => path)).toEqual(["seattle/README.md", "orlando/README.md"]);
  });
});

describe("the proxy's settings (R63)", () => {
  const files = new Map(filesOf(fleetOf(textOf("proxied"))).map(({ path, content }) => [path, content]));
  const manifests = parseAllDocuments(files.get("north/node-proxy.yaml")!).map((document): Data => document.toJS());

  it("are written only where the file names a proxy", () => {
    expect([...files.keys()].filter((path) => /proxy|environment/.test(path))).toEqual([
      "north/helper-vm/environment",
      "north/node-proxy.yaml",
    ]);
  });

  it("leave direct what is the cluster's, the Hub's and the other sites'", () => {
    const [, noProxy] = /^NO_PROXY="(.*)"$/m.exec(files.get("north/helper-vm/environment")!)!;
    expect(noProxy!.split(",")).toEqual(
      expect.arrayContaining([
        ...["10.9.0.0/22", "10.244.0.0/16", "10.0.0.0/16", ".svc", ".cluster.local", "169.254.169.254"],
        ...["168.63.129.16", "management.north.hub.example", ".vault.north.hub.example", ".corp.example"],
      ]),
    );
  });

  it("are written to the node's own files, not to the container's", () => {
    const [settings, daemonSet] = manifests;
    const script: string = settings.data["apply.sh"];
    const [mount] = daemonSet.spec.template.spec.initContainers[0].volumeMounts;
    expect(mount).toEqual({ name: "host", mountPath: "/host" });
    const folder = mkdtempSync(join(tmpdir(), "holdfast-node-"));
    try {
      const setUp = `mkdir -p ${folder}/host/etc ${folder}/settings ${folder}/bin; echo 'KEEP="1"' > ${folder}/host/etc/environment`;
      const chroot = `printf '#!/bin/sh\\necho "$@" >> ${folder}/chroot\\n' > ${folder}/bin/chroot; chmod +x ${folder}/bin/chroot`;
      run(`${setUp}; ${chroot}`);
      for (const [name, content] of Object.entries<string>(settings.data))
        writeFileSync(join(folder, "settings", name), content);
      // The script's two folders, in this test's own.
      writeFileSync(
        join(folder, "apply.sh"),
        script.replaceAll("/host", `${folder}/host`).replaceAll("/settings", `${folder}/settings`),
      );
      const apply = `PATH=${folder}/bin:$PATH sh ${folder}/apply.sh`;
      run(apply);
      const read = (name: string) => readFileSync(join(folder, name), "utf8");
      expect(read("host/etc/systemd/system/containerd.service.d/90-holdfast-proxy.conf")).toContain(
        'Environment="HTTPS_PROXY=http://proxy.north.hub.example:3128"',
      );
      expect(read("host/etc/apt/apt.conf.d/90holdfast-proxy")).toContain('Acquire::http::Proxy "http://proxy');
      const once = read("host/etc/environment");
      expect(once).toMatch(/^KEEP="1"\n# holdfast proxy begin\n/);
      expect(read("chroot")).toContain("systemctl restart containerd kubelet");
      rmSync(join(folder, "chroot"));
      run(apply);
      expect(read("host/etc/environment")).toBe(once);
      expect(readdirSync(folder)).not.toContain("chroot");
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  function run(command: string): void {
    const { status, stderr } = spawnSync("sh", ["-c", command], { encoding: "utf8" });
    expect(status, stderr).toBe(0);
  }
});

const rules = findReference("aks-engine-azurestack/validation-rules.json");

describe.skipIf(rules === undefined && process.env["CI"] === undefined)(
  "what the engine's rules and samples say (skipped where shared/reference is absent)",
  () => {
    it("has only keys that the official samples or the rules have (R20)", () => {
      const samples = ["kubernetes-azurestack", "kubernetesvnet", "kubernetes-private-cluster", "generate-transcripts"];
      const known = new Set(
        [...samples, "validation-rules"].flatMap((sample) =>
          [...readFileSync(findReference(`aks-engine-azurestack/${sample}.json`)!, "utf8").matchAll(/[A-Za-z-]+/g)].map(
            ([word]) => word.toLowerCase(),
          ),
        ),
      );
      // AZURE-FACTS 1.2, from types.go; no sample has them.
      for (const key of ["subjectAltNames", "vnetCidr"]) known.add(key.toLowerCase());
      for (const { name } of fleetFiles) {
        for (const { model } of modelsOf(fleetOf(textOf(name)))) {
          const labels = new Set(["tier", "example.com/role"]);
          for (const key of keysOf(model)) if (!labels.has(key)) expect([...known]).toContain(key.toLowerCase());
        }
      }
    });

    it("satisfies each rule that is written as data (R20)", () => {
      const { rules: all } = JSON.parse(readFileSync(rules!, "utf8")) as { rules: Data[] };
      let checked = 0;
      for (const { name } of fleetFiles) {
        for (const { site, model } of modelsOf(fleetOf(textOf(name)))) {
          for (const rule of all) {
            for (const value of valuesAt(model, rule.field)) {
              checked += 1;
              expect(obeys(rule, value, model), `${name} ${site.name}: ${rule.field} is ${JSON.stringify(value)}`).toBe(
                true,
              );
            }
          }
        }
      }
      expect(checked).toBeGreaterThan(100);
    });
  },
);

function* keysOf(value: Data): Iterable<string> {
  if (typeof value !== "object" || value === null) return;
  for (const [key, member] of Object.entries(value)) {
    if (!Array.isArray(value)) yield key;
    yield* keysOf(member);
  }
}

/** `properties.agentPoolProfiles[].name`, `*.osDiskSizeGB`, `kubernetesConfig.maxPods`; keys without regard to case. */
function valuesAt(model: Data, field: string): readonly Data[] {
  const { properties } = model;
  const roots: Record<string, readonly Data[]> = {
    "*": [properties.masterProfile, ...properties.agentPoolProfiles],
    kubernetesConfig: [properties.orchestratorProfile.kubernetesConfig],
    "agentPoolProfiles[]": properties.agentPoolProfiles,
  };
  const [first = "", ...rest] = field.split(".");
  const start = roots[first] === undefined ? [model] : roots[first];
  const keys = roots[first] === undefined ? [first, ...rest] : rest;
  return keys
    .reduce<readonly Data[]>((values, key) => {
      const name = key.replace("[]", "").toLowerCase();
      return values
        .map((value) => Object.entries<Data>(value ?? {}).find(([each]) => each.toLowerCase() === name)?.[1])
        .flatMap((value) => (key.endsWith("[]") ? (value ?? []) : [value]));
    }, start)
    .filter((value) => value !== undefined);
}

function obeys(rule: Data, value: Data, model: Data): boolean {
  const numbers = Array.isArray(value) ? value : [value];
  return (
    (rule.regex === undefined || new RegExp(rule.regex as string).test(value as string)) &&
    (rule.enum === undefined || rule.enum.includes(value)) &&
    (rule.min === undefined || Number(value) >= rule.min) &&
    (rule.max === undefined || Number(value) <= rule.max) &&
    (rule.maxItems === undefined || numbers.length <= rule.maxItems) &&
    (rule.itemMin === undefined || numbers.every((number) => number >= rule.itemMin && number <= rule.itemMax)) &&
    (rule.mustBe === undefined || value === rule.mustBe) &&
    (rule.mustNotBe === undefined || value !== rule.mustNotBe) &&
    (rule.startsWith === undefined || value.startsWith(rule.startsWith.replace("<location>", model.location)))
  );
}

describe("the shell scripts", () => {
  const scriptsOf = (name: string) =>
    filesOf(fleetOf(textOf(name)))
      .filter(({ path }) => path.endsWith(".sh"))
      .map((file) => ({ ...file, name: file.path.slice(file.path.indexOf("/") + 1) }));
  const all = fleetFiles.flatMap(({ name }) => scriptsOf(name));
  it("are the same for every site, but for its settings", () => {
    const contents = new Map<string, Set<string>>();
    for (const { name, content } of all) contents.set(name, (contents.get(name) ?? new Set()).add(content));
    for (const [name, { size }] of contents) if (name !== "cluster.sh") expect(size, name).toBe(1);
  });

  it("can be run, except those that are sourced, and stop at the first thing that goes wrong", () => {
    for (const { name, content, executable } of all) {
      const isSourced = name === "common.sh" || name === "cluster.sh";
      expect(executable ?? false, name).toBe(!isSourced);
      if (!isSourced) expect(content).toMatch(/^#!\/usr\/bin\/env bash\n(?:#.*\n)+set -euo pipefail\n/);
    }
  });

  it.skipIf(!hasShellcheck && process.env["CI"] === undefined)(
    "have no fault that shellcheck finds (skipped where it is absent)",
    () => {
      // What is sourced is looked at by itself only as a program.
      const scripts = scriptsOf("proxied")
        .filter(({ path }) => path.startsWith("north/"))
        .map((file) => ({ ...file, content: file.content.replace(/^(?!#!)/, "#!/usr/bin/env bash\n") }));
      expect(shellcheck(scripts)).toBe("");
      const faulty = scripts.map((file) => ({ ...file, content: `${file.content}echo $UNQUOTED\n` }));
      expect(shellcheck(faulty.filter(({ name }) => name === "common.sh" || name === "cluster.sh"))).toContain(
        "SC2086",
      );
    },
    60_000,
  );
});
