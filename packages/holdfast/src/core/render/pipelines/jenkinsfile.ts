import type { Fleet } from "../../spec/index.ts";
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
  commandOf,
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

/** A declarative pipeline. Jenkins has no agents but ours: the label is the site's pool. */
export function jenkinsFiles(fleet: Fleet): readonly RenderedFile[] {
  const stages = stagesOf(fleet);
  const choice = (name: string, { options, description }: { options: readonly string[]; description: string }) =>
    `    choice(name: '${name}', choices: [${options.map(quote).join(", ")}], description: ${quote(description)})`;
  return [
    {
      path: "Jenkinsfile.groovy",
      content: `// Rendered by holdfast from the fleet file: change that one, and render again.
${functions(fleet, stages)}
pipeline {
  agent none
  options {
    // Two runs at once would change two sites at once.
    disableConcurrentBuilds()
    timestamps()
    timeout(time: 3, unit: 'DAYS')
  }
  parameters {
${choice("mode", modeChoice)}
${choice("site", siteChoice(stages))}
${choice("without", withoutChoice(stages))}
  }
  stages {
${stages.map((stage) => stageText(fleet, stage)).join("\n")}
  }
${failure(fleet)}}
`,
    },
  ];
}

/** Groovy's single quotes put no variable in: what a shell is to see as a variable stays one. */
function quote(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}

function functions(fleet: Fleet, stages: readonly Stage[]): string {
  const azure = `
// Signed in to public Azure, for one script; its login goes with it. The secret is handed over on standard input.
def inAzure(String command) {
  withCredentials([azureServicePrincipal(credentialsId: ${quote(azureLogin(fleet))}, subscriptionIdVariable: 'LOGIN_SUBSCRIPTION_ID',
      clientIdVariable: 'LOGIN_CLIENT_ID', clientSecretVariable: 'LOGIN_CLIENT_SECRET', tenantIdVariable: 'LOGIN_TENANT_ID')]) {
    withEnv(["COMMAND=\${command}"]) {
      sh '''#!/usr/bin/env bash
set -euo pipefail
AZURE_CONFIG_DIR="$(mktemp -d)"
export AZURE_CONFIG_DIR
trap 'rm -rf "$AZURE_CONFIG_DIR"' EXIT
printf '%s' "$LOGIN_CLIENT_SECRET" |
  az login --service-principal --username "$LOGIN_CLIENT_ID" --tenant "$LOGIN_TENANT_ID" --password @- --output none
unset LOGIN_CLIENT_SECRET
az account set --subscription "$LOGIN_SUBSCRIPTION_ID" --output none
bash -c "$COMMAND"
'''
    }
  }
}
`;
  const vault = `
// The role's ids open the vault; run-with.sh logs in with them, for one script.
def inVault(String command) {
  withCredentials([${vaultLogin
    .map((name) => `string(credentialsId: ${quote(vaultCredential(fleet, name))}, variable: ${quote(name)})`)
    .join(",\n      ")}]) {
    sh command
  }
}
`;
  return [
    ...(stages.some((stage) => needsAzure(fleet, stage)) ? [azure] : []),
    ...(stages.some((stage) => needsVault(fleet, stage)) ? [vault] : []),
  ].join("");
}

/** `<fleet>-vault-role-id` for VAULT_ROLE_ID. */
export function vaultCredential({ name }: Fleet, variable: string): string {
  return `${name}-${variable.toLowerCase().replaceAll("_", "-")}`;
}

/** Who may say yes: a user or a group of Jenkins by this name. Without one everybody who may build could. */
export function approvers({ name }: Fleet): string {
  return `${name}-approvers`;
}

function stageText(fleet: Fleet, stage: Stage): string {
  const { id, title, agent, minutesMax, variables, site } = stage;
  const condition = conditionOf(stage);
  const environment = [
    // Set for the whole folder or server: ids and places, not secret.
    ...variables.map((name) => `${name} = "\${env.${name} ?: ''}"`),
    ...(stage.keepsState ? [`${keptState.variable} = "\${env.WORKSPACE}/${stateFolder(site)}"`] : []),
  ];
  return [
    ...(stage.approval ? [approvalText(fleet, stage)] : []),
    `    stage(${quote(title)}) {`,
    `      agent { label ${labelOf(agent)} }`,
    ...(condition === undefined ? [] : [`      when { beforeAgent true; expression { ${condition} } }`]),
    `      options { timeout(time: ${minutesMax}, unit: 'MINUTES') }`,
    ...section("environment", environment),
    ...section("steps", [...(stage.keepsState ? restoreLines(site) : []), ...runLines(fleet, stage)]),
    ...(id === "check" ? always(CHECK_REPORTS) : stage.keepsState ? always(keepLines(site)) : []),
    "    }",
  ].join("\n");
}

function approvalText(fleet: Fleet, stage: Stage): string {
  const { title, instructions } = approvalOf(stage);
  const { mode, site } = approvedChoices;
  return `    stage(${quote(title)}) {
      when { beforeInput true; expression { ${[is("site", site), is("mode", mode), isNot("without", stage.site ?? "")].join(" && ")} } }
      // Without an agent: a person may take days, and no machine waits for them.
      input {
        message ${quote(instructions)}
        submitter ${quote(approvers(fleet))}
      }
      steps { echo 'approved' }
    }`;
}

function section(name: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [`      ${name} {`, ...lines.map((line) => `        ${line}`), "      }"];
}

function always(lines: readonly string[]): readonly string[] {
  return section("post", ["always {", ...lines.map((line) => `  ${line}`), "}"]);
}

type Parameter = "mode" | "site" | "without";
const is = (name: Parameter, word: string): string => `params.${name} == ${quote(word)}`;
const isNot = (name: Parameter, word: string): string => `params.${name} != ${quote(word)}`;
const isOneOf = (name: Parameter, words: readonly string[]): string =>
  `params.${name} in [${words.map(quote).join(", ")}]`;

function labelOf(agent: Agent): string {
  switch (agent.kind) {
    case "hosted":
      return quote("linux");
    case "self-hosted":
      return quote(agent.pool);
    case "self-hosted-anywhere": {
      const [first, ...others] = poolUses(agent.pools);
      const rules = others.map(({ site, pool, others: elsewhere, lost }) => {
        const lostOnly =
          lost?.leftOut === true
            ? [[...elsewhere.map((each) => isNot("site", each)), is("without", lost.site)].join(" && ")]
            : [];
        return `${[is("site", site), ...lostOnly].join(" || ")} ? ${quote(pool)} : `;
      });
      return `"\${${rules.join("")}${quote(first?.pool ?? "")}}"`;
    }
  }
}

function conditionOf(stage: Stage): string | undefined {
  const { modes, of } = choicesOf(stage);
  const parts = [
    ...(modes === undefined ? [] : [isOneOf("mode", modes)]),
    ...(of === undefined ? [] : [siteCondition(of)]),
  ];
  return parts.length === 0 ? undefined : parts.join(" && ");
}

function siteCondition({ site, inAll, rebuilt }: NonNullable<Choices["of"]>): string {
  const elsewhere = [
    ...(inAll ? [is("site", "all")] : []),
    ...(rebuilt.length === 0 ? [] : [`${is("mode", rebuilding)} && ${isOneOf("site", rebuilt)}`]),
  ];
  const more = elsewhere.length === 0 ? [] : [`${isNot("without", site)} && (${elsewhere.join(" || ")})`];
  return more.length === 0 ? is("site", site) : `(${[is("site", site), ...more].join(" || ")})`;
}

/** In double quotes for the mode only, which is one of a list: no secret is in the text. */
function runLines(fleet: Fleet, stage: Stage): readonly string[] {
  const command = `"${[...fetching(fleet, stage), commandOf(stage, "${params.mode}")].join(" ")}"`;
  const run = needsAzure(fleet, stage)
    ? `inAzure(${command})`
    : needsVault(fleet, stage)
      ? `inVault(${command})`
      : `sh ${command}`;
  const bindings = keptByService(fleet)
    ? secretsOf(fleet, stage).map(
        ({ env, reference }) => `string(credentialsId: ${quote(reference)}, variable: ${quote(env)})`,
      )
    : [];
  return bindings.length === 0 ? [run] : [`withCredentials([${bindings.join(",\n          ")}]) {`, `  ${run}`, "}"];
}

const CHECK_REPORTS = [
  "junit allowEmptyResults: true, testResults: 'results/check.xml'",
  "archiveArtifacts allowEmptyArchive: true, artifacts: 'results/*'",
];

/** Of one site: all sites' archives are in one place, where the same names would replace each other. */
function stateFolder(site = ""): string {
  return keptState.artifact(site);
}

/** A pool has more than one machine, and the one of today may not be the one that built the cluster. */
function restoreLines(site: string | undefined): readonly string[] {
  const folder = stateFolder(site);
  return [
    `sh 'rm -rf ${folder}'`,
    `// ${keptState.restore}: of the last run that is over, whatever came of it. The first run finds none.`,
    `copyArtifacts(projectName: env.JOB_NAME, selector: lastCompleted(), filter: '${folder}/**', optional: true)`,
  ];
}

function keepLines(site: string | undefined): readonly string[] {
  return [
    `// ${keptState.keep}: without it the cluster can be neither scaled nor upgraded.`,
    `archiveArtifacts allowEmptyArchive: true, artifacts: '${stateFolder(site)}/**'`,
  ];
}

function failure({ monitoring: { alertMail }, name }: Fleet): string {
  if (alertMail === undefined) return "";
  return `  post {
    failure {
      mail to: ${quote(alertMail)}, subject: ${quote(`${name}: a delivery failed`)}, body: "See \${env.BUILD_URL}"
    }
  }
`;
}
