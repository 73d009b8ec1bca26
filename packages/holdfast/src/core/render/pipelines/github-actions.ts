import type { Fleet } from "../../spec/index.ts";
import { providerOf } from "../access/index.ts";
import { toYaml } from "../formats/index.ts";
import type { RenderedFile } from "../rendered-file.ts";
import { modes, stagesOf } from "./plan.ts";
import type { Stage } from "./plan.ts";

const HEADER = `# Rendered by holdfast from the fleet file: change that one, and render again. GitHub reads workflows in .github/workflows only:
# copy this file there, as the README beside it says.
`;

/** The whole delivery as one workflow: a job a stage. Who may approve stands in the settings of the environments. */
export function githubActionsFiles(fleet: Fleet): readonly RenderedFile[] {
  return [{ path: "github-actions.yml", content: HEADER + toYaml(workflow(fleet)) }];
}

function workflow(fleet: Fleet): unknown {
  const stages = stagesOf(fleet);
  const sites = [...new Set(stages.flatMap(({ site }) => (site === undefined ? [] : [site])))];
  return {
    name: `Deliver ${fleet.name}`,
    on: {
      push: { branches: [fleet.delivery.repository?.branch ?? "main"] },
      workflow_dispatch: {
        inputs: {
          mode: {
            description: "redeploy is for a site that was lost, the others change one cluster",
            type: "choice",
            default: "deploy",
            options: modes,
          },
          site: { description: "One site, or all", type: "choice", default: "all", options: ["all", ...sites] },
        },
      },
    },
    // Two runs at once would change two sites at once.
    concurrency: { group: fleet.name, "cancel-in-progress": false },
    permissions: { contents: "read" },
    env: { MODE: "${{ inputs.mode || 'deploy' }}" },
    jobs: Object.fromEntries(stages.map((stage, index) => [stage.id, job(fleet, stage, stages[index - 1])])),
  };
}

function job(fleet: Fleet, stage: Stage, before: Stage | undefined): unknown {
  const isCheck = stage.id === "check";
  const signsIn = !isCheck && needsAzure(fleet, stage);
  return {
    name: stage.title,
    "runs-on": stage.agent.kind === "hosted" ? "ubuntu-latest" : ["self-hosted", stage.agent.pool],
    ...(before === undefined ? {} : { needs: [before.id] }),
    ...(isCheck ? {} : { if: conditionOf(stage) }),
    "timeout-minutes": stage.minutesMax,
    ...(isCheck ? {} : { environment: environmentOf(fleet, stage) }),
    permissions: {
      contents: "read",
      ...(isCheck ? { "security-events": "write" } : {}),
      ...(signsIn ? { "id-token": "write" } : {}),
    },
    steps: [
      { uses: "actions/checkout@v4", with: { "persist-credentials": false } },
      ...(isCheck ? checkSteps : runSteps(fleet, stage, signsIn)),
    ],
  };
}

/** Approval is asked for where an environment has reviewers; the first site has an environment of its own without any. */
function environmentOf(fleet: Fleet, { site, approval }: Stage): string {
  if (site === undefined) return fleet.name;
  return approval ? `${fleet.name}-${site}-approval` : `${fleet.name}-${site}`;
}

/** Only GitHub's own identity token is used there: no secret for it is stored anywhere. */
function needsAzure({ access }: Fleet, { id }: Stage): boolean {
  return access.secrets.kind === "azure-key-vault" || id === "azure";
}

/** A job that is not for this run is skipped and those after it go on; one that failed stops them. */
function conditionOf({ modes: forModes, site, alsoFor }: Stage): string {
  const list = (words: readonly string[]) => `fromJSON('${JSON.stringify(words)}')`;
  const parts = [
    "!failure()",
    "!cancelled()",
    ...(forModes.length === modes.length ? [] : [`contains(${list(forModes)}, inputs.mode || 'deploy')`]),
    ...(site === undefined ? [] : [`contains(${list(["all", site, ...alsoFor])}, inputs.site || 'all')`]),
    ...(forModes.includes("scale") && !forModes.includes("deploy") ? ["inputs.site != 'all'"] : []),
  ];
  return `\${{ ${parts.join(" && ")} }}`;
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
    uses: "github/codeql-action/upload-sarif@v3",
    with: { sarif_file: "results/check.sarif" },
  },
  {
    name: "Findings as tests",
    if: "${{ !cancelled() }}",
    uses: "actions/upload-artifact@v4",
    with: { name: "check", path: "results" },
  },
];

function runSteps(fleet: Fleet, stage: Stage, signsIn: boolean): readonly unknown[] {
  const { kind } = fleet.access.secrets;
  const provider = providerOf(fleet);
  const script = `rendered/${stage.script}${stage.takesMode ? ' "$MODE"' : ""}`;
  const references = stage.secrets.map(({ env, value }) => `${env}=${provider.reference(value)}`);
  const fetched = references.length === 0 ? [] : ["rendered/access/_secrets/run-with.sh", ...references, "--"];
  const key = `aks-engine-state-${fleet.name}-${stage.site ?? ""}`;
  return [
    ...(signsIn
      ? [
          {
            name: "Sign in to Azure",
            uses: "azure/login@v2",
            with: {
              "client-id": "${{ vars.AZURE_LOGIN_CLIENT_ID }}",
              "tenant-id": "${{ vars.AZURE_LOGIN_TENANT_ID }}",
              "subscription-id": "${{ vars.AZURE_LOGIN_SUBSCRIPTION_ID }}",
            },
          },
        ]
      : []),
    ...(stage.keepsState
      ? [
          {
            name: "What AKS Engine wrote last, encrypted",
            uses: "actions/cache/restore@v4",
            with: { path: "state", key: `${key}-\${{ github.run_id }}`, "restore-keys": `${key}-` },
          },
        ]
      : []),
    {
      name: stage.title,
      run: kind === "kubernetes" ? script : [...fetched, script].join(" \\\n  "),
      env: {
        ...(kind === "hashicorp-vault"
          ? { VAULT_ROLE_ID: "${{ secrets.VAULT_ROLE_ID }}", VAULT_SECRET_ID: "${{ secrets.VAULT_SECRET_ID }}" }
          : {}),
        ...(kind === "kubernetes"
          ? Object.fromEntries(
              stage.secrets.map(({ env, value }) => [env, `\${{ secrets.${provider.reference(value)} }}`]),
            )
          : {}),
        ...(stage.keepsState ? { HOLDFAST_STATE_COPY: "${{ github.workspace }}/state" } : {}),
        ...Object.fromEntries(stage.variables.map((name) => [name, `\${{ vars.${name} }}`])),
      },
    },
    ...(stage.keepsState
      ? [
          {
            name: "Keep what AKS Engine wrote, encrypted",
            if: "${{ always() }}",
            uses: "actions/cache/save@v4",
            with: { path: "state", key: `${key}-\${{ github.run_id }}` },
          },
          {
            // A cache is dropped after a week without use: this copy stays as long as the repository keeps artifacts.
            name: "And a copy",
            if: "${{ always() }}",
            uses: "actions/upload-artifact@v4",
            with: { name: `${key}-\${{ github.run_attempt }}`, path: "state", "retention-days": 90 },
          },
        ]
      : []),
  ];
}
