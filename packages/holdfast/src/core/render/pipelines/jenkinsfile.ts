import type { Fleet } from "../../spec/index.ts";
import { providerOf } from "../access/index.ts";
import type { RenderedFile } from "../rendered-file.ts";
import { modes, stagesOf } from "./plan.ts";
import type { Stage } from "./plan.ts";

/** A declarative pipeline. Jenkins has no agents but ours: the label is the site's pool. */
export function jenkinsFiles(fleet: Fleet): readonly RenderedFile[] {
  const stages = stagesOf(fleet);
  const sites = [...new Set(stages.flatMap(({ site }) => (site === undefined ? [] : [site])))];
  return [
    {
      path: "Jenkinsfile.groovy",
      content: `// Rendered by holdfast from the fleet file: change that one, and render again.
${functions(fleet)}
pipeline {
  agent none
  options {
    // Two runs at once would change two sites at once.
    disableConcurrentBuilds()
    timestamps()
    timeout(time: 3, unit: 'DAYS')
  }
  parameters {
    choice(name: 'mode', choices: [${modes.map(quote).join(", ")}], description: 'redeploy is for a site that was lost, the others change one cluster')
    choice(name: 'site', choices: [${["all", ...sites].map(quote).join(", ")}], description: 'One site, or all')
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

function functions(fleet: Fleet): string {
  const { secrets } = fleet.access;
  const credential = quote(`${fleet.name}-azure`);
  switch (secrets.kind) {
    case "azure-key-vault":
      return `
// Signed in to where the secrets are, for one script; its login goes with it. The secret is handed over on standard input.
def signedIn(String command) {
  withCredentials([azureServicePrincipal(credentialsId: ${credential}, subscriptionIdVariable: 'LOGIN_SUBSCRIPTION_ID',
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
    case "hashicorp-vault":
      return `
// The role's ids open the vault; run-with.sh logs in with them, for one script.
def signedIn(String command) {
  withCredentials([string(credentialsId: ${quote(`${fleet.name}-vault-role-id`)}, variable: 'VAULT_ROLE_ID'),
      string(credentialsId: ${quote(`${fleet.name}-vault-secret-id`)}, variable: 'VAULT_SECRET_ID')]) {
    sh command
  }
}
`;
    case "kubernetes":
      return "";
  }
}

function stageText(fleet: Fleet, stage: Stage): string {
  const { alertMail } = fleet.monitoring;
  const label = stage.agent.kind === "self-hosted" ? quote(stage.agent.pool) : "'linux'";
  const condition = conditionOf(stage);
  const submitter = alertMail === undefined ? "" : ` // ask ${alertMail}`;
  return [
    ...(stage.approval
      ? [
          `    stage(${quote(`May ${stage.site ?? ""} be changed?`)}) {`,
          "      when { beforeInput true; expression { params.site == 'all' && params.mode == 'deploy' } }",
          // Without an agent: a person may take days, and no machine waits for them.
          `      input { message ${quote(`The sites before ${stage.site ?? ""} were changed and are healthy. Look at them, then go on.`)} }${submitter}`,
          "      steps { echo 'approved' }",
          "    }",
        ]
      : []),
    `    stage(${quote(stage.title)}) {`,
    `      agent { label ${label} }`,
    ...(condition === undefined ? [] : [`      when { beforeAgent true; expression { ${condition} } }`]),
    `      options { timeout(time: ${stage.minutesMax}, unit: 'MINUTES') }`,
    ...(stage.variables.length === 0 && !stage.keepsState
      ? []
      : [
          "      environment {",
          // Set for the whole folder or server: ids and places, not secret.
          ...stage.variables.map((name) => `        ${name} = "\${env.${name} ?: ''}"`),
          ...(stage.keepsState ? ['        HOLDFAST_STATE_COPY = "${env.WORKSPACE}/state"'] : []),
          "      }",
        ]),
    "      steps {",
    ...stepLines(fleet, stage).map((line) => `        ${line}`),
    "      }",
    ...postLines(stage),
    "    }",
  ].join("\n");
}

function stepLines(fleet: Fleet, stage: Stage): readonly string[] {
  const provider = providerOf(fleet);
  const mode = stage.takesMode ? " ${params.mode}" : "";
  const script = `rendered/${stage.script}${mode}`;
  const references = stage.secrets.map(({ env, value }) => `${env}=${provider.reference(value)}`);
  if (stage.id === "check") return [`sh ${quote(script)}`];
  if (fleet.access.secrets.kind === "kubernetes") {
    const bindings = stage.secrets.map(
      ({ env, value }) => `string(credentialsId: ${quote(provider.reference(value))}, variable: ${quote(env)})`,
    );
    if (bindings.length === 0) return [`sh "${script}"`];
    return [`withCredentials([${bindings.join(",\n          ")}]) {`, `  sh "${script}"`, "}"];
  }
  const command =
    references.length === 0 ? script : `rendered/access/_secrets/run-with.sh ${references.join(" ")} -- ${script}`;
  // In double quotes for the mode only, which is one of a list: no secret is in the text.
  return [`signedIn("${command}")`];
}

function postLines(stage: Stage): readonly string[] {
  if (stage.id === "check")
    return [
      "      post {",
      "        always {",
      "          junit allowEmptyResults: true, testResults: 'results/check.xml'",
      "          archiveArtifacts allowEmptyArchive: true, artifacts: 'results/*'",
      "        }",
      "      }",
    ];
  if (!stage.keepsState) return [];
  return [
    "      post {",
    "        always {",
    "          // AKS Engine's output, encrypted: without it the cluster can be neither scaled nor upgraded.",
    "          archiveArtifacts allowEmptyArchive: true, artifacts: 'state/**'",
    "        }",
    "      }",
  ];
}

function conditionOf({ modes: forModes, site, alsoFor }: Stage): string | undefined {
  const list = (words: readonly string[]) => `[${words.map(quote).join(", ")}]`;
  const parts = [
    ...(forModes.length === modes.length ? [] : [`params.mode in ${list(forModes)}`]),
    ...(site === undefined ? [] : [`params.site in ${list(["all", site, ...alsoFor])}`]),
    ...(forModes.includes("scale") && !forModes.includes("deploy") ? ["params.site != 'all'"] : []),
  ];
  return parts.length === 0 ? undefined : parts.join(" && ");
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
