import type { Fleet } from "../../spec/index.ts";
import { providerOf } from "../access/index.ts";
import { toYaml } from "../formats/index.ts";
import type { RenderedFile } from "../rendered-file.ts";
import type { Agent } from "./agents.ts";
import { modes, stagesOf } from "./plan.ts";
import type { Stage } from "./plan.ts";

const HEADER = "# Rendered by holdfast from the fleet file: change that one, and render again.\n";

/** One file with all stages and their agents, to review in one place, and a template of steps for each kind of stage. */
export function azurePipelinesFiles(fleet: Fleet): readonly RenderedFile[] {
  const stages = stagesOf(fleet);
  return [
    { path: "azure-pipelines.yml", content: HEADER + toYaml(mainPipeline(fleet, stages)) },
    { path: "_templates/check.yml", content: HEADER + toYaml(checkSteps) },
    { path: "_templates/run.yml", content: HEADER + toYaml(runSteps(fleet)) },
    ...(stages.some(({ id }) => id === "azure")
      ? [{ path: "_templates/azure.yml", content: HEADER + toYaml(azureSteps(fleet)) }]
      : []),
    ...(stages.some(({ keepsState }) => keepsState)
      ? [{ path: "_templates/cluster.yml", content: HEADER + toYaml(clusterSteps(fleet)) }]
      : []),
  ];
}

function mainPipeline(fleet: Fleet, stages: readonly Stage[]): unknown {
  const { repository } = fleet.delivery;
  const sites = [...new Set(stages.flatMap(({ site }) => (site === undefined ? [] : [site])))];
  return {
    name: `${fleet.name}-$(Date:yyyyMMdd)$(Rev:.r)`,
    trigger: { branches: { include: [repository?.branch ?? "main"] } },
    pr: "none",
    parameters: [
      {
        name: "mode",
        displayName: "What for: redeploy is for a site that was lost, the others change one cluster",
        type: "string",
        default: "deploy",
        values: modes,
      },
      { name: "site", displayName: "One site, or all", type: "string", default: "all", values: ["all", ...sites] },
    ],
    // Not secret: ids and places. Without Key Vault also the secret ones: what opens the vault, or all.
    variables: [{ group: fleet.name }],
    stages: stages.flatMap((stage) => stageOf(fleet, stage)),
  };
}

/**
 * What a run is not for is left out when the pipeline is compiled. So each stage simply waits for the one before it, and there is no
 * condition at run time by which a stage could go on after one that failed.
 */
function stageOf(fleet: Fleet, stage: Stage): readonly unknown[] {
  const condition = conditionOf(stage);
  const rendered = {
    stage: stage.id,
    displayName: stage.title,
    jobs: [
      {
        // An environment shows what runs where, and takes checks of its own: who may deploy, at what time.
        deployment: stage.id,
        displayName: stage.title,
        pool: poolOf(stage.agent),
        environment: stage.site === undefined ? fleet.name : `${fleet.name}-${stage.site}`,
        timeoutInMinutes: stage.minutesMax,
        strategy: {
          runOnce: { deploy: { steps: [{ checkout: "self" }, { download: "none" }, stepsOf(fleet, stage)] } },
        },
      },
    ],
  };
  const approved = "${{ if and(eq(parameters.site, 'all'), eq(parameters.mode, 'deploy')) }}";
  return [
    ...(stage.approval ? [{ [approved]: [approvalStage(fleet, stage)] }] : []),
    condition === undefined ? rendered : { [`\${{ if ${condition} }}`]: [rendered] },
  ];
}

/** Never a name and an image in one pool: a name is of our own machines. */
function poolOf(agent: Agent) {
  return agent.kind === "hosted" ? { vmImage: "ubuntu-latest" } : { name: agent.pool };
}

function conditionOf({ modes: forModes, site, alsoFor }: Stage): string | undefined {
  const list = (words: readonly string[]) => words.map((word) => `'${word}'`).join(", ");
  const parts = [
    ...(forModes.length === modes.length ? [] : [`in(parameters.mode, ${list(forModes)})`]),
    // What changes the nodes of a cluster is asked for by name.
    ...(site === undefined
      ? []
      : [`in(parameters.site, ${list([...(forModes.includes("deploy") ? ["all"] : []), site, ...alsoFor])})`]),
  ];
  if (parts.length < 2) return parts[0];
  return `and(${parts.join(", ")})`;
}

function approvalStage(fleet: Fleet, stage: Stage): unknown {
  const { alertMail } = fleet.monitoring;
  return {
    stage: `approve_${stage.id}`,
    displayName: `May ${stage.site ?? "the next"} be changed?`,
    jobs: [
      {
        job: "approve",
        displayName: "Wait for a person",
        pool: "server",
        timeoutInMinutes: 4320,
        steps: [
          {
            // A server on premises has the first version only.
            task: fleet.delivery.hosting === "server" ? "ManualValidation@0" : "ManualValidation@1",
            timeoutInMinutes: 2880,
            inputs: {
              notifyUsers: alertMail ?? "",
              instructions: `The sites before ${stage.site ?? ""} were changed and are healthy. Look at them, then resume.`,
              onTimeout: "reject",
            },
          },
        ],
      },
    ],
  };
}

function stepsOf(fleet: Fleet, stage: Stage): unknown {
  if (stage.id === "check") return { template: "_templates/check.yml" };
  const variables = Object.fromEntries(stage.variables.map((name) => [name, `$(${name})`]));
  if (stage.id === "azure")
    return { template: "_templates/azure.yml", parameters: { script: `rendered/${stage.script}`, env: variables } };
  const provider = providerOf(fleet);
  const secrets = stage.secrets.map(({ env, value }) => ({ env, reference: provider.reference(value) }));
  const parameters = {
    script: `rendered/${stage.script}`,
    ...(stage.takesMode ? { arguments: "${{ parameters.mode }}" } : {}),
    ...(fleet.access.secrets.kind === "azure-key-vault"
      ? { secretNames: secrets.map(({ reference }) => reference).join(",") }
      : {}),
    ...(fleet.access.secrets.kind === "hashicorp-vault"
      ? { references: secrets.map(({ env, reference }) => `${env}=${reference}`).join(" ") }
      : {}),
    env: {
      ...environmentOf(fleet, secrets),
      ...variables,
    },
  };
  if (!stage.keepsState) return { template: "_templates/run.yml", parameters };
  const env = { HOLDFAST_STATE_COPY: "$(Pipeline.Workspace)/state", ...parameters.env };
  return { template: "_templates/cluster.yml", parameters: { site: stage.site, ...parameters, env } };
}

/** Secret variables reach a script only where they are named: never as an argument, and the agent masks them in its log. */
function environmentOf(fleet: Fleet, secrets: readonly { readonly env: string; readonly reference: string }[]) {
  if (fleet.access.secrets.kind === "hashicorp-vault")
    return { VAULT_ROLE_ID: "$(VAULT_ROLE_ID)", VAULT_SECRET_ID: "$(VAULT_SECRET_ID)" };
  return Object.fromEntries(secrets.map(({ env, reference }) => [env, `$(${reference})`]));
}

const checkSteps = {
  steps: [
    {
      bash: "rendered/pipelines/check.sh",
      displayName: "holdfast check",
      env: { RESULTS: "$(Build.ArtifactStagingDirectory)/check", HOLDFAST_PACKAGE: "$(HOLDFAST_PACKAGE)" },
    },
    {
      task: "PublishTestResults@2",
      displayName: "Findings as tests",
      condition: "succeededOrFailed()",
      inputs: { testResultsFormat: "JUnit", testResultsFiles: "$(Build.ArtifactStagingDirectory)/check/check.xml" },
    },
    {
      // The name under which the SARIF tab and code scanning look for it; a server on premises has this task, too.
      task: "PublishBuildArtifacts@1",
      displayName: "Findings as SARIF",
      condition: "succeededOrFailed()",
      inputs: { PathtoPublish: "$(Build.ArtifactStagingDirectory)/check", ArtifactName: "CodeAnalysisLogs" },
    },
  ],
};

const COMMON_PARAMETERS = [
  { name: "script", type: "string" },
  { name: "arguments", type: "string", default: "" },
  { name: "env", type: "object", default: {} },
];

/** Fetches what the stage needs now, and runs its script. */
function runSteps(fleet: Fleet): unknown {
  return {
    parameters: [...COMMON_PARAMETERS, ...ownParameters(fleet)],
    steps: fetchAndRun(fleet, "${{ parameters.env }}"),
  };
}

function ownParameters(fleet: Fleet): readonly unknown[] {
  switch (fleet.access.secrets.kind) {
    case "azure-key-vault":
      return [{ name: "secretNames", type: "string" }];
    case "hashicorp-vault":
      return [{ name: "references", type: "string" }];
    case "kubernetes":
      return [];
  }
}

function fetchAndRun(fleet: Fleet, env: unknown): readonly unknown[] {
  const displayName = "${{ parameters.script }}";
  const command = "${{ parameters.script }} ${{ parameters.arguments }}";
  switch (fleet.access.secrets.kind) {
    case "azure-key-vault":
      return [
        {
          task: "AzureKeyVault@2",
          displayName: "Fetch secrets",
          inputs: {
            azureSubscription: connectionOf(fleet),
            KeyVaultName: fleet.access.secrets.vault ?? "",
            SecretsFilter: "${{ parameters.secretNames }}",
            RunAsPreJob: false,
          },
        },
        // Signed in, so that the script may fetch what its cluster's Secrets hold, and put back what it makes.
        azureCli(fleet, env),
      ];
    case "hashicorp-vault":
      return [
        { bash: `rendered/access/_secrets/run-with.sh \${{ parameters.references }} -- ${command}`, displayName, env },
      ];
    case "kubernetes":
      return [{ bash: command, displayName, env }];
  }
}

function azureCli(fleet: Fleet, env: unknown): unknown {
  return {
    task: "AzureCLI@2",
    displayName: "${{ parameters.script }}",
    inputs: {
      azureSubscription: connectionOf(fleet),
      scriptType: "bash",
      scriptLocation: "scriptPath",
      scriptPath: "${{ parameters.script }}",
      arguments: "${{ parameters.arguments }}",
    },
    env,
  };
}

/** Of public Azure. The Hubs have none: their scripts sign in themselves, as the tasks for templates are not validated there. */
function connectionOf({ name }: Fleet): string {
  return `${name}-azure`;
}

function azureSteps(fleet: Fleet): unknown {
  return { parameters: COMMON_PARAMETERS, steps: [azureCli(fleet, "${{ parameters.env }}")] };
}

/** AKS Engine's encrypted output outlives the agent: without it a cluster can be neither scaled nor upgraded. */
function clusterSteps(fleet: Fleet): unknown {
  const artifact = "aks-engine-state-${{ parameters.site }}";
  const copy = "$(Pipeline.Workspace)/state";
  return {
    parameters: [{ name: "site", type: "string" }, ...COMMON_PARAMETERS, ...ownParameters(fleet)],
    steps: [
      {
        task: "DownloadBuildArtifacts@1",
        displayName: "What AKS Engine wrote last, encrypted",
        // The first run finds none.
        continueOnError: true,
        inputs: {
          buildType: "specific",
          project: "$(System.TeamProjectId)",
          pipeline: "$(System.DefinitionId)",
          buildVersionToDownload: "latestFromBranch",
          branchName: "$(Build.SourceBranch)",
          allowPartiallySucceededBuilds: true,
          downloadType: "single",
          artifactName: artifact,
          downloadPath: "$(Pipeline.Workspace)/download",
        },
      },
      {
        bash: `mkdir -p "${copy}" && cp -a "$(Pipeline.Workspace)/download/${artifact}/." "${copy}/" || true`,
        displayName: "Lay it ready",
      },
      ...fetchAndRun(fleet, "${{ parameters.env }}"),
      {
        task: "PublishBuildArtifacts@1",
        displayName: "Keep what AKS Engine wrote, encrypted",
        condition: "always()",
        inputs: { PathtoPublish: copy, ArtifactName: artifact },
      },
    ],
  };
}
