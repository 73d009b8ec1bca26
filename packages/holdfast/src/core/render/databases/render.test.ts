import { spawnSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { join, relative } from "node:path";
import { Ajv } from "ajv";
import { describe, expect, it } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import { membersOf } from "../../spec/index.ts";
import type { Fleet } from "../../spec/index.ts";
import { apiObjectValidators } from "../testing/api-objects.ts";
import { close, customResourceValidators } from "../testing/custom-resources.ts";
import { allFiles, fleetNamed, fleets, reference } from "../testing/examples.ts";
import { inFolder } from "../testing/shell-scripts.ts";
import { helmFamily } from "../helm/index.ts";
import { retentionDays } from "./cloudnative-pg.ts";
import { databasesFamily } from "./index.ts";

// What a reader of YAML sees; a test that reads a field that is not there fails by itself.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Data = any;

const goldens = join(import.meta.dirname, "testdata");

function objectsOf(fleet: Fleet): { path: string; object: Data }[] {
  return allFiles(databasesFamily, fleet)
    .filter(({ path }) => /\.yaml(\.example)?$/.test(path))
    .flatMap(({ path, content }) => parseAllDocuments(content).map((document) => ({ path, object: document.toJS() })));
}

function find(fleet: Fleet, site: string, kind: string, name?: string): Data {
  return objectsOf(fleet).find(
    ({ path, object }) =>
      path.startsWith(`${site}/`) && object.kind === kind && (name === undefined || object.metadata.name === name),
  )?.object;
}

describe.each(fleets)("rendering $name", ({ name }) => {
  const fleet = fleetNamed(name);

  it("gives the files under testdata, and no others (R10, R74, R83, R84)", async () => {
    const files = allFiles(databasesFamily, fleet);
    for (const { path, content } of files) await expect(content).toMatchFileSnapshot(join(goldens, name, path));
    const known = readdirSync(join(goldens, name), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(join(goldens, name), join(entry.parentPath, entry.name)));
    expect(known.sort()).toEqual(files.map(({ path }) => path).sort());
  });

  it("gives the same bytes each time", () => {
    expect(allFiles(databasesFamily, fleetNamed(name))).toEqual(allFiles(databasesFamily, fleet));
  });

  it("holds no secret: only names of them (R120, R121, R122)", () => {
    for (const { path, object } of objectsOf(fleet)) {
      expect(object.kind, path).not.toBe("Secret");
      expect(JSON.stringify(object), path).not.toMatch(/-----BEGIN|"password":"|[A-Za-z0-9+/]{60,}/);
    }
  });

  it("keeps a backup away from the site with the data (R99)", () => {
    for (const { path, object } of objectsOf(fleet)) {
      const site = fleet.sites.find((each) => path.startsWith(`${each.name}/`));
      if (object.kind === "ObjectStore" && path.endsWith("backup.yaml")) {
        const { destinationPath, endpointURL = "" } = object.spec.configuration;
        expect(`${destinationPath}${endpointURL}`).not.toContain(site?.addresses.peering.dataHost);
        if (site?.platform.kind === "azure-stack-hub")
          expect(destinationPath).not.toContain(`${site.platform.region}.${site.platform.suffix}`);
      }
      if (object.kind === "PerconaServerMongoDB" && path.endsWith("psmdb.yaml"))
        expect(Object.keys(object.spec.backup.storages ?? {})).not.toContain(site?.name);
    }
  });

  it("runs nothing as root in a namespace that would refuse it", () => {
    for (const { object } of objectsOf(fleet)) {
      if (object.kind !== "PerconaServerMongoDB") continue;
      for (const part of [object.spec.replsets[0], object.spec.backup]) {
        expect(part.podSecurityContext).toMatchObject({
          runAsNonRoot: true,
          seccompProfile: { type: "RuntimeDefault" },
        });
        expect(part.containerSecurityContext).toMatchObject({
          allowPrivilegeEscalation: false,
          capabilities: { drop: ["ALL"] },
        });
      }
    }
  });

  it.skipIf(spawnSync("shellcheck", ["--version"]).error !== undefined)(
    "rehearses by a script that shellcheck accepts (skipped where there is none)",
    () => {
      for (const { path, object } of objectsOf(fleet)) {
        if (object.kind !== "ConfigMap") continue;
        for (const script of ["rehearse.sh", "read.sh"].flatMap((name): string[] => object.data[name] ?? [])) {
          const { status, stdout } = spawnSync("shellcheck", ["--shell=sh", "-"], { input: script, encoding: "utf8" });
          expect(status, `${path}: ${stdout}`).toBe(0);
        }
      }
    },
  );
});

describe.skipIf(reference === undefined && process.env["CI"] === undefined)(
  "what the operators and a real API server accept (skipped where shared/reference is absent)",
  () => {
    it.each(fleets)(
      "$name: each object is valid, and has no field that is not known (R10, R74, R82, R97, R98)",
      ({ name }) => {
        const resources = customResourceValidators(reference!);
        const objects = apiObjectValidators(reference!);
        const barman = barmanConfiguration(reference!);
        const all = objectsOf(fleetNamed(name));
        // What is in a ConfigMap for the rehearsal is applied, too.
        const inside = all.flatMap(({ path, object }) =>
          object.kind === "ConfigMap"
            ? Object.entries<string>(object.data)
                .filter(([file]) => file.endsWith(".yaml"))
                .map(([file, text]) => ({ path: `${path}: ${file}`, object: parse(text) }))
            : [],
        );
        for (const { path, object } of [...all, ...inside]) {
          if (object.kind === "ObjectStore") {
            expect(Object.keys(object.spec)).toEqual(["retentionPolicy", "configuration"]);
            barman(object.spec.configuration);
            expect(barman.errors ?? [], path).toEqual([]);
            continue;
          }
          const id = `${object.apiVersion} ${object.kind}`;
          const validate = resources.get(id) ?? objects.get(id);
          expect(validate, id).toBeDefined();
          validate!(object);
          expect(validate!.errors ?? [], `${path} ${id}`).toEqual([]);
        }
      },
    );

    it("and the check does refuse unknown and wrong fields", () => {
      const validators = customResourceValidators(reference!);
      const fleet = fleetNamed("ratings-azure-stack-hub");
      const validate = validators.get("psmdb.percona.com/v1 PerconaServerMongoDB")!;
      const sound = find(fleet, "seattle", "PerconaServerMongoDB");
      expect(validate(sound)).toBe(true);
      expect(validate({ ...sound, spec: { ...sound.spec, unmanged: true } })).toBe(false);
      const [first] = sound.spec.replsets;
      expect(
        validate({ ...sound, spec: { ...sound.spec, replsets: [{ ...first, externalNodes: [{ host: "a" }] }] } }),
      ).toBe(false);
      const cluster = validators.get("postgresql.cnpg.io/v1 Cluster")!;
      expect(cluster({ apiVersion: "postgresql.cnpg.io/v1", kind: "Cluster", spec: { instances: "1" } })).toBe(false);
    });
  },
);

/** The plugin's own definition is not in the reference; its configuration is what a Cluster's `barmanObjectStore` was. */
function barmanConfiguration(folder: string) {
  const { spec } = parse(readFileSync(join(folder, "shared/reference/crds/postgresql.cnpg.io_clusters.yaml"), "utf8"));
  const cluster = spec.versions[0].schema.openAPIV3Schema.properties.spec;
  return new Ajv({ strict: false, allErrors: true, validateFormats: false }).compile(
    close(cluster.properties.backup.properties.barmanObjectStore) as object,
  );
}

describe("MongoDB over two Hubs and a third place", () => {
  const fleet = fleetNamed("ratings-azure-stack-hub");
  const replset = (site: string): Data => find(fleet, site, "PerconaServerMongoDB").spec.replsets[0];

  it("has all five votes at every site, none with a majority at one (R10, R74, R82, R84)", () => {
    for (const site of ["seattle", "orlando"]) {
      const { size, externalNodes } = replset(site) as { size: number; externalNodes: { votes: number }[] };
      expect(size).toBe(2);
      const external = externalNodes.reduce((sum, { votes }) => sum + votes, 0);
      expect(size + external).toBe(5);
      expect(size).toBeLessThan(3);
    }
  });

  it("counts the witness's arbiter as what it is, and runs none of its own there (R5)", () => {
    expect(replset("seattle").externalNodes).toContainEqual({
      host: "10.102.1.11",
      port: 27017,
      votes: 1,
      priority: 0,
      arbiterOnly: true,
    });
    expect(objectsOf(fleet).filter(({ path }) => path.startsWith("azure-central/"))).toEqual([]);
  });

  it("lets one operator alone keep the set's configuration, its backups and its users (R82, R83)", () => {
    const [seattle, orlando] = ["seattle", "orlando"].map((site) => find(fleet, site, "PerconaServerMongoDB").spec);
    expect([seattle.unmanaged, orlando.unmanaged]).toEqual([false, true]);
    expect([seattle.backup.enabled, orlando.backup.enabled]).toEqual([true, false]);
    expect([seattle.users.length, orlando.users]).toEqual([1, undefined]);
  });

  it("gives each member the address at which the other sites know it (R64, R65)", () => {
    for (const site of ["seattle", "orlando"]) {
      const other = site === "seattle" ? "orlando" : "seattle";
      const own = Object.values<Data>(replset(site).replsetOverrides).map(({ host }) => host as string);
      const known = replset(other)
        .externalNodes.filter(({ arbiterOnly }: Data) => !arbiterOnly)
        .map(({ host, port }: Data) => `${host}:${port}`);
      expect(own).toEqual(known);
      const services = objectsOf(fleet).filter(
        ({ path, object }) => path.startsWith(site) && object.kind === "Service",
      );
      expect(services.map(({ object }) => `${object.spec.loadBalancerIP}:${object.spec.ports[0].port}`)).toEqual(own);
      for (const { object } of services)
        expect(object.metadata.annotations["service.beta.kubernetes.io/azure-load-balancer-internal"]).toBe("true");
    }
  });

  it("keeps the order of priorities where they are no whole numbers", () => {
    const uneven = fleetNamed("ratings-azure-stack-hub", (text) =>
      text
        .replace("{ site: seattle, priority: 2 }", "{ site: seattle, priority: 1.5 }")
        .replace("- { site: orlando }", "- { site: orlando, priority: 0.7 }"),
    );
    const { replsetOverrides, externalNodes } = find(uneven, "seattle", "PerconaServerMongoDB").spec.replsets[0];
    const priorities = [...Object.values<Data>(replsetOverrides), ...externalNodes].map(
      ({ priority }: Data) => priority as number,
    );
    expect(priorities).toEqual([3, 2, 1, 2, 0]);
  });
});

describe("PostgreSQL over three sites", () => {
  const fleet = fleetNamed("ratings-three-sites");
  const cluster = (site: string): Data => find(fleet, site, "Cluster", "ratings-db").spec;

  it("has one primary, and every site knows which (R82, R97)", () => {
    expect(cluster("seattle").bootstrap).toHaveProperty("initdb");
    for (const site of ["orlando", "denver"])
      expect(cluster(site).bootstrap).toEqual({ pg_basebackup: { source: "seattle" } });
    for (const site of ["seattle", "orlando", "denver"]) {
      expect(cluster(site).replica).toMatchObject({ self: site, primary: "seattle" });
      expect(cluster(site).externalClusters.map(({ name }: Data) => name as string)).toEqual([
        "seattle",
        "orlando",
        "denver",
      ]);
    }
  });

  it("commits when another site has it, and knows the standbys by the names that they give (R82, R85)", () => {
    const { synchronous } = cluster("seattle").postgresql;
    expect(synchronous).toMatchObject({ maxStandbyNamesFromCluster: 0, number: 1, dataDurability: "required" });
    for (const site of ["orlando", "denver"]) {
      const { connectionParameters } = cluster(site).externalClusters.find(({ name }: Data) => name === "seattle");
      expect(synchronous.standbyNamesPost).toContain(connectionParameters.application_name);
      expect(connectionParameters).toMatchObject({ host: "10.100.1.101", port: "5432", sslmode: "verify-full" });
    }
    // A server is trusted by the name that it is asked for.
    const certificate = find(fleet, "seattle", "Certificate", "ratings-db-server");
    expect(certificate.spec.ipAddresses).toEqual(["10.100.1.101"]);
  });

  it("says in plain words what the operator cannot do", () => {
    const readme = allFiles(databasesFamily, fleetNamed("ratings")).find(({ path }) => path === "README.md")!.content;
    expect(readme).toMatch(/never both/);
    expect(readme).toMatch(/whenAlone: continue.*cannot do/);
  });

  it.each([
    ["0 2 * * *", 14, 14],
    ["0 2 * * 0", 4, 28],
    ["0 2 1 * *", 3, 93],
  ])("keeps backups of %s, %i of them, for %i days (R83)", (schedule, keep, days) => {
    expect(retentionDays(schedule, keep)).toBe(days);
  });
});

describe("the rehearsal of a restore", () => {
  it.each([
    ["ratings-azure-stack-hub", "orlando"],
    ["ratings-three-sites", "orlando"],
  ])("of %s is at %s, away from the data, on the fleet file's schedule (R83, R98, R99)", (name, site) => {
    const fleet = fleetNamed(name);
    const jobs = objectsOf(fleet).filter(({ object }) => object.kind === "CronJob");
    expect(jobs.map(({ path }) => path.split("/")[0])).toEqual([site]);
    expect(jobs[0]!.object.spec.schedule).toBe(fleet.backups[0]!.rehearsal);
  });

  it.each(fleets)("of $name may touch its own cluster and nothing else (R110)", ({ name }) => {
    for (const { object } of objectsOf(fleetNamed(name))) {
      if (object.kind !== "Role") continue;
      for (const { verbs, resourceNames } of object.rules) {
        if (verbs.length === 1 && verbs[0] === "create") continue;
        expect(resourceNames).toHaveLength(1);
        expect(resourceNames[0]).toContain("-rehearsal");
      }
    }
  });

  it("logs in to MongoDB without an argument that holds the password (R120)", () => {
    const { data } = objectsOf(fleetNamed("ratings-azure-stack-hub")).find(
      ({ object }) => object.kind === "ConfigMap" && object.data["read.sh"] !== undefined,
    )!.object;
    const line = data["rehearse.sh"].split("\n").find((each: string) => each.startsWith("documents="));
    const programs = [
      // In place of the cluster: runs what is asked for, in an environment of its own.
      [
        "kubectl",
        '#!/bin/sh\nfor each in "$@"; do echo "$each" >> "$ASKED"; done\nwhile [ "$1" != -- ]; do shift; done\nshift\nexec env -u MONGODB_PASSWORD "$@"\n',
      ],
      ["mongosh", '#!/bin/sh\necho "$@" >> "$ASKED"\nprintf "%s:%s" "$MONGODB_USER" "$MONGODB_PASSWORD"\n'],
    ] as const;
    const files = [
      ...programs.map(([path, content]) => ({ path, content, executable: true })),
      { path: "read.sh", content: data["read.sh"] },
      { path: "read.js", content: data["read.js"] },
    ];
    inFolder(files, (folder) => {
      const asked = join(folder, "asked");
      const { stdout } = spawnSync(
        "sh",
        ["-euc", `${line.replaceAll("/rehearsal/", `${folder}/`)}\nprintf '%s\\n' "$documents"`],
        {
          encoding: "utf8",
          env: {
            PATH: `${folder}:${process.env["PATH"]}`,
            ASKED: asked,
            MONGODB_USER: "admin",
            MONGODB_PASSWORD: "pa ss\\n$x",
          },
        },
      );
      expect(stdout).toBe("admin:pa ss\\n$x\n");
      const text = readFileSync(asked, "utf8");
      expect(text).toContain("itcount");
      expect(text).not.toContain("pa ss");
    });
  });

  it("is not begun by applying a folder: the restore over the store has another ending (R83)", () => {
    const restores = objectsOf(fleetNamed("ratings-azure-stack-hub")).filter(
      ({ object }) => object.kind === "PerconaServerMongoDBRestore",
    );
    expect(restores.map(({ path }) => path)).toEqual(["seattle/ratings-mongodb/restore.yaml.example"]);
  });
});

it("speaks the language of the operator that is pinned for it (R10)", () => {
  const fleet = fleetNamed("ratings-azure-stack-hub");
  const list = parse(allFiles(helmFamily, fleet).find(({ path }) => path === "_charts/platform.yaml")!.content);
  const pinned = list.charts.find(({ chart }: Data) => chart === "psmdb-operator");
  expect(find(fleet, "seattle", "PerconaServerMongoDB").spec.crVersion).toBe(pinned.version);
});

it("gives a site's files alone as with all", () => {
  const fleet = fleetNamed("everything");
  for (const { name } of membersOf(fleet)) {
    const alone = [...databasesFamily.render(fleet, new Set([name]))]
      .flatMap(({ files }) => files)
      .filter(({ path }) => path.startsWith(`${name}/`));
    expect(alone).toEqual(allFiles(databasesFamily, fleet).filter(({ path }) => path.startsWith(`${name}/`)));
  }
});
