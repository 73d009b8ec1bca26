import type { Fleet } from "../../spec/index.ts";
import { membersOf } from "../../spec/index.ts";
import { stagesOf } from "./plan.ts";
import type { Agent } from "./agents.ts";

/** How to set the pipeline up once, and which agent does what, for whom to ask why. */
export function pipelinesPage(fleet: Fleet): string {
  const stages = stagesOf(fleet);
  return [
    `# Delivery of ${fleet.name}\n`,
    "The repository has the fleet file as `holdfast.yaml`, and what `holdfast render holdfast.yaml --out rendered` writes in the folder",
    "`rendered`: the first stage refuses anything else. A commit brings every site to the file, one after another; a run that a person",
    "starts takes a mode and a site. **first-deploy** is the first run of all: it asks whether users are served when the last site is there,",
    "for before that no store has a majority of its votes. **redeploy** is the procedure after a site was lost, on the same Hub or on",
    "another one that the file now names: the same stages, for that site and for the tunnels of its peers.\n",
    ...setUp(fleet),
    "## Which agent does what\n",
    "Each endpoint decides alone: what the Internet reaches, the service's own agents may do. `scale` and `upgrade` of AKS Engine also",
    "drain nodes, so they need both. Our own agents call out by HTTPS (443) only; nothing calls them.\n",
    "| site | management reached | Kubernetes API reached |",
    "| --- | --- | --- |",
    ...membersOf(fleet).map(
      ({ name, network: { internet }, platform }) =>
        `| ${name} | ${platform.kind === "azure-stack-hub" ? yes(internet.management) : "no Hub"} | ${yes(internet.kubernetesApi)} |`,
    ),
    "",
    "| stage | agent | for | before it |",
    "| --- | --- | --- | --- |",
    ...stages.map(
      ({ title, agent, modes, approval }) =>
        `| ${title} | ${describeAgent(fleet, agent)} | ${modes.join(", ")} | ${approval ? "a person says yes" : ""} |`,
    ),
    "",
    "Each stage runs one script of this folder, which a person can run just as well.",
    "",
  ].join("\n");
}

function yes(reached: boolean): string {
  return reached ? "from the Internet" : "on the local network only";
}

function describeAgent({ delivery }: Fleet, agent: Agent): string {
  if (agent.kind === "self-hosted") return `our own: \`${agent.pool}\``;
  return delivery.kind === "github-actions" ? "GitHub's" : "Microsoft's";
}

function setUp(fleet: Fleet): readonly string[] {
  const { delivery, access, name } = fleet;
  const variables = [...new Set(stagesOf(fleet).flatMap((stage) => stage.variables))];
  const named = variables.map((variable) => `\`${variable}\``).join(", ");
  const vault =
    access.secrets.kind === "hashicorp-vault"
      ? " and, secret, `VAULT_ROLE_ID` and `VAULT_SECRET_ID`"
      : access.secrets.kind === "kubernetes"
        ? " and, secret, those of `access/_secrets/README.md`"
        : "";
  switch (delivery.kind) {
    case "azure-pipelines":
      return [
        "## Set up once\n",
        `1. A pipeline of \`rendered/pipelines/azure-pipelines.yml\`, and its environments: \`${name}\` and one a site, with checks of your own.`,
        `2. A variable group \`${name}\`: ${named}${vault}.`,
        ...(access.secrets.kind === "azure-key-vault"
          ? [
              `3. A service connection \`${name}-azure\` to public Azure, whose identity reads and sets secrets of \`${access.secrets.vault ?? ""}\`.`,
            ]
          : []),
        "",
      ];
    case "github-actions":
      return [
        "## Set up once\n",
        "1. `cp rendered/pipelines/github-actions.yml .github/workflows/deliver.yml`, again after each change: the first job compares them.",
        `2. Variables of the repository: ${named}${vault}.`,
        ...(access.secrets.kind === "azure-key-vault"
          ? [
              "3. `AZURE_LOGIN_CLIENT_ID`, `AZURE_LOGIN_TENANT_ID`, `AZURE_LOGIN_SUBSCRIPTION_ID`: an identity with federated credentials for this repository's environments.",
            ]
          : []),
        `4. Environments \`${name}-SITE\`, and \`${name}-SITE-approval\` with required reviewers for each site that a person approves.`,
        "5. Self-hosted runners with the labels below; never for a public repository.\n",
      ];
    case "jenkins":
      return [
        "## Set up once\n",
        "1. A pipeline job whose script path is `rendered/pipelines/Jenkinsfile.groovy`; agents with the labels below.",
        `2. Global or folder variables: ${named}.`,
        access.secrets.kind === "azure-key-vault"
          ? `3. A credential \`${name}-azure\` (plugin Azure Credentials), whose identity reads and sets secrets of \`${access.secrets.vault ?? ""}\`.\n`
          : access.secrets.kind === "hashicorp-vault"
            ? `3. Secret texts \`${name}-vault-role-id\` and \`${name}-vault-secret-id\`.\n`
            : "3. Secret texts with the names of `access/_secrets/README.md`.\n",
      ];
    case "none":
      return [];
  }
}
