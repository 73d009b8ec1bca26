import { spawnSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { Ajv } from "ajv";
import type { ValidateFunction } from "ajv";
import { describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import type { Fleet } from "../../spec/index.ts";
import { renderSite, renderedKinds, renderedSites, requiredSecrets } from "../kubernetes/index.ts";
import {
  changed,
  example,
  examples,
  fileOf,
  referenceFolder,
  skipsReference,
  testGoldenFiles,
} from "../testing/example-fleets.ts";
import { allFiles } from "../testing/examples.ts";
import { hasShellcheck, inFolder, shellcheck } from "../testing/shell-scripts.ts";
import { nicknameOf } from "./directory/graph-script.ts";
import { accessFamily } from "./index.ts";
import { resourceOf } from "./kinds.ts";
import type { Rule } from "./rules.ts";
import { requestName } from "./site-facts.ts";
import { keyVaultName, storedKeys, variableName } from "./secrets/secret-plan.ts";

// Rendered data as a reader of YAML would see it: a test that reads a field that is not there fails by itself.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Data = any;

testGoldenFiles(accessFamily, import.meta.url);

const known = new Map<string, Data[]>();

function manifestsAt(fleet: Fleet, site: string): Data[] {
  const id = `${fleet.name} ${site} ${fleet.access.groups.flatMap(({ roles }) => roles.map(({ role }) => role)).join()}`;
  const manifests = known.get(id) ?? readManifests(fleet, site);
  known.set(id, manifests);
  return manifests;
}

function readManifests(fleet: Fleet, site: string): Data[] {
  return allFiles(accessFamily, fleet)
    .filter(({ path }) => path.startsWith(`${site}/`) && path.endsWith(".yaml") && !path.includes("external-secrets"))
    .flatMap(({ content }) => parseAllDocuments(content, { uniqueKeys: true }).map((document) => document.toJS()));
}

function roles(fleet: Fleet, site: string, name: string): Data[] {
  return manifestsAt(fleet, site).filter(({ kind, metadata }) => /Role$/.test(kind) && metadata.name === name);
}

/** Whether one of the rules of the persona's roles allows it, as the API server decides. */
function may(persona: Data[], verb: string, { apiGroup = "", resource = "", name = "", namespace = "" }): boolean {
  return persona
    .filter(({ kind, metadata }) => kind === "ClusterRole" || metadata.namespace === namespace)
    .flatMap(({ rules }) => rules as Rule[])
    .some(
      ({ apiGroups, resources, resourceNames, verbs }) =>
        apiGroups.includes(apiGroup) &&
        resources.includes(resource) &&
        verbs.includes(verb) &&
        (resourceNames === undefined || resourceNames.includes(name)),
    );
}

const PERSONAS = ["holdfast-viewer", "holdfast-operator", "holdfast-deployer"];
const everywhere = examples.flatMap(({ name, fleet }) => renderedSites(fleet).map((site) => ({ name, fleet, site })));

describe.each(everywhere)("who may do what at $site of $name", ({ fleet, site }) => {
  it("names every verb, resource and group of the API: no wildcard (R110)", () => {
    for (const { kind, rules } of manifestsAt(fleet, site)) {
      if (!/Role$/.test(kind)) continue;
      for (const { apiGroups, resources, verbs } of rules as Rule[])
        expect([...apiGroups, ...resources, ...verbs].filter((word) => word.includes("*"))).toEqual([]);
    }
  });

  it("lets nobody but the controllers write a register (R110)", () => {
    for (const store of fleet.stores) {
      const register = {
        resource: "configmaps",
        name: `holdfast-register-${store.name}`,
        namespace: "holdfast-system",
      };
      for (const persona of PERSONAS) {
        for (const verb of ["create", "update", "patch", "delete"])
          expect(may(roles(fleet, site, persona), verb, register), `${persona} ${verb}`).toBe(false);
      }
    }
  });

  it("lets no persona be another: who deploys drains nothing and reads no log, who operates deploys nothing (R110)", () => {
    const namespace = fleet.application.namespace;
    const [viewer = [], operator = [], deployer = []] = PERSONAS.map((persona) => roles(fleet, site, persona));
    for (const { apiVersion, kind } of renderedKinds.filter(({ kind }) => kind !== "Namespace")) {
      for (const [verb, space] of ["create", "update", "patch", "delete"].flatMap((verb) => [
        [verb, namespace],
        [verb, "holdfast-system"],
      ])) {
        const what = { ...resourceOf({ apiVersion, kind }), name: "holdfast-controller", namespace: space! };
        expect(may(operator, verb!, what), `operator ${verb} ${kind}`).toBe(false);
        expect(may(viewer, verb!, what), `viewer ${verb} ${kind}`).toBe(false);
      }
    }
    const log = { resource: "pods/log", namespace };
    const exec = { resource: "pods/exec", namespace };
    expect([viewer, deployer].map((each) => may(each, "get", log))).toEqual([false, false]);
    expect([viewer, operator, deployer].some((each) => may(each, "create", exec))).toBe(false);
    expect(may(deployer, "create", { resource: "pods/eviction", namespace })).toBe(false);
    expect(may(deployer, "patch", { resource: "nodes" })).toBe(false);
  });

  it("lets the deployer write each object that is rendered here, and no other kind (R110)", () => {
    const deployer = roles(fleet, site, "holdfast-deployer");
    for (const { apiVersion, kind, metadata } of renderSite(
      fleet,
      renderedSites(fleet).find((each) => each === site)!,
    )) {
      const { name, namespace = "" } = metadata;
      for (const verb of ["create", "patch"])
        expect(
          may(deployer, verb, { ...resourceOf({ apiVersion, kind }), name, namespace }),
          `${verb} ${kind} ${name}`,
        ).toBe(true);
    }
    const written = new Set(
      deployer.flatMap(({ rules }) =>
        (rules as Rule[])
          .filter(({ verbs }) => verbs.includes("create"))
          .flatMap(({ apiGroups, resources }) => resources.map((resource) => `${apiGroups[0]}/${resource}`)),
      ),
    );
    const allowed = new Set([
      ...renderedKinds.map(resourceOf).map(({ apiGroup, resource }) => `${apiGroup}/${resource}`),
      "/secrets",
    ]);
    expect([...written].filter((each) => !allowed.has(each))).toEqual([]);
  });

  it("lets the deployer fill the Secrets that are needed, and read none of them (R120, R123)", () => {
    const deployer = roles(fleet, site, "holdfast-deployer");
    for (const { namespace, name } of requiredSecrets(
      fleet,
      renderedSites(fleet).find((each) => each === site)!,
    )) {
      const secret = { resource: "secrets", name, namespace };
      expect(["create", "patch"].map((verb) => may(deployer, verb, secret))).toEqual([true, true]);
      for (const persona of PERSONAS)
        expect(
          ["get", "list", "watch"].some((verb) => may(roles(fleet, site, persona), verb, secret)),
          persona,
        ).toBe(false);
    }
  });

  it("lets the operator ask for a switchover, and drain a node (R116)", () => {
    const operator = roles(fleet, site, "holdfast-operator");
    for (const store of fleet.stores) {
      const asked = { resource: "configmaps", name: requestName(store.name), namespace: "holdfast-system" };
      const here = store.engine === "postgresql" && store.sites.some((each) => each === site);
      expect(may(operator, "patch", asked)).toBe(here);
    }
    expect(may(operator, "create", { resource: "pods/eviction", namespace: "kube-system" })).toBe(true);
    expect(may(operator, "patch", { resource: "nodes", name: "k8s-workers-0" })).toBe(true);
  });

  it("binds each group of the fleet file that has a role in the cluster, and gives none in holdfast's namespace away (R113, R117)", () => {
    const bindings = manifestsAt(fleet, site).filter(({ kind }) => /Binding$/.test(kind));
    for (const { name, roles } of fleet.access.groups) {
      const here = roles.some((role) => role.plane === "kubernetes" && role.sites.some((each) => each === site));
      const bound = bindings.filter(({ subjects }) => subjects.some((each: Data) => each.name === name));
      // At the witness there may be no namespace of the application to have a role in.
      if (manifestsAt(fleet, site).some(({ metadata }) => metadata.namespace === fleet.application.namespace))
        expect(bound.length > 0, name).toBe(here);
      for (const { roleRef, metadata } of bound)
        // Ours hold for the nodes and in both namespaces; what they may do there is tested above.
        if (roleRef.kind === "ClusterRole" && !roleRef.name.startsWith("holdfast-"))
          expect(metadata.namespace).toBe(fleet.application.namespace);
    }
  });
});

describe("groups with roles in clusters", () => {
  const fleet = changed("ratings-three-sites", [
    "roles: [{ plane: kubernetes, role: holdfast-operator }]",
    'objectId: 0b5b8a2e-6c2e-4b36-9c7d-0d4c41f2a111\n      roles: [{ plane: kubernetes, role: holdfast-operator }, { plane: kubernetes, role: "odd:Role", sites: [seattle] }]',
  ]);

  it("may have holdfast's own roles, which hold in both namespaces and for the nodes, under the group's name and its id (R110)", () => {
    const bound = manifestsAt(fleet, "orlando").filter(
      ({ kind, roleRef }) => /Binding$/.test(kind) && roleRef.name === "holdfast-operator",
    );
    expect(bound.map(({ kind, metadata }) => `${kind} ${metadata.namespace ?? ""}`)).toEqual([
      "ClusterRoleBinding ",
      "RoleBinding ratingsapp",
      "RoleBinding holdfast-system",
    ]);
    for (const { subjects } of bound)
      expect(subjects.map(({ name }: Data) => name)).toEqual([
        "Ratings Operators",
        "0b5b8a2e-6c2e-4b36-9c7d-0d4c41f2a111",
      ]);
  });

  it("may have somebody else's, at the sites that are named", () => {
    const named = (site: string) => manifestsAt(fleet, site).filter(({ roleRef }) => roleRef?.name === "odd:Role");
    expect(named("seattle").map(({ metadata }) => `${metadata.namespace ?? ""} ${metadata.name}`)).toEqual([
      "ratingsapp holdfast-groups-odd-role",
    ]);
    expect(named("orlando")).toEqual([]);
  });

  it("are named on the page where a role of Kubernetes' own lets them read Secrets (R94, R110)", () => {
    const page = (role: string) =>
      fileOf(
        accessFamily,
        changed("ratings-three-sites", [
          "plane: kubernetes, role: holdfast-operator",
          `plane: kubernetes, role: ${role}`,
        ]),
        "README.md",
      );
    for (const role of ["edit", "admin", "cluster-admin"])
      expect(page(role)).toContain(
        `**Yet these groups read and write every Secret** of the application, by roles of Kubernetes' own: Ratings Operators (\`${role}\`).`,
      );
    for (const role of ["view", "holdfast-operator"]) expect(page(role)).not.toContain("every Secret");
  });
});

describe("the directory's groups (R113, R114, R115)", () => {
  it("are made by Microsoft Graph where the Hubs use Azure AD, and in Active Directory where they use AD FS", () => {
    const scripts = (name: string) =>
      allFiles(accessFamily, example(name).fleet)
        .map(({ path }) => path)
        .filter((path) => path.startsWith("_directory/"));
    expect(scripts("ratings-azure-stack-hub")).toEqual(["_directory/create-groups.sh"]);
    expect(scripts("ratings-disconnected")).toEqual(["_directory/Create-Groups.ps1"]);
    expect(scripts("ratings")).toEqual([]);
  });

  it("has names that a directory takes", () => {
    expect(nicknameOf("Seattle K8s Cluster Contributor")).toBe("Seattle-K8s-Cluster-Contributor");
    expect(nicknameOf("Ops; 'the lot'")).toBe("Ops-the-lot");
    expect(nicknameOf("…")).toBe("group");
  });

  it("are made once, nested, and told: run against a stand-in for az", () => {
    const fleet = changed("ratings-azure-stack-hub", [
      "Builds and repairs every cluster",
      "Builds; repairs 'each' cluster",
    ]);
    const script = fileOf(accessFamily, fleet, "_directory/create-groups.sh");
    const log = inFolder(
      [
        { path: "create.sh", content: script, executable: true },
        { path: "bin/az", content: FAKE_AZ, executable: true },
      ],
      (folder) => {
        const run = () =>
          spawnSync(join(folder, "create.sh"), {
            cwd: folder,
            encoding: "utf8",
            env: { PATH: `${folder}/bin:${process.env["PATH"]}`, STATE: folder },
          });
        const [first, second] = [run(), run()];
        expect(first.stderr).toContain("made K8s Cluster Contributor");
        expect(first.stdout.split("\n").filter(Boolean)).toHaveLength(fleet.access.groups.length);
        expect([second.status, second.stderr]).toEqual([
          0,
          first.stderr.replaceAll("made ", "there: ").replaceAll(/^.* is now a member of .*\n/gm, ""),
        ]);
        return readFileSync(join(folder, "bodies"), "utf8");
      },
    );
    const bodies = log
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(bodies[0]).toEqual({
      displayName: "K8s Cluster Contributor",
      description: "Builds; repairs 'each' cluster",
      mailEnabled: false,
      mailNickname: "K8s-Cluster-Contributor",
      securityEnabled: true,
    });
    expect(bodies.filter((body) => "@odata.id" in body)).toEqual([
      { "@odata.id": "https://graph.example/v1.0/directoryObjects/id-1" },
      { "@odata.id": "https://graph.example/v1.0/directoryObjects/id-1" },
    ]);
  });
});

/** Remembers groups in files, as a directory would. */
const FAKE_AZ = `#!/usr/bin/env bash
cd "$STATE"
all="$*"
case "$all" in
  "cloud show"*) echo https://graph.example/ ;;
  *"--method GET"*"/groups --uri"*) name="\${all#*displayName eq \\'}"; name="\${name%%\\'*}"; [ ! -e "group-$name" ] || cat "group-$name" ;;
  *"--method POST"*"/groups --headers"*)
    echo "$9" >> bodies
    name="\${9#*displayName\\":\\"}"; name="\${name%%\\"*}"
    id="id-$(($(ls group-* 2> /dev/null | wc -l) + 1))"; echo "$id" > "group-$name"; echo "$id" ;;
  *"--method GET"*"/members"*) url="$5"; [ ! -e "members-$(basename "$(dirname "$url")")" ] || cat "members-$(basename "$(dirname "$url")")" ;;
  *"--method POST"*'/members/$ref'*)
    echo "$9" >> bodies
    group="$(basename "$(dirname "$(dirname "$5")")")"; member="\${9##*/}"; echo "\${member%%\\"*}" >> "members-$group" ;;
  *) exit 9 ;;
esac
`;

describe("secrets", () => {
  it("have names that each store takes, and no two have one (R120)", () => {
    for (const { fleet } of examples) {
      const values = renderedSites(fleet).flatMap((site) => storedKeys(requiredSecrets(fleet, site), site));
      const ids = new Set(values.map(({ scope, name, key }) => `${scope}/${name}/${key}`));
      expect(new Set(values.map(keyVaultName)).size).toBe(ids.size);
      for (const value of values) {
        expect(keyVaultName(value)).toMatch(/^[a-zA-Z0-9-]{1,127}$/);
        expect(variableName(value)).toMatch(/^[A-Z][A-Z0-9_]*$/);
      }
    }
  });

  it("with odd or long names stay apart in Key Vault", () => {
    const value = (name: string, key: string) => ({ scope: "fleet", name, key });
    expect(keyVaultName(value("app", "tls.crt"))).toBe("fleet--app--tls-crt");
    expect(keyVaultName(value("app", "a_b"))).not.toBe(keyVaultName(value("app", "a.b")));
    expect(keyVaultName(value("x".repeat(253), "k")).length).toBeLessThanOrEqual(127);
    expect(keyVaultName(value("x".repeat(253), "k"))).not.toBe(keyVaultName(value("x".repeat(252), "k")));
  });

  it("are all on the page: each key of each Secret is kept, fixed, or made of others (R120, R123)", () => {
    for (const { fleet } of examples) {
      const page = fileOf(accessFamily, fleet, "_secrets/README.md");
      for (const site of renderedSites(fleet)) {
        for (const secret of requiredSecrets(fleet, site)) {
          const files = allFiles(accessFamily, fleet);
          const script = files.find(({ path }) => path === `${site}/fill-secrets.sh`)!.content;
          expect(script).toContain(secret.name);
          for (const { key, source } of secret.keys)
            if (source.kind === "random" || source.kind === "given")
              expect(
                page.includes(secret.name) || page.includes(secret.name.replaceAll("-", "_").toUpperCase()),
                `${secret.name} ${key}`,
              ).toBe(true);
        }
      }
    }
  });

  it("are made of what a vault has, whole, and without a value in an argument: run against stand-ins (R121, R123)", () => {
    const { fleet } = example("ratings-three-sites");
    const script = fileOf(accessFamily, fleet, "seattle/fill-secrets.sh");
    const run = runWithStandIns(script, {
      "fleet--ratings-db-app--password": "p&1/{username}\\",
      "fleet--ratings-db-system--agent-token": "t",
    });
    // The value that is missing keeps its own Secret back, and only that one.
    expect(run.status).toBe(2);
    expect(run.stderr).toContain("missing: fleet--ratings-db-system--replication-password");
    expect(run.written["ratingsapp/ratings-db-app"]).toEqual({
      password: "p&1/{username}\\",
      username: "ratings",
      uri: "postgresql://ratings:p&1/{username}\\@ratings-db-rw:5432/ratings",
      "read-uri": "postgresql://ratings:p&1/{username}\\@ratings-db-ro:5432/ratings",
    });
    expect(Object.keys(run.written)).toEqual(["ratingsapp/ratings-db-app"]);
    expect(run.arguments).not.toContain("p&1");
    expect(run.output).not.toContain("p&1");
    expect(run.left).toEqual([]);
  });
});

interface Run {
  readonly status: number | null;
  readonly stderr: string;
  readonly output: string;
  readonly arguments: string;
  readonly written: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly left: readonly string[];
}

/** az that has these values, and kubectl that remembers what it was given. */
function runWithStandIns(script: string, values: Readonly<Record<string, string>>): Run {
  const az = `#!/usr/bin/env bash
echo "$*" >> "$STATE/arguments"
case "$*" in *download*) ;; *) exit 9 ;; esac
[ -e "$STATE/values/$7" ] || { echo "SecretNotFound" >&2; exit 3; }
cp "$STATE/values/$7" "$9"
`;
  const kubectl = `#!/usr/bin/env bash
echo "$*" >> "$STATE/arguments"
if [ "$1" = apply ]; then cat > /dev/null; exit 0; fi
folder="$STATE/written/$6/$4"; mkdir -p "$folder"
for word in "$@"; do case "$word" in --from-file=*) word="\${word#--from-file=}"; cp "\${word#*=}" "$folder/\${word%%=*}" ;; esac; done
`;
  const files = [
    { path: "script.sh", content: script, executable: true },
    { path: "bin/az", content: az, executable: true },
    { path: "bin/kubectl", content: kubectl, executable: true },
    { path: "work/.keep", content: "" },
    { path: "written/.keep", content: "" },
    { path: "arguments", content: "" },
    ...Object.entries(values).map(([name, content]) => ({ path: `values/${name}`, content })),
  ];
  return inFolder(files, (folder) => {
    const env = { PATH: `${folder}/bin:${process.env["PATH"]}`, STATE: folder, HOLDFAST_WORK_DIR: `${folder}/work` };
    const run = spawnSync(join(folder, "script.sh"), { cwd: folder, encoding: "utf8", env });
    const written = readdirSync(join(folder, "written"), { recursive: true, withFileTypes: true }).filter(
      (entry) => entry.isFile() && entry.name !== ".keep",
    );
    const secrets: Record<string, Record<string, string>> = {};
    for (const { parentPath, name } of written) {
      const [secret, namespace] = parentPath.split("/").reverse();
      (secrets[`${namespace}/${secret}`] ??= {})[name] = readFileSync(join(parentPath, name), "utf8");
    }
    return {
      status: run.status,
      stderr: run.stderr,
      output: run.stdout + run.stderr,
      arguments: readFileSync(join(folder, "arguments"), "utf8"),
      written: secrets,
      left: readdirSync(join(folder, "work")).filter((name) => name !== ".keep"),
    };
  });
}

describe.skipIf(!hasShellcheck)("shellcheck (skipped where it is not installed)", () => {
  it.each(examples)("has nothing to say about the scripts of $name", ({ fleet }) => {
    expect(shellcheck(allFiles(accessFamily, fleet))).toBe("");
  });
});

describe.skipIf(skipsReference)("what a real API server accepts (skipped where shared/reference is absent)", () => {
  it.each(examples)("$name: each role and binding is valid, and names resources that exist (R110)", ({ fleet }) => {
    const { validators, resources } = rbacOf(join(referenceFolder!, "kubernetes-1.34/openapi-v3"));
    for (const site of renderedSites(fleet)) {
      for (const manifest of manifestsAt(fleet, site)) {
        const validate = validators.get(manifest.kind)!;
        expect(validate, manifest.kind).toBeDefined();
        validate(manifest);
        expect(validate.errors ?? [], `${manifest.kind} ${manifest.metadata.name}`).toEqual([]);
        for (const { apiGroups, resources: named } of (manifest.rules ?? []) as Rule[]) {
          if (["cert-manager.io", "metrics.k8s.io"].includes(apiGroups[0]!)) continue;
          for (const resource of named)
            expect(resources, `${apiGroups[0]} ${resource}`).toContain(`${apiGroups[0]}/${resource}`);
        }
      }
    }
  });
});

/** Validators of RBAC's objects with closed schemas, and every resource that the recorded server has, as `group/resource`. */
function rbacOf(folder: string): { validators: Map<string, ValidateFunction>; resources: Set<string> } {
  const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false });
  const validators = new Map<string, ValidateFunction>();
  const resources = new Set<string>();
  for (const name of readdirSync(folder)) {
    const document = JSON.parse(readFileSync(join(folder, name), "utf8"));
    if (document.components === undefined) continue;
    for (const path of Object.keys(document.paths as object)) {
      const match =
        /^\/apis?\/(?:(?<group>[a-z0-9.-]+)\/)?v\d+[a-z0-9]*\/(?:namespaces\/\{namespace\}\/)?(?<resource>[a-z]+)(?:\/\{name\}\/(?<sub>[a-z]+))?/.exec(
          path,
        );
      if (match?.groups === undefined) continue;
      const { group = "", resource, sub } = match.groups;
      resources.add(`${group}/${resource}${sub === undefined ? "" : `/${sub}`}`);
    }
    ajv.addSchema(closed(document), name);
    for (const [schema, { "x-kubernetes-group-version-kind": kinds }] of Object.entries<Data>(
      document.components.schemas,
    )) {
      const [kind] = kinds ?? [];
      if (kinds?.length !== 1 || !/^((Cluster)?Role(Binding)?|ServiceAccount)$/.test(kind.kind)) continue;
      validators.set(kind.kind, ajv.compile({ $ref: `${name}#/components/schemas/${schema}` }));
    }
  }
  return { validators, resources };
}

/** OpenAPI lets unknown fields pass; a server with strict field validation does not. */
function closed(schema: Data): Data {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== "object" || schema === null) return schema;
  const members = Object.fromEntries(Object.entries(schema as object).map(([key, member]) => [key, closed(member)]));
  const isObject =
    schema.type === "object" && typeof schema.properties === "object" && schema.additionalProperties === undefined;
  return isObject ? { ...members, additionalProperties: false } : members;
}
