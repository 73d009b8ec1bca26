import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { Ajv } from "ajv";
import type { ValidateFunction } from "ajv";
import { describe, expect, it } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import type { Fleet, SiteName } from "../../spec/index.ts";
import { kubernetesFamily, renderSite, renderedKinds, renderedSites, requiredSecrets, waveOf } from "./index.ts";
import { fleetNamed, fleetOf, fleets, reference } from "../testing/examples.ts";
import type { Manifest } from "./index.ts";

// Rendered data as a reader of YAML would see it: a test that reads a field that is not there fails by itself.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Data = any;

const here = dirname(fileURLToPath(import.meta.url));
const goldens = join(here, "testdata");

function allFiles(fleet: Fleet) {
  return filesOf(fleet, renderedSites(fleet));
}

function filesOf(fleet: Fleet, sites: readonly SiteName[]) {
  return [...kubernetesFamily.render(fleet, new Set(sites))].flatMap(({ files }) => files);
}

function manifestsOf(fleet: Fleet): { site: string; manifest: Manifest }[] {
  return renderedSites(fleet).flatMap((site) => renderSite(fleet, site).map((manifest) => ({ site, manifest })));
}

describe.each(fleets)("rendering $name", ({ name, file }) => {
  const fleet = fleetOf(readFileSync(file, "utf8"), file);

  const folder = join(goldens, name);

  it("gives the files under testdata (R78, R79)", async () => {
    for (const { path, content } of allFiles(fleet)) await expect(content).toMatchFileSnapshot(join(folder, path));
  });

  it("gives all files under testdata", () => {
    const known = readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
    const files = allFiles(fleet).map(({ path }) => path);
    expect(known.sort()).toEqual(files.sort());
  });

  it("holds no secret, and takes what the file calls a secret from one by reference (R121, R122)", () => {
    for (const { manifest } of manifestsOf(fleet) as { manifest: Data }[]) {
      if (manifest.kind === "Secret") {
        // The API server fills it; there is nothing in the file.
        expect(Object.keys(manifest).sort()).toEqual(["apiVersion", "kind", "metadata", "type"]);
        expect(manifest.type).toBe("kubernetes.io/service-account-token");
      }
      for (const container of manifest.spec?.template?.spec.containers ?? []) {
        for (const { name: env, value } of container.env) {
          if (/PASSWORD|TOKEN|URL|SECRET|KEY/.test(env)) expect(value, env).toBeUndefined();
        }
      }
    }
    for (const component of fleet.application.components) {
      const deployment = renderSite(fleet, fleet.sites[0]!.name).find(
        ({ kind, metadata }) => kind === "Deployment" && metadata.name === component.name,
      ) as Data;
      for (const { env, secret, key } of component.secrets) {
        expect(deployment.spec.template.spec.containers[0].env).toContainEqual({
          name: env,
          valueFrom: { secretKeyRef: { name: secret, key } },
        });
      }
    }
  });

  it("writes each manifest that the lab and apply use into exactly one file", () => {
    for (const site of renderedSites(fleet)) {
      const written = filesOf(fleet, [site])
        .filter(({ path }) => path.endsWith(".yaml"))
        .flatMap(({ content }) => parseAllDocuments(content).map((document) => document.toJS() as unknown));
      const byText = (objects: readonly unknown[]) => objects.map((object) => JSON.stringify(object)).sort();
      expect(byText(written)).toEqual(byText(renderSite(fleet, site)));
    }
  });

  it("gives each object once, with a legal name and legal labels", () => {
    const label = /^(([A-Za-z0-9][-A-Za-z0-9_.]{0,61})?[A-Za-z0-9])?$/;
    for (const site of renderedSites(fleet)) {
      const ids = renderSite(fleet, site).map(
        ({ kind, metadata }) => `${kind} ${metadata.namespace ?? ""}/${metadata.name}`,
      );
      expect(new Set(ids).size).toBe(ids.length);
    }
    for (const { site, manifest } of manifestsOf(fleet)) {
      // An Ingress may be called by the host that it owns.
      expect(manifest.metadata.name).toMatch(
        manifest.kind === "Ingress" ? /^[a-z0-9][-.a-z0-9]{0,251}[a-z0-9]$/ : /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/,
      );
      const labels = Object.entries(manifest.metadata.labels ?? {});
      for (const [, value] of labels) expect(value).toMatch(label);
      expect(manifest.metadata.labels).toMatchObject({
        "app.kubernetes.io/managed-by": "holdfast",
        "holdfast.dev/fleet": fleet.name,
        "holdfast.dev/site": site,
      });
    }
  });

  it("orders them so that none comes before what it needs, and renders only kinds that may be pruned", () => {
    for (const site of renderedSites(fleet)) {
      const manifests = renderSite(fleet, site);
      const waves = manifests.map(waveOf);
      expect(waves).toEqual([...waves].sort((a, b) => a - b));
      const namespaces = manifests.filter(({ kind }) => kind === "Namespace").map(({ metadata }) => metadata.name);
      for (const { apiVersion, kind, metadata } of manifests) {
        // A Secret goes with its service account.
        if (kind !== "Secret") expect(renderedKinds).toContainEqual(expect.objectContaining({ apiVersion, kind }));
        if (kind !== "Namespace") expect(namespaces).toContain(metadata.namespace);
      }
    }
  });

  it("selects with every selector exactly the pods of one workload (R13)", () => {
    for (const site of renderedSites(fleet)) {
      const manifests = renderSite(fleet, site) as Data[];
      const workloads = manifests.filter(({ kind }) => kind === "Deployment" || kind === "StatefulSet");
      const selected = (namespace: string, selector: Record<string, string>) =>
        workloads.filter(({ metadata, spec }) => {
          const labels = {
            ...spec.template.metadata.labels,
            "statefulset.kubernetes.io/pod-name": `${metadata.name}-0`,
          };
          const ordinal = /-\d+$/.exec(selector["statefulset.kubernetes.io/pod-name"] ?? "");
          const wanted = ordinal
            ? {
                ...selector,
                "statefulset.kubernetes.io/pod-name": selector["statefulset.kubernetes.io/pod-name"]!.replace(
                  /-\d+$/,
                  "-0",
                ),
              }
            : selector;
          return (
            metadata.namespace === namespace && Object.entries(wanted).every(([key, value]) => labels[key] === value)
          );
        });
      for (const { kind, metadata, spec } of manifests) {
        const selector = kind === "Service" ? spec.selector : spec?.selector?.matchLabels;
        if (selector !== undefined)
          expect(selected(metadata.namespace, selector), `${kind} ${metadata.name}`).toHaveLength(1);
      }
    }
  });

  it("refers only to what is rendered or is a required Secret (R120, R121)", () => {
    for (const site of renderedSites(fleet)) {
      const manifests = renderSite(fleet, site) as Data[];
      const exists = (kind: string, namespace: string, name: string) =>
        manifests.some(
          (other) => other.kind === kind && other.metadata.namespace === namespace && other.metadata.name === name,
        );
      const secrets = requiredSecrets(fleet, site);
      const secret = (namespace: string, name: string, key?: string) =>
        secrets.some(
          (each) =>
            each.namespace === namespace &&
            each.name === name &&
            (key === undefined || each.keys.some((known) => known.key === key)),
        );
      for (const { kind, metadata, spec } of manifests) {
        const namespace: string = metadata.namespace;
        if (["Deployment", "StatefulSet", "Job"].includes(kind)) {
          const pod = spec.template.spec;
          expect(exists("ServiceAccount", namespace, pod.serviceAccountName)).toBe(true);
          if (kind === "StatefulSet") expect(exists("Service", namespace, spec.serviceName)).toBe(true);
          for (const { name } of pod.imagePullSecrets ?? []) expect(secret(namespace, name)).toBe(true);
          for (const volume of pod.volumes ?? []) {
            if (volume.configMap) expect(exists("ConfigMap", namespace, volume.configMap.name)).toBe(true);
            if (volume.secret) {
              const keys = volume.secret.items?.map(({ key }: Data) => key) ?? [undefined];
              for (const key of keys) expect(secret(namespace, volume.secret.secretName, key), key).toBe(true);
            }
            for (const source of volume.projected?.sources ?? []) {
              if (source.configMap) expect(exists("ConfigMap", namespace, source.configMap.name)).toBe(true);
              for (const { key } of source.secret?.items ?? [])
                expect(secret(namespace, source.secret.name, key), key).toBe(true);
            }
          }
          for (const container of pod.containers) {
            for (const { configMapRef } of container.envFrom ?? [])
              expect(exists("ConfigMap", namespace, configMapRef.name)).toBe(true);
            for (const { valueFrom } of container.env ?? []) {
              const reference = valueFrom?.secretKeyRef;
              if (reference) expect(secret(namespace, reference.name, reference.key), reference.name).toBe(true);
            }
            const ports = (container.ports ?? []).map((port: Data) => port.name);
            for (const probe of [container.readinessProbe, container.livenessProbe, container.startupProbe].filter(
              Boolean,
            )) {
              expect(ports).toContain((probe.httpGet ?? probe.tcpSocket).port);
            }
          }
        }
        if (kind === "Ingress") {
          for (const path of spec.rules[0].http?.paths ?? [])
            expect(exists("Service", namespace, path.backend.service.name)).toBe(true);
          for (const { secretName } of spec.tls ?? []) {
            expect(secret(namespace, secretName) || exists("Certificate", namespace, secretName)).toBe(true);
          }
        }
        if (kind === "HorizontalPodAutoscaler") {
          const target = manifests.find(
            ({ kind, metadata }) => kind === "Deployment" && metadata.name === spec.scaleTargetRef.name,
          );
          expect(target.spec).not.toHaveProperty("replicas");
        }
      }
    }
  });

  it("never gives a budget that blocks a drain: one of at least two may go (R129)", () => {
    for (const { manifest } of manifestsOf(fleet) as Data[]) {
      if (manifest.kind !== "PodDisruptionBudget") continue;
      expect(manifest.spec).toMatchObject({ maxUnavailable: 1 });
      expect(manifest.spec).not.toHaveProperty("minAvailable");
    }
  });

  it("gives the same bytes for the same data, whatever the order of the file's keys", () => {
    const text = readFileSync(file, "utf8");
    const reversed = fleetOf(JSON.stringify(reverseKeys(parse(text))), file);
    expect(allFiles(reversed)).toEqual(allFiles(fleetOf(text, file)));
  });

  it("runs nothing as root, with a token it does not need, or without limits", () => {
    for (const { manifest } of manifestsOf(fleet) as Data[]) {
      const pod = manifest.spec?.template?.spec;
      if (pod === undefined) continue;
      expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } });
      expect(pod.automountServiceAccountToken).toBe(manifest.metadata.name === "holdfast-controller");
      for (const container of pod.containers) {
        expect(container.securityContext).toMatchObject({
          allowPrivilegeEscalation: false,
          capabilities: { drop: ["ALL"] },
        });
        expect(container.resources.limits.memory).toBeDefined();
      }
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

it("puts personal data and the application at the sites only, never at the witness (R4, R5)", () => {
  const fleet = fleetNamed("ratings");
  const witness = renderSite(fleet, fleet.witness!.name);
  expect(new Set(witness.flatMap(({ kind, metadata }) => (kind === "Namespace" ? [] : [metadata.namespace])))).toEqual(
    new Set(["holdfast-system"]),
  );
  const secrets = requiredSecrets(fleet, fleet.witness!.name);
  expect(secrets.map(({ namespace, name }) => `${namespace}/${name}`)).toEqual([
    "holdfast-system/holdfast-peer-portland",
    "holdfast-system/holdfast-peer-seattle",
  ]);
});

describe("a component that talks to MongoDB", () => {
  const hubs = fleetNamed("ratings-azure-stack-hub");
  const [seattle] = hubs.sites;
  const podOf = (name: string): Data =>
    (
      renderSite(hubs, seattle!.name).find(
        ({ kind, metadata }) => kind === "Deployment" && metadata.name === name,
      ) as Data
    ).spec.template.spec;

  it("has the certificate of the servers' authority where the connection string says, and not their key (R121)", () => {
    const uri = requiredSecrets(hubs, seattle!.name)
      .find(({ name }) => name === "ratings-mongodb-app")!
      .keys.find(({ key }) => key === "uri")!.source;
    const named =
      uri.kind === "template" ? new URL(uri.template.replace(/^.*@[^/]*/, "http://x")).searchParams : undefined;
    const { containers, volumes } = podOf("ratings-api");
    expect(containers[0].volumeMounts).toEqual([
      { name: "ratings-mongodb-ca", mountPath: "/etc/holdfast/ratings-mongodb", readOnly: true },
    ]);
    expect(named?.get("tlsCAFile")).toBe(`${containers[0].volumeMounts[0].mountPath}/ca.crt`);
    expect(volumes[0].secret).toEqual({
      secretName: "ratings-mongodb-tls",
      items: [{ key: "ca.crt", path: "ca.crt" }],
    });
    expect(podOf("ratings-web").volumes).toBeUndefined();
  });

  it("has it also at a site that has no member", () => {
    const moved = fleetNamed("ratings-azure-stack-hub", (text) =>
      text
        .replace(/ {6}- \{ site: orlando \}\n/g, "")
        .replace(", role: arbiter }", " }")
        .replace("site: azure-central }", "site: seattle }"),
    );
    const keys = requiredSecrets(moved, moved.sites[1]!.name).find(({ name }) => name === "ratings-mongodb-tls")?.keys;
    expect(keys?.map(({ key }) => key)).toEqual(["ca.crt"]);
  });
});

describe("a MongoDB arbiter at the witness (R74)", () => {
  const at = (distribution: string) => {
    const fleet = fleetNamed("ratings-azure-stack-hub", (text) =>
      text.replace("distribution: AKS }", `distribution: ${distribution} }`),
    );
    const manifests = renderSite(fleet, fleet.witness!.name) as Data[];
    return {
      service: manifests.find(({ metadata }) => metadata.name === "ratings-mongodb-arbiter-0-peering"),
      claim: manifests.find(({ kind }) => kind === "StatefulSet").spec.volumeClaimTemplates[0].spec,
    };
  };

  it("on AKS asks for an internal address, and for a storage class that AKS has", () => {
    const { service, claim } = at("AKS");
    expect(service.metadata.annotations).toEqual({
      "service.beta.kubernetes.io/azure-load-balancer-internal": "true",
      "service.beta.kubernetes.io/azure-load-balancer-ipv4": "10.102.1.11",
    });
    expect(claim.storageClassName).toBe("managed-csi");
  });

  it("on another Kubernetes takes the default class, for it has none of AKS Engine's, and no annotation of Azure's", () => {
    const { service, claim } = at("k3s");
    expect(service.metadata.annotations).toBeUndefined();
    expect(claim.storageClassName).toBeUndefined();
  });

  it("is where the Hubs' members keep the class of the file", () => {
    const hubs = fleetNamed("ratings-azure-stack-hub");
    const set = renderSite(hubs, hubs.sites[0]!.name).find(({ kind }) => kind === "StatefulSet") as Data;
    expect(set.spec.volumeClaimTemplates[0].spec.storageClassName).toBe("managed-standard");
  });

  it("keeps a class that somebody made, on any platform", () => {
    const other = fleetNamed("everything");
    const sets = (renderSite(other, other.witness!.name) as Data[]).filter(({ kind }) => kind === "StatefulSet");
    expect(sets.map(({ spec }) => spec.volumeClaimTemplates[0].spec.storageClassName)).toEqual(["fast"]);
  });
});

describe("who may change a register", () => {
  const fleet = fleetNamed("ratings");
  const rulesOf = (site: string, name: string): Data =>
    (
      renderSite(
        fleet,
        renderedSites(fleet).find((each) => each === site)!,
      ).find(
        ({ kind, metadata }) => kind === "Role" && metadata.name === name && metadata.namespace === "holdfast-system",
      ) as Data
    ).rules;

  it.each(["seattle", "boise"])(
    "at %s are the other sites' controllers, and they may nothing else there (R5)",
    (site) => {
      expect(rulesOf(site, "holdfast-voter")).toEqual([
        { apiGroups: [""], resources: ["configmaps"], verbs: ["create"] },
        {
          apiGroups: [""],
          resources: ["configmaps"],
          resourceNames: ["holdfast-register-ratings-db"],
          verbs: ["get", "list", "watch", "update", "patch", "delete"],
        },
      ]);
    },
  );

  it("is the own controller, which may read its logins to the others and no other Secret of its namespace", () => {
    const secrets = rulesOf("seattle", "holdfast-controller").filter(({ resources }: Data) =>
      resources.includes("secrets"),
    );
    const logins = ["holdfast-peer-portland", "holdfast-peer-boise"];
    expect(secrets).toEqual([{ apiGroups: [""], resources: ["secrets"], resourceNames: logins, verbs: ["get"] }]);
    expect(requiredSecrets(fleet, fleet.sites[0]!.name).map(({ name }) => name)).toEqual(
      expect.arrayContaining(logins),
    );
  });

  it("is nobody where MongoDB elects by itself", () => {
    const hubs = fleetNamed("ratings-azure-stack-hub");
    expect(manifestsOf(hubs).filter(({ manifest }) => manifest.metadata.name.startsWith("holdfast-voter"))).toEqual([]);
    for (const site of renderedSites(hubs))
      expect(requiredSecrets(hubs, site).some(({ name }) => name.startsWith("holdfast-peer"))).toBe(false);
  });
});

describe.skipIf(reference === undefined && process.env["CI"] === undefined)(
  "what a real API server accepts (skipped where shared/reference is absent)",
  () => {
    it.each(fleets)(
      "$name: each object is valid, and has no field that the API does not know (R34, R51)",
      ({ file }) => {
        const validators = apiValidators(join(reference!, "shared/reference"));
        for (const { manifest } of manifestsOf(fleetOf(readFileSync(file, "utf8"), file))) {
          const validate = validators.get(`${manifest.apiVersion} ${manifest.kind}`);
          expect(validate, manifest.kind).toBeDefined();
          validate!(manifest);
          expect(validate!.errors ?? [], `${manifest.kind} ${manifest.metadata.name}`).toEqual([]);
        }
      },
    );
  },
);

it.skipIf(reference === undefined && process.env["CI"] === undefined)(
  "the check against the API's schemas does refuse unknown and wrong fields (skipped where shared/reference is absent)",
  () => {
    const validate = apiValidators(join(reference!, "shared/reference")).get("v1 Service")!;
    const service = { apiVersion: "v1", kind: "Service", metadata: { name: "x" }, spec: { ports: [{ port: 80 }] } };
    expect(validate(service)).toBe(true);
    expect(validate({ ...service, spec: { ports: [{ port: 80, prot: "TCP" }] } })).toBe(false);
    expect(validate({ ...service, spec: { ports: [{ port: "80" }] } })).toBe(false);
    expect(validate({ ...service, specs: {} })).toBe(false);
  },
);

/** `apiVersion kind` -> a validator made of the server's own OpenAPI documents and cert-manager's CRD, with closed objects. */
function apiValidators(folder: string): ReadonlyMap<string, ValidateFunction> {
  const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false });
  const validators = new Map<string, ValidateFunction>();
  for (const name of readdirSync(join(folder, "kubernetes-1.34/openapi-v3"))) {
    const document = JSON.parse(readFileSync(join(folder, "kubernetes-1.34/openapi-v3", name), "utf8"));
    if (document.components === undefined) continue;
    ajv.addSchema(closed(document), name);
    for (const [schema, { "x-kubernetes-group-version-kind": kinds }] of Object.entries<Data>(
      document.components.schemas,
    )) {
      if (kinds?.length !== 1 || !schema.endsWith(`.${kinds[0].kind}`)) continue;
      const { group, version, kind } = kinds[0];
      const apiVersion = group === "" ? version : `${group}/${version}`;
      const rendered = [...renderedKinds, { apiVersion: "v1", kind: "Secret" }];
      if (!rendered.some((each) => each.apiVersion === apiVersion && each.kind === kind)) continue;
      validators.set(`${apiVersion} ${kind}`, ajv.compile({ $ref: `${name}#/components/schemas/${schema}` }));
    }
  }
  const certificate = parse(readFileSync(join(folder, "crds/cert-manager.io_certificates.yaml"), "utf8"));
  const schema = closed(certificate.spec.versions[0].schema.openAPIV3Schema);
  // A CRD leaves the metadata to the API server.
  schema.properties.metadata = { type: "object" };
  validators.set("cert-manager.io/v1 Certificate", ajv.compile(schema));
  return validators;
}

/** OpenAPI lets unknown fields pass; a server with strict field validation does not. */
function closed(schema: Data): Data {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== "object" || schema === null) return schema;
  const members = Object.fromEntries(Object.entries(schema).map(([key, member]) => [key, closed(member)]));
  const isObjectSchema =
    schema.type === "object" && typeof schema.properties === "object" && schema.additionalProperties === undefined;
  return isObjectSchema ? { ...members, additionalProperties: false } : members;
}
