import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Ajv } from "ajv";
import { describe, expect, it } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import type { Fleet } from "../../../spec/index.ts";
import { renderSite } from "../../kubernetes/index.ts";
import { allFiles, fleetNamed, fleets } from "../../testing/examples.ts";
import { evaluateTemplate } from "../../testing/go-template.ts";
import { helmFamily } from "../index.ts";

// Values and manifests as a reader of YAML sees them: a test that reads a field that is not there fails by itself.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Data = any;

const contentOf = (fleet: Fleet, path: string): string => {
  const file = allFiles(helmFamily, fleet).find((each) => each.path === path);
  if (file === undefined) throw new Error(`no ${path}`);
  return file.content;
};

/** As Helm merges: maps by key, everything else replaced. */
function merge(base: Data, over: Data): Data {
  if (!isMap(base) || !isMap(over)) return over;
  const merged: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(over)) merged[key] = key in base ? merge(base[key], value) : value;
  return merged;
}

const isMap = (value: Data): boolean => typeof value === "object" && value !== null && !Array.isArray(value);

function valuesAt(fleet: Fleet, site: string): Data {
  const chart = `_charts/${fleet.application.name}`;
  return merge(parse(contentOf(fleet, `${chart}/values.yaml`)), parse(contentOf(fleet, `${site}/values.yaml`)));
}

function evaluatedAt(fleet: Fleet, site: string): string {
  const chart = `_charts/${fleet.application.name}`;
  const data = {
    Values: valuesAt(fleet, site),
    Release: { Namespace: fleet.application.namespace, Service: "Helm", Name: fleet.application.name },
    Chart: { Name: fleet.application.name, Version: fleet.application.version },
  };
  return allFiles(helmFamily, fleet)
    .filter(({ path }) => path.startsWith(`${chart}/templates/`) && path.endsWith(".yaml"))
    .map(
      ({ path, content }) =>
        `# Source: ${path.slice("_charts/".length)}\n${evaluateTemplate(content, data).trimStart()}`,
    )
    .join("---\n");
}

/** Without what may differ: who manages it, and how the digest of the configuration is made. */
function comparable(manifest: Data): string {
  return JSON.stringify(manifest, (key, value: unknown) => {
    if (key === "app.kubernetes.io/managed-by" || key === "holdfast.dev/config-digest") return typeof value;
    return isMap(value)
      ? Object.fromEntries(Object.entries(value as object).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value;
  });
}

function appliedAt(fleet: Fleet, site: Fleet["sites"][number]): readonly Data[] {
  const names = fleet.application.components.map(({ name }) => name);
  const common = ["default-deny", "allow-dns", `${fleet.application.name}-tls`, fleet.traffic.host];
  return renderSite(fleet, site.name).filter(
    ({ kind, metadata }) =>
      kind !== "Namespace" &&
      metadata.namespace === fleet.application.namespace &&
      [...names, ...common].includes(metadata.name),
  );
}

describe.each(fleets)("the application's chart of $name", ({ name }) => {
  const fleet = fleetNamed(name);

  it.each(fleet.sites)("gives at $name the objects of kubernetes/ (R13, R35, R51, R52, R141)", (site) => {
    const rendered = parseAllDocuments(evaluatedAt(fleet, site.name)).map((document) => document.toJS() as unknown);
    const applied = appliedAt(fleet, site);
    expect(applied.length).toBeGreaterThan(fleet.application.components.length * 3);
    expect(rendered.map(comparable).sort()).toEqual(applied.map(comparable).sort());
  });

  it("leaves out only what must outlive a release: the namespace, the stores and the controller's access (R97)", () => {
    for (const site of fleet.sites) {
      const inChart = new Set(appliedAt(fleet, site).map(comparable));
      const left = renderSite(fleet, site.name).filter(
        (manifest) => manifest.metadata.namespace === fleet.application.namespace && !inChart.has(comparable(manifest)),
      );
      const owners = [...fleet.stores.map((store) => store.name), "holdfast-controller"];
      for (const { metadata } of left) expect(owners.some((owner) => metadata.name.startsWith(owner))).toBe(true);
    }
  });

  it("has values that its schema takes, and no others (R35)", () => {
    const chart = `_charts/${fleet.application.name}`;
    const validate = new Ajv({ allErrors: true }).compile(
      JSON.parse(contentOf(fleet, `${chart}/values.schema.json`)) as object,
    );
    for (const site of fleet.sites) {
      const values = valuesAt(fleet, site.name);
      expect(validate(values) ? [] : validate.errors).toEqual([]);
      const [component = ""] = Object.keys(values.components);
      const with_ = (change: object) => merge(values, { components: { [component]: change } });
      expect(validate(with_({ image: { repository: "" } }))).toBe(false);
      expect(validate(with_({ replica: 3 }))).toBe(false);
      expect(validate({ ...values, site: undefined })).toBe(false);
      expect(validate({ ...values, hots: "x" })).toBe(false);
    }
  });

  it("has the version of the fleet file (R35)", () => {
    expect(parse(contentOf(fleet, `_charts/${fleet.application.name}/Chart.yaml`))).toMatchObject({
      apiVersion: "v2",
      name: fleet.application.name,
      version: fleet.application.version,
      type: "application",
    });
  });

  it("is read by us as in testdata", async () => {
    const site = fleet.sites[0]!.name;
    await expect(evaluatedAt(fleet, site)).toMatchFileSnapshot(
      join(import.meta.dirname, "../testdata", name, "_evaluated", `${site}.yaml`),
    );
  });

  const hasHelm = spawnSync("helm", ["version"]).error === undefined;

  it.skipIf(!hasHelm)("is read by Helm as by us, and passes its lint (skipped where there is no helm)", () => {
    const folder = mkdtempSync(join(tmpdir(), "holdfast-chart-"));
    for (const { path, content } of allFiles(helmFamily, fleet)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), content);
    }
    const chart = join(folder, "_charts", fleet.application.name);
    for (const { name: site } of fleet.sites) {
      const values = ["--values", join(folder, site, "values.yaml")];
      execFileSync("helm", ["lint", "--strict", chart, ...values]);
      const text = execFileSync(
        "helm",
        ["template", "--namespace", fleet.application.namespace, fleet.application.name, chart, ...values],
        {
          encoding: "utf8",
        },
      );
      const read = (from: string) =>
        parseAllDocuments(from)
          .map((document) => comparable(document.toJS()))
          .sort();
      expect(read(text)).toEqual(read(evaluatedAt(fleet, site)));
    }
  });
});

it("lets a value be tuned without a change of the chart: image, replicas, resources, configuration (R51, R52)", () => {
  const fleet = fleetNamed("ratings");
  const chart = `_charts/${fleet.application.name}/templates/ratings-web`;
  const values = merge(valuesAt(fleet, "seattle"), {
    components: { "ratings-web": { image: { tag: "0.2.0" }, replicas: 5, configuration: { NEW: "1" } } },
  });
  const data = { Values: values, Release: { Namespace: "elsewhere", Service: "Helm" } };
  const before = parse(
    evaluateTemplate(contentOf(fleet, `${chart}/deployment.yaml`), { ...data, Values: valuesAt(fleet, "seattle") }),
  );
  const after = parse(evaluateTemplate(contentOf(fleet, `${chart}/deployment.yaml`), data));
  expect(after.spec.replicas).toBe(5);
  expect(after.metadata.namespace).toBe("elsewhere");
  expect(after.spec.template.spec.containers[0].image).toBe("holdfast.example/ratings-web:0.2.0");
  // Pods read their environment when they start, so they have to be replaced.
  const digestOf = (manifest: Data): unknown =>
    manifest.spec.template.metadata.annotations["holdfast.dev/config-digest"];
  expect(digestOf(after)).not.toBe(digestOf(before));
});

it("passes braces of the fleet file on as they are", () => {
  const fleet = fleetNamed("everything", (text) =>
    text.replace('["--listen", ":8080"]', '["{{ .Values.site }}", "a: {{b}}"]'),
  );
  const documents = parseAllDocuments(evaluatedAt(fleet, "north")).map((document) => document.toJS());
  const web = documents.find(({ kind, metadata }) => kind === "Deployment" && metadata.name === "web");
  expect(web.spec.template.spec.containers[0].args).toEqual(["{{ .Values.site }}", "a: {{b}}"]);
});
