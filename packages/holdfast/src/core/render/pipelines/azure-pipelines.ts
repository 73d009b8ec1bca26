import type { Fleet } from "../../spec/index.ts";
import { toYaml } from "../formats/index.ts";
import type { RenderedFile } from "../rendered-file.ts";
import type { Agent } from "./agents.ts";
import { stagesOf } from "./plan.ts";
import type { Stage } from "./plan.ts";
import type { Choices } from "./stage-run.ts";
import {
  approvalOf,
  approvedChoices,
  azureLogin,
  choicesOf,
  environmentName,
  fetching,
  keptState,
  modeChoice,
  needsVault,
  poolUses,
  rebuilding,
  scriptOf,
  secretsOf,
  siteChoice,
  vaultLogin,
  withoutChoice,
} from "./stage-run.ts";

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
  const parameter = (
    name: string,
    choice: { readonly description: string; readonly default: string; readonly options: readonly string[] },
  ) => ({ name, displayName: choice.description, type: "string", default: choice.default, values: choice.options });
  return {
    name: `${fleet.name}-$(Date:yyyyMMdd)$(Rev:.r)`,
    // While a run is under way further commits wait together for the next one.
    trigger: { batch: true, branches: { include: [repository?.branch ?? "main"] } },
    pr: "none",
    // Where an environment has the check "Exclusive lock", runs come one after another and none is dropped.
    lockBehavior: "sequential",
    parameters: [
      parameter("mode", modeChoice),
      parameter("site", siteChoice(stages)),
      parameter("without", withoutChoice(stages)),
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
        environment: environmentName(fleet, stage),
        timeoutInMinutes: stage.minutesMax,
        strategy: {
          runOnce: { deploy: { steps: [{ checkout: "self" }, { download: "none" }, stepsOf(fleet, stage)] } },
        },
      },
    ],
  };
  const { mode, site } = approvedChoices;
  const approved = `\${{ if ${allOf([is("site", site), is("mode", mode), isNot("without", stage.site ?? "")])} }}`;
  return [
    ...(stage.approval ? [{ [approved]: [approvalStage(fleet, stage)] }] : []),
    condition === undefined ? rendered : { [`\${{ if ${condition} }}`]: [rendered] },
  ];
}

/** Never a name and an image in one pool: a name is of our own machines. */
function poolOf(agent: Agent): unknown {
  switch (agent.kind) {
    case "hosted":
      return { vmImage: "ubuntu-latest" };
    case "self-hosted":
      return { name: agent.pool };
    case "self-hosted-anywhere":
      // A server on premises may be too old for `elseif`, so each condition stands alone.
      return Object.fromEntries(
        poolUses(agent.pools).map(({ site, pool, others, lost }) => {
          const otherwise =
            lost === undefined
              ? []
              : [
                  allOf([
                    isNoneOf("site", [site, ...others]),
                    lost.leftOut ? is("without", lost.site) : isNot("without", lost.site),
                  ]),
                ];
          return [`\${{ if ${anyOf([is("site", site), ...otherwise])} }}`, { name: pool }];
        }),
      );
  }
}

const is = (parameter: string, word: string): string => `eq(parameters.${parameter}, '${word}')`;
const isNot = (parameter: string, word: string): string => `ne(parameters.${parameter}, '${word}')`;
const listed = (words: readonly string[]): string => words.map((word) => `'${word}'`).join(", ");
const isOneOf = (parameter: string, words: readonly string[]): string =>
  `in(parameters.${parameter}, ${listed(words)})`;
const isNoneOf = (parameter: string, words: readonly string[]): string =>
  `notIn(parameters.${parameter}, ${listed(words)})`;
const joined = (name: string, parts: readonly string[]): string =>
  parts.length < 2 ? (parts[0] ?? "") : `${name}(${parts.join(", ")})`;
const allOf = (parts: readonly string[]): string => joined("and", parts);
const anyOf = (parts: readonly string[]): string => joined("or", parts);

function conditionOf(stage: Stage): string | undefined {
  const { modes, of } = choicesOf(stage);
  const parts = [
    ...(modes === undefined ? [] : [isOneOf("mode", modes)]),
    ...(of === undefined ? [] : [siteCondition(of)]),
  ];
  return parts.length === 0 ? undefined : allOf(parts);
}

function siteCondition({ site, inAll, rebuilt }: NonNullable<Choices["of"]>): string {
  const elsewhere = [
    ...(inAll ? [is("site", "all")] : []),
    ...(rebuilt.length === 0 ? [] : [allOf([is("mode", rebuilding), isOneOf("site", rebuilt)])]),
  ];
  const more = elsewhere.length === 0 ? [] : [allOf([isNot("without", site), anyOf(elsewhere)])];
  return anyOf([is("site", site), ...more]);
}

function approvalStage(fleet: Fleet, stage: Stage): unknown {
  const { alertMail } = fleet.monitoring;
  const { title, instructions } = approvalOf(stage);
  return {
    stage: `approve_${stage.id}`,
    displayName: title,
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
              instructions,
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
  const script = scriptOf(stage);
  if (stage.id === "azure") return { template: "_templates/azure.yml", parameters: { script, env: variables } };
  const { argument } = stage;
  const parameters = {
    script,
    ...(argument === undefined ? {} : { arguments: argument === "mode" ? "${{ parameters.mode }}" : argument }),
    ...fetchParameter(fleet, stage),
    env: {
      ...(stage.keepsState ? { [keptState.variable]: STATE_COPY } : {}),
      ...secretEnvironment(fleet, stage),
      ...variables,
    },
  };
  return stage.keepsState
    ? { template: "_templates/cluster.yml", parameters: { site: stage.site, ...parameters } }
    : { template: "_templates/run.yml", parameters };
}

/** What the template of steps fetches. */
function fetchParameter(fleet: Fleet, stage: Stage): Readonly<Record<string, string>> {
  switch (fleet.access.secrets.kind) {
    case "azure-key-vault":
      return {
        secretNames: secretsOf(fleet, stage)
          .map(({ reference }) => reference)
          .join(","),
      };
    case "hashicorp-vault":
      return { fetching: fetching(fleet, stage).join(" ") };
    case "kubernetes":
      return {};
  }
}

/** Secret variables reach a script only where they are named: never as an argument, and the agent masks them in its log. */
function secretEnvironment(fleet: Fleet, stage: Stage): Readonly<Record<string, string>> {
  if (needsVault(fleet, stage)) return Object.fromEntries(vaultLogin.map((name) => [name, `$(${name})`]));
  return Object.fromEntries(secretsOf(fleet, stage).map(({ env, reference }) => [env, `$(${reference})`]));
}

const checkSteps = {
  steps: [
    {
      // A run locks an environment for the length of a stage only, so two runs could take turns, each at another site.
      bash: "rendered/pipelines/alone.sh",
      displayName: "No older run is under way",
      env: { SYSTEM_ACCESSTOKEN: "$(System.AccessToken)" },
    },
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
      return [{ name: "fetching", type: "string" }];
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
            azureSubscription: azureLogin(fleet),
            KeyVaultName: fleet.access.secrets.vault ?? "",
            SecretsFilter: "${{ parameters.secretNames }}",
            RunAsPreJob: false,
          },
        },
        // Signed in, so that the script may fetch what its cluster's Secrets hold, and put back what it makes.
        azureCli(fleet, env),
      ];
    case "hashicorp-vault":
      return [{ bash: `\${{ parameters.fetching }} ${command}`, displayName, env }];
    case "kubernetes":
      return [{ bash: command, displayName, env }];
  }
}

function azureCli(fleet: Fleet, env: unknown): unknown {
  return {
    task: "AzureCLI@2",
    displayName: "${{ parameters.script }}",
    inputs: {
      azureSubscription: azureLogin(fleet),
      scriptType: "bash",
      scriptLocation: "scriptPath",
      scriptPath: "${{ parameters.script }}",
      arguments: "${{ parameters.arguments }}",
    },
    env,
  };
}

function azureSteps(fleet: Fleet): unknown {
  return { parameters: COMMON_PARAMETERS, steps: [azureCli(fleet, "${{ parameters.env }}")] };
}

const STATE_COPY = "$(Pipeline.Workspace)/state";

/** AKS Engine's encrypted output outlives the agent: without it a cluster can be neither scaled nor upgraded. */
function clusterSteps(fleet: Fleet): unknown {
  const artifact = keptState.artifact("${{ parameters.site }}");
  return {
    parameters: [{ name: "site", type: "string" }, ...COMMON_PARAMETERS, ...ownParameters(fleet)],
    steps: [
      {
        task: "DownloadBuildArtifacts@1",
        displayName: keptState.restore,
        // The first run finds none.
        continueOnError: true,
        inputs: {
          buildType: "specific",
          project: "$(System.TeamProjectId)",
          pipeline: "$(System.DefinitionId)",
          buildVersionToDownload: "latestFromBranch",
          branchName: "$(Build.SourceBranch)",
          allowPartiallySucceededBuilds: true,
          // Of the last run that kept this site's: one for another site has none.
          tags: artifact,
          downloadType: "single",
          artifactName: artifact,
          downloadPath: "$(Pipeline.Workspace)/download",
        },
      },
      {
        bash: `mkdir -p "${STATE_COPY}" && cp -a "$(Pipeline.Workspace)/download/${artifact}/." "${STATE_COPY}/" || true`,
        displayName: "Lay it ready",
      },
      ...fetchAndRun(fleet, "${{ parameters.env }}"),
      {
        task: "PublishBuildArtifacts@1",
        displayName: keptState.keep,
        condition: "always()",
        inputs: { PathtoPublish: STATE_COPY, ArtifactName: artifact },
      },
      {
        bash: `echo "##vso[build.addbuildtag]${artifact}"`,
        displayName: "Mark the run as one that kept it",
      },
    ],
  };
}
