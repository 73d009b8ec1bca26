import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv } from "ajv";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { membersOf } from "../../spec/index.ts";
import type { Fleet } from "../../spec/index.ts";
import { compiled } from "../testing/azure-templates.ts";
import { deliveredFleets } from "../testing/delivered-fleets.ts";
import {
  changed,
  example,
  fileOf,
  referenceFolder,
  skipsReference,
  testGoldenFiles,
} from "../testing/example-fleets.ts";
import { allFiles } from "../testing/examples.ts";
import { declarativeProblems } from "../testing/declarative-pipeline.ts";
import { hasShellcheck, shellcheck } from "../testing/shell-scripts.ts";
import { agentFor } from "./agents.ts";
import { pipelinesFamily } from "./index.ts";
import { modes, stagesOf } from "./plan.ts";

// Rendered data as a reader of YAML would see it: a test that reads a field that is not there fails by itself.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Data = any;

testGoldenFiles(pipelinesFamily, import.meta.url);

const hubs = example("ratings-azure-stack-hub").fleet;
describe("the pattern's two decisions (R134, R135, R136, R137, R138)", () => {
  const reached = (management: boolean, kubernetesApi: boolean): Fleet =>
    changed("ratings-azure-stack-hub", [
      "kubernetesApi: false, management: false",
      `kubernetesApi: ${kubernetesApi}, management: ${management}`,
    ]);
  const infrastructure = { management: true, kubernetesApi: false };
  const kubernetes = { management: false, kubernetesApi: true };
  const both = { management: true, kubernetesApi: true };

  it.each([
    [true, true, "hosted", "hosted", "hosted"],
    [true, false, "hosted", "self-hosted", "self-hosted"],
    [false, true, "self-hosted", "hosted", "self-hosted"],
    [false, false, "self-hosted", "self-hosted", "self-hosted"],
  ] as const)("management reached: %s, Kubernetes API reached: %s", (management, kubernetesApi, ...expected) => {
    const fleet = reached(management, kubernetesApi);
    const [site] = membersOf(fleet);
    expect([infrastructure, kubernetes, both].map((needs) => agentFor(fleet, site!, needs).kind)).toEqual(expected);
  });

  it("has our own agents at a server on premises, at a disconnected Hub and with Jenkins, whatever is reached", () => {
    const open = (...more: [string, string][]) =>
      changed(
        "ratings-azure-stack-hub",
        ["kubernetesApi: false, management: false", "kubernetesApi: true, management: true"],
        ...more,
      );
    for (const fleet of [
      open(["kind: azure-pipelines", "kind: azure-pipelines\n  hosting: server"]),
      open(["kind: azure-pipelines", "kind: jenkins"]),
      open(["identity: azure-ad\n      connectivity: connected", "identity: adfs\n      connectivity: disconnected"]),
    ]) {
      const [site] = membersOf(fleet);
      expect(agentFor(fleet, site!, infrastructure)).toEqual({ kind: "self-hosted", pool: "seattle-hub" });
    }
  });

  it("uses the agents of any site next to a witness that has none", () => {
    const witness = membersOf(hubs).find(({ role }) => role === "witness")!;
    expect(agentFor(hubs, witness, kubernetes)).toEqual({
      kind: "self-hosted-anywhere",
      pools: [
        { site: "seattle", pool: "seattle-hub" },
        { site: "orlando", pool: "orlando-hub" },
      ],
    });
  });

  it("decides for scale and upgrade by both, as they drain nodes", () => {
    const fleet = reached(true, false);
    const agents = new Map(stagesOf(fleet).map(({ id, agent }) => [id, agent.kind]));
    expect([
      agents.get("infrastructure_seattle"),
      agents.get("cluster_seattle"),
      agents.get("nodes_seattle"),
      agents.get("application_seattle"),
    ]).toEqual(["hosted", "hosted", "self-hosted", "self-hosted"]);
  });
});

describe.each(deliveredFleets)("the stages of $name", ({ fleet }) => {
  const stages = stagesOf(fleet);
  const position = (id: string) => stages.findIndex((stage) => stage.id === id);

  it("check first, all networks before all tunnels, then one place after another as the file says (R81, R92, R140)", () => {
    expect(stages[0]?.id).toBe("check");
    const underscored = fleet.delivery.stages.map((site) => site.replaceAll("-", "_"));
    const of = (what: string) => underscored.map((site) => position(`${what}_${site}`));
    expect(Math.max(...of("infrastructure"))).toBeLessThan(Math.min(...of("connections")));
    expect(of("application")).toEqual(of("application").toSorted((a, b) => a - b));
    for (const site of underscored) {
      const own = [
        ...["infrastructure", "connections", "cluster", "platform", "databases", "application"],
        ...["databases_ready", "verify"],
      ].map((what) => position(`${what}_${site}`));
      expect(own).toEqual(own.toSorted((a, b) => a - b));
      expect(own).not.toContain(-1);
    }
    for (const [index, site] of underscored.slice(1).entries())
      expect(position(`cluster_${site}`)).toBeGreaterThan(position(`application_${underscored[index]!}`));
  });

  it("changes each site once, as a whole, and with a person's word between sites (R137)", () => {
    expect(new Set(stages.map(({ id }) => id)).size).toBe(stages.length);
    const approved = stages.filter(({ approval }) => approval).map(({ site }) => site);
    expect(new Set(approved).size).toBe(approved.length);
    expect(approved).toEqual(expect.arrayContaining(fleet.delivery.stages.slice(1)));
  });

  it("redeploys a lost site with the same stages, and its peers' tunnels (R95, R96)", () => {
    const lost = fleet.delivery.stages[0]!;
    const run = stages.filter(
      (stage) =>
        stage.modes.includes("redeploy") &&
        (stage.site === undefined || stage.site === lost || stage.alsoFor.includes(lost)),
    );
    const others = run.filter(({ site }) => site !== undefined && site !== lost);
    expect(others.length).toBeGreaterThan(0);
    expect(others.every(({ id }) => /^(connections|verify)_/.test(id))).toBe(true);
    expect(run.filter(({ site }) => site === lost)).toHaveLength(7);
  });

  it("runs scripts that are rendered", () => {
    const paths = allFiles(pipelinesFamily, fleet).map(({ path }) => `pipelines/${path}`);
    for (const { script } of stages) expect(paths).toContain(script);
  });
});

describe.each(deliveredFleets.filter(({ fleet }) => fleet.delivery.kind === "azure-pipelines"))(
  "Azure Pipelines of $name",
  ({ fleet }) => {
    const files = new Map(allFiles(pipelinesFamily, fleet).map(({ path, content }) => [path, content]));
    const main = parse(files.get("azure-pipelines.yml")!, { uniqueKeys: true });
    const runs = modes.flatMap((mode) =>
      ["all", ...membersOf(fleet).map(({ name }) => name)].map((site) => ({ mode, site, without: "none" })),
    );

    it("has exactly the stages of the plan, for each mode and site (R28, R132)", () => {
      for (const run of runs) {
        const { mode, site } = run;
        const expected = stagesOf(fleet)
          .filter((stage) => stage.modes.includes(mode))
          .filter(
            (stage) =>
              stage.site === undefined ||
              stage.site === site ||
              (mode === "redeploy" && stage.alsoFor.some((each) => each === site)) ||
              (site === "all" && (stage.modes.includes("deploy") || stage.modes.includes("first-deploy"))),
          )
          .flatMap(({ id, approval }) =>
            approval && mode === "deploy" && site === "all" ? [`approve_${id}`, id] : [id],
          );
        expect(
          compiled(main, run).stages.map(({ stage }: Data) => stage),
          `${mode} ${site}`,
        ).toEqual(expected);
      }
    });

    it("has a name or an image in each pool, never both, and no image on premises (R136, R138)", () => {
      for (const { jobs } of compiled(main, { mode: "deploy", site: "all", without: "none" }).stages) {
        for (const { pool } of jobs) {
          if (pool === "server") continue;
          expect(Object.keys(pool)).toHaveLength(1);
          if (fleet.delivery.hosting === "server") expect(Object.keys(pool)).toEqual(["name"]);
        }
      }
      if (fleet.delivery.hosting === "server") expect([...files.values()].join("")).not.toContain("vmImage");
    });

    it("is alone: an older run stops it, and further commits wait (R92)", () => {
      const [first] = parse(files.get("_templates/check.yml")!).steps;
      expect(first).toEqual({
        bash: "rendered/pipelines/alone.sh",
        displayName: expect.any(String) as string,
        env: { SYSTEM_ACCESSTOKEN: "$(System.AccessToken)" },
      });
      expect([main.lockBehavior, main.trigger.batch]).toEqual(["sequential", true]);
    });

    it("puts secrets into a script's environment only (R121, R123)", () => {
      for (const [path, content] of files) {
        if (!path.endsWith(".yml")) continue;
        for (const line of content.split("\n")) {
          // Arguments and inline scripts are shown in logs.
          if (/^\s*(?:bash|script|arguments|scriptPath):/.test(line))
            expect(line, path).not.toMatch(/\$\([a-z0-9-]+--|\$\([A-Z_]*(?:SECRET|KUBECONFIG|KEY)/);
        }
      }
    });

    describe.skipIf(skipsReference)(
      "against the service's own schema (skipped where shared/reference is absent)",
      () => {
        const validate = skipsReference ? undefined : pipelineValidator();

        it("is valid for each mode and site, tasks and inputs too", () => {
          for (const run of runs)
            expect(problemsOf(validate!, compiled(main, run)), `${run.mode} ${run.site}`).toEqual([]);
        });

        it("has valid templates", () => {
          for (const [path, content] of files) {
            if (!path.startsWith("_templates/")) continue;
            const template = parse(content, { uniqueKeys: true });
            // A template's steps in a pipeline, with an environment where it takes one.
            const steps = template.steps.map((step: Data) =>
              typeof step.env === "string" ? { ...step, env: { A: "b" } } : step,
            );
            expect(problemsOf(validate!, { steps }), path).toEqual([]);
            const stages = JSON.stringify(main).split(`"template":"${path}"`).length - 1;
            expect(stages, path).toBeGreaterThan(0);
          }
        });
      },
    );
  },
);

it.skipIf(skipsReference)("the schema does refuse what is wrong (skipped where shared/reference is absent)", () => {
  const validate = pipelineValidator();
  const job = { job: "a", pool: { name: "x" }, steps: [{ bash: "true" }] };
  expect(problemsOf(validate, { stages: [{ stage: "a", jobs: [job] }] })).toEqual([]);
  expect(problemsOf(validate, { stages: [{ stage: "a", jobbs: [job] }] })).not.toEqual([]);
  expect(
    problemsOf(validate, {
      steps: [{ task: "AzureKeyVault@2", inputs: { azureSubscription: "a", KeyVaultName: "b", Filter: "c" } }],
    }),
  ).not.toEqual([]);
  expect(problemsOf(validate, { steps: [{ task: "AzureKeyVault@9", inputs: {} }] })).not.toEqual([]);
});

function pipelineValidator() {
  const schema = JSON.parse(readFileSync(join(referenceFolder!, "azure-pipelines/service-schema.json"), "utf8"));
  return new Ajv({
    strict: false,
    allErrors: false,
    validateFormats: false,
    unicodeRegExp: false,
    coerceTypes: true,
  }).compile(schema as object);
}

/** The service reads scalars as the text that they are, so a number is good where its schema wants text. */
function problemsOf(validate: ReturnType<typeof pipelineValidator>, data: unknown): readonly unknown[] {
  return validate(structuredClone(data)) ? [] : (validate.errors ?? []).slice(0, 5);
}

describe.each(deliveredFleets.filter(({ fleet }) => fleet.delivery.kind === "github-actions"))(
  "GitHub Actions of $name",
  ({ fleet }) => {
    const workflow = parse(fileOf(pipelinesFamily, fleet, "github-actions.yml"), { uniqueKeys: true });

    it("has a job a stage, each after the one before, with the agent of the plan (R28, R132)", () => {
      const stages = stagesOf(fleet);
      expect(Object.keys(workflow.jobs as object)).toEqual(stages.map(({ id }) => id));
      for (const [index, { id, agent }] of stages.entries()) {
        const job = workflow.jobs[id];
        expect(job.needs).toEqual(index === 0 ? undefined : [stages[index - 1]!.id]);
        if (agent.kind === "hosted") expect(job["runs-on"]).toBe("ubuntu-latest");
        else if (agent.kind === "self-hosted") expect(job["runs-on"]).toEqual(["self-hosted", agent.pool]);
        else expect(job["runs-on"][0]).toBe("self-hosted");
        if (index > 0) expect(job.if).toMatch(/^\$\{\{ !failure\(\) && !cancelled\(\)/);
      }
    });

    it("names secrets in env only, pins every action to a commit, and asks for no more rights than it needs (R121, R123)", () => {
      expect(workflow.permissions).toEqual({ contents: "read" });
      for (const job of Object.values<Data>(workflow.jobs)) {
        for (const step of job.steps) {
          if (step.uses !== undefined) expect(step.uses).toMatch(/^[\w-]+\/[\w/-]+@[0-9a-f]{40}$/);
          expect(step.run ?? "").not.toContain("secrets.");
        }
      }
    });
  },
);

describe.each(deliveredFleets.filter(({ fleet }) => fleet.delivery.kind === "jenkins"))(
  "the Jenkinsfile of $name",
  ({ fleet }) => {
    const text = fileOf(pipelinesFamily, fleet, "Jenkinsfile.groovy");

    it("has a stage a stage in order, each with the label of the plan (R28, R132)", () => {
      const stages = [...text.matchAll(/^ {4}stage\('(.*)'\) \{\n(?: {6}agent \{ label (.*) \}$)?/gm)].filter(
        ([, , label]) => label !== undefined,
      );
      expect(stages.map(([, title, label]) => [title, label])).toEqual(
        stagesOf(fleet).map(({ title, agent }) => [
          title,
          agent.kind === "self-hosted" ? `'${agent.pool}'` : (expect.stringMatching(/^"\$\{.*\}"$/) as string),
        ]),
      );
    });

    it("is a declarative pipeline, as far as Jenkins sees it before a run", () => {
      expect(declarativeProblems(text)).toEqual([]);
    });

    it("lets only the approvers say yes, and without a machine that waits (R137)", () => {
      const approvals = stagesOf(fleet).filter(({ approval }) => approval);
      const asked = [...text.matchAll(/input \{\n\s+message '.*'\n\s+submitter '(.*)'/g)];
      expect(asked.map(([, submitter]) => submitter)).toEqual(approvals.map(() => `${fleet.name}-approvers`));
    });

    it("keeps and fetches AKS Engine's state of one site in a folder of that site", () => {
      for (const { id, site } of stagesOf(fleet).filter(({ keepsState }) => keepsState)) {
        const folder = `aks-engine-state-${site}`;
        expect(text, id).toContain(`filter: '${folder}/**'`);
        expect(text, id).toContain(`artifacts: '${folder}/**'`);
        expect(text, id).toContain(`HOLDFAST_STATE_COPY = "\${env.WORKSPACE}/${folder}"`);
      }
    });

    it("signs in to public Azure for what the fleet has there, wherever secrets are kept", () => {
      if (stagesOf(fleet).some(({ id }) => id === "azure"))
        expect(text).toMatch(/inAzure\("rendered\/pipelines\/azure\.sh"\)/);
    });

    it("puts no secret into a command: those stay the shell's variables (R121, R123)", () => {
      for (const [, name] of text.matchAll(/\$\{([^}]*)\}/g))
        expect(name).toMatch(/^(?:params\.mode|params\.(?:[\w.'=!&|?: -])*|command|env\.\w+(?: \?: '')?)$/);
    });
  },
);

describe.skipIf(!hasShellcheck)("shellcheck (skipped where it is not installed)", () => {
  it.each(deliveredFleets)("has nothing to say about the scripts of $name", ({ fleet }) => {
    expect(shellcheck(allFiles(pipelinesFamily, fleet))).toBe("");
  });
});

it("renders nothing for a fleet that no pipeline delivers", () => {
  expect(allFiles(pipelinesFamily, example("ratings").fleet)).toEqual([]);
});
