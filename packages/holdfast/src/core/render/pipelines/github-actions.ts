import type { Fleet } from "../../spec/index.ts";
import { toYaml } from "../formats/index.ts";
import type { RenderedFile } from "../rendered-file.ts";
import type { Agent } from "./agents.ts";
import { stagesOf } from "./plan.ts";
import type { Stage } from "./plan.ts";
import type { Choices } from "./stage-run.ts";
import {
  choicesOf,
  commandOf,
  environmentName,
  fetching,
  keptByService,
  keptState,
  modeChoice,
  needsAzure,
  needsVault,
  poolUses,
  rebuilding,
  secretsOf,
  siteChoice,
  vaultLogin,
  withoutChoice,
} from "./stage-run.ts";

const HEADER = `# Rendered by holdfast from the fleet file: change that one, and render again. GitHub reads workflows in .github/workflows only:
# copy this file there, as the README beside it says. Actions are pinned to commits, for a tag can be moved:
`;

/** Reviewed releases by the commit that each was made of; whoever mirrors actions mirrors these. */
const actions = {
  checkout: { uses: "actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683", release: "v4.2.2" },
  restore: { uses: "actions/cache/restore@5a3ec84eff668545956fd18022155c47e93e2684", release: "v4.2.3" },
  save: { uses: "actions/cache/save@5a3ec84eff668545956fd18022155c47e93e2684", release: "v4.2.3" },
  upload: { uses: "actions/upload-artifact@ea165f8d65b6e75b540449e92b4886f43607fa02", release: "v4.6.2" },
  sarif: { uses: "github/codeql-action/upload-sarif@ff0a06e83cb2de871e5a09832bc6a81e7276941f", release: "v3.28.18" },
  login: { uses: "azure/login@a457da9ea143d694b1b9c7c869ebb04ebe844ef5", release: "v2.3.0" },
} as const;

/** The whole delivery as one workflow: a job a stage. Who may approve stands in the settings of the environments. */
export function githubActionsFiles(fleet: Fleet): readonly RenderedFile[] {
  const text = toYaml(workflow(fleet));
  const pins = Object.values(actions)
    .filter(({ uses }) => text.includes(uses))
    .map(({ uses, release }) => `#   ${release} is ${uses}\n`);
  return [{ path: "github-actions.yml", content: HEADER + pins.join("") + text }];
}

function workflow(fleet: Fleet): unknown {
  const stages = stagesOf(fleet);
  return {
    name: `Deliver ${fleet.name}`,
    on: {
      push: { branches: [fleet.delivery.repository?.branch ?? "main"] },
      workflow_dispatch: {
        inputs: {
          mode: { ...modeChoice, type: "choice" },
          site: { ...siteChoice(stages), type: "choice" },
          without: { ...withoutChoice(stages), type: "choice" },
        },
      },
    },
    // Two runs at once would change two sites at once.
    concurrency: { group: fleet.name, "cancel-in-progress": false },
    permissions: { contents: "read" },
    env: { MODE: MODE },
    jobs: Object.fromEntries(stages.map((stage, index) => [stage.id, job(fleet, stage, stages[index - 1])])),
  };
}

const MODE = `\${{ inputs.mode || '${modeChoice.default}' }}`;

function job(fleet: Fleet, stage: Stage, before: Stage | undefined): unknown {
  const isCheck = stage.id === "check";
  const signsIn = needsAzure(fleet, stage);
  return {
    name: stage.title,
    "runs-on": runnerOf(stage.agent),
    ...(before === undefined ? {} : { needs: [before.id] }),
    ...(isCheck ? {} : { if: conditionOf(stage) }),
    "timeout-minutes": stage.minutesMax,
    // Approval is asked for where an environment has reviewers; the first site has an environment of its own without any.
    ...(isCheck ? {} : { environment: `${environmentName(fleet, stage)}${stage.approval ? "-approval" : ""}` }),
    permissions: {
      contents: "read",
      ...(isCheck ? { "security-events": "write" } : {}),
      // Only GitHub's own identity token is used: no secret for Azure is stored anywhere.
      ...(signsIn ? { "id-token": "write" } : {}),
    },
    steps: [
      { uses: actions.checkout.uses, with: { "persist-credentials": false } },
      ...(isCheck ? checkSteps : runSteps(fleet, stage, signsIn)),
    ],
  };
}

function runnerOf(agent: Agent): unknown {
  switch (agent.kind) {
    case "hosted":
      return "ubuntu-latest";
    case "self-hosted":
      return ["self-hosted", agent.pool];
    case "self-hosted-anywhere": {
      const [first, ...others] = poolUses(agent.pools).map(({ site, pool, others: elsewhere, lost }) => {
        const lostOnly =
          lost?.leftOut === true
            ? [`(${[...elsewhere.map((each) => isNot("site", each)), is("without", lost.site)].join(" && ")})`]
            : [];
        return { pool, when: [is("site", site), ...lostOnly] };
      });
      const rules = others.map(({ pool, when }) => `(${when.join(" || ")}) && '${pool}'`);
      return ["self-hosted", `\${{ ${[...rules, `'${first?.pool ?? ""}'`].join(" || ")} }}`];
    }
  }
}

const defaults = { mode: modeChoice.default, site: "all", without: "none" } as const;
/** A push has no inputs. */
const input = (name: keyof typeof defaults): string => `(inputs.${name} || '${defaults[name]}')`;
const is = (name: keyof typeof defaults, word: string): string => `${input(name)} == '${word}'`;
const isNot = (name: keyof typeof defaults, word: string): string => `${input(name)} != '${word}'`;
const isOneOf = (name: keyof typeof defaults, words: readonly string[]): string =>
  `contains(fromJSON('${JSON.stringify(words)}'), ${input(name)})`;

/** A job that is not for this run is skipped, before a runner is asked for, and those after it go on; one that failed stops them. */
function conditionOf(stage: Stage): string {
  const { modes, of } = choicesOf(stage);
  const parts = [
    "!failure()",
    "!cancelled()",
    ...(modes === undefined ? [] : [isOneOf("mode", modes)]),
    ...(of === undefined ? [] : [`(${siteCondition(of)})`]),
  ];
  return `\${{ ${parts.join(" && ")} }}`;
}

function siteCondition({ site, inAll, rebuilt }: NonNullable<Choices["of"]>): string {
  const elsewhere = [
    ...(inAll ? [is("site", "all")] : []),
    ...(rebuilt.length === 0 ? [] : [`${is("mode", rebuilding)} && ${isOneOf("site", rebuilt)}`]),
  ];
  const more = elsewhere.length === 0 ? [] : [`${isNot("without", site)} && (${elsewhere.join(" || ")})`];
  return [is("site", site), ...more].join(" || ");
}

const checkSteps: readonly unknown[] = [
  {
    name: "holdfast check",
    run: "rendered/pipelines/check.sh",
    env: { HOLDFAST_PACKAGE: "${{ vars.HOLDFAST_PACKAGE }}" },
  },
  {
    name: "This workflow is the rendered one",
    run: "cmp .github/workflows/deliver.yml rendered/pipelines/github-actions.yml",
  },
  {
    name: "Findings as code scanning",
    if: "${{ !cancelled() }}",
    "continue-on-error": true,
    uses: actions.sarif.uses,
    with: { sarif_file: "results/check.sarif" },
  },
  {
    name: "Findings as tests",
    if: "${{ !cancelled() }}",
    uses: actions.upload.uses,
    with: { name: "check", path: "results" },
  },
];

function runSteps(fleet: Fleet, stage: Stage, signsIn: boolean): readonly unknown[] {
  const login = {
    name: "Sign in to Azure",
    uses: actions.login.uses,
    with: {
      "client-id": "${{ vars.AZURE_LOGIN_CLIENT_ID }}",
      "tenant-id": "${{ vars.AZURE_LOGIN_TENANT_ID }}",
      "subscription-id": "${{ vars.AZURE_LOGIN_SUBSCRIPTION_ID }}",
    },
  };
  const run = {
    name: stage.title,
    run: [...fetching(fleet, stage), commandOf(stage, '"$MODE"')].join(" \\\n  "),
    env: environmentOf(fleet, stage),
  };
  const [restore, keep] = stage.keepsState ? stateSteps(fleet, stage) : [[], []];
  return [...(signsIn ? [login] : []), ...restore, run, ...keep];
}

function environmentOf(fleet: Fleet, stage: Stage): Readonly<Record<string, string>> {
  const fromSecret = (env: string, name: string) => [env, `\${{ secrets.${name} }}`] as const;
  return Object.fromEntries([
    ...(needsVault(fleet, stage) ? vaultLogin.map((name) => fromSecret(name, name)) : []),
    ...(keptByService(fleet) ? secretsOf(fleet, stage).map(({ env, reference }) => fromSecret(env, reference)) : []),
    ...(stage.keepsState ? [[keptState.variable, "${{ github.workspace }}/state"] as const] : []),
    ...stage.variables.map((name) => [name, `\${{ vars.${name} }}`] as const),
  ]);
}

/** A cache is never written twice, so a run that is repeated has a key of its own; the newest with the same beginning is restored. */
function stateSteps(fleet: Fleet, { site }: Stage) {
  const name = `${keptState.artifact(fleet.name)}-${site ?? ""}`;
  const key = `${name}-\${{ github.run_id }}-\${{ github.run_attempt }}`;
  const restore = [
    {
      name: keptState.restore,
      uses: actions.restore.uses,
      with: { path: "state", key, "restore-keys": `${name}-` },
    },
  ];
  const keep = [
    { name: keptState.keep, if: "${{ always() }}", uses: actions.save.uses, with: { path: "state", key } },
    {
      // A cache is dropped after a week without use: this copy stays as long as the repository keeps artifacts.
      name: "And a copy",
      if: "${{ always() }}",
      uses: actions.upload.uses,
      with: { name: `${name}-\${{ github.run_attempt }}`, path: "state", "retention-days": 90 },
    },
  ];
  return [restore, keep] as const;
}
