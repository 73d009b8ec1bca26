import type { Fleet } from "../../spec/index.ts";
import { membersOf } from "../../spec/index.ts";
import { approvers, vaultCredential } from "./jenkinsfile.ts";
import { stagesOf } from "./plan.ts";
import type { Agent } from "./agents.ts";
import { OPERATED_STORES } from "./scripts/database-stages.ts";
import { azureLogin, needsAzure, vaultLogin } from "./stage-run.ts";

/** How to set the pipeline up once, and which agent does what, for whom to ask why. */
export function pipelinesPage(fleet: Fleet): string {
  const stages = stagesOf(fleet);
  return [
    `# Delivery of ${fleet.name}\n`,
    "The repository has the fleet file as `holdfast.yaml`, and what `holdfast render holdfast.yaml --out rendered` writes in the folder",
    "`rendered`: the first stage refuses anything else. A commit brings every site to the file, one after another; a run that a person",
    "starts takes a mode and a site. **first-deploy** is the first run of all: it publishes each site's logins, and waits for nothing until",
    "the last site is there, for before that no store has its votes. **redeploy** is the procedure after a site was lost, on the same Hub or on",
    "another one that the file now names: the same stages, for that site, for the tunnels of its peers, and for their logins to it.\n",
    ...setUp(fleet),
    ...IMAGES,
    ...databases(fleet),
    ...whenASiteIsDead(fleet),
    ...whenItFails(fleet),
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

const IMAGES: readonly string[] = [
  "Before the first run, and with each new version, the images that nobody publishes have to be in the registry: holdfast's own, and the",
  "application's. No stage builds them. `images/README.md` of holdfast's repository has the two commands for each, for a CI of your own.\n",
];

function yes(reached: boolean): string {
  return reached ? "from the Internet" : "on the local network only";
}

function describeAgent({ delivery }: Fleet, agent: Agent): string {
  switch (agent.kind) {
    case "self-hosted":
      return `our own: \`${agent.pool}\``;
    case "self-hosted-anywhere":
      return `our own, of the run's site or the first that is there: ${agent.pools.map(({ pool }) => `\`${pool}\``).join(", ")}`;
    case "hosted":
      return delivery.kind === "github-actions" ? "GitHub's" : "Microsoft's";
  }
}

function setUp(fleet: Fleet): readonly string[] {
  const { delivery, access, name } = fleet;
  const variables = [...new Set(stagesOf(fleet).flatMap((stage) => stage.variables))];
  const named = variables.map((variable) => `\`${variable}\``).join(", ");
  const publicAzure = stagesOf(fleet).some((stage) => needsAzure(fleet, stage));
  const identity =
    access.secrets.kind === "azure-key-vault"
      ? `whose identity reads and sets secrets of \`${access.secrets.vault ?? ""}\``
      : "whose identity makes what the fleet has there";
  const vault =
    access.secrets.kind === "hashicorp-vault"
      ? ` and, secret, ${vaultLogin.map((name) => `\`${name}\``).join(" and ")}`
      : access.secrets.kind === "kubernetes"
        ? " and, secret, those of `access/_secrets/README.md`"
        : "";
  switch (delivery.kind) {
    case "azure-pipelines":
      return [
        "## Set up once\n",
        `1. A pipeline of \`rendered/pipelines/azure-pipelines.yml\`, and its environments: \`${name}\` and one a site, each with the check`,
        "   *Exclusive lock*, and with checks of your own. The first stage stops a run while an older one is under way: it may read the",
        "   pipeline's own runs, and set tags (*Edit build quality*, *View builds* for the build service).",
        `2. A variable group \`${name}\`: ${named}${vault}.`,
        ...(publicAzure ? [`3. A service connection \`${azureLogin(fleet)}\` to public Azure, ${identity}.`] : []),
        "",
      ];
    case "github-actions":
      return [
        "## Set up once\n",
        "1. `cp rendered/pipelines/github-actions.yml .github/workflows/deliver.yml`, again after each change: the first job compares them.",
        `2. Variables of the repository: ${named}${vault}.`,
        ...(publicAzure
          ? [
              "3. `AZURE_LOGIN_CLIENT_ID`, `AZURE_LOGIN_TENANT_ID`, `AZURE_LOGIN_SUBSCRIPTION_ID`: an identity with federated credentials for this repository's environments.",
            ]
          : []),
        `4. Environments \`${name}-SITE\`, and \`${name}-SITE-approval\` with required reviewers for each site that a person approves.`,
        "5. Self-hosted runners with the labels below; never for a public repository. Only the actions that the workflow pins are allowed.\n",
      ];
    case "jenkins":
      return [
        "## Set up once\n",
        "1. A pipeline job whose script path is `rendered/pipelines/Jenkinsfile.groovy`; agents with the labels below; the plugins Pipeline,",
        "   Credentials Binding, Timestamper, JUnit, Mailer and Copy Artifact, which lets the job copy from itself.",
        `2. Global or folder variables: ${named}.`,
        ...(publicAzure ? [`3. A credential \`${azureLogin(fleet)}\` (plugin Azure Credentials), ${identity}.`] : []),
        ...(access.secrets.kind === "hashicorp-vault"
          ? [`4. Secret texts ${vaultLogin.map((each) => `\`${vaultCredential(fleet, each)}\``).join(" and ")}.`]
          : access.secrets.kind === "kubernetes"
            ? ["4. Secret texts with the names of `access/_secrets/README.md`."]
            : []),
        `5. A group \`${approvers(fleet)}\`: who may say yes between two sites.\n`,
      ];
    case "none":
      return [];
  }
}

/** Who runs a store is not in the fleet file, so whoever sets the pipeline up decides. */
function databases(fleet: Fleet): readonly string[] {
  if (!stagesOf(fleet).some(({ variables }) => variables.includes(OPERATED_STORES))) return [];
  const names = fleet.stores.map(({ name }) => `\`${name}\``).join(", ");
  return [
    "## Stores that an operator runs\n",
    `\`${OPERATED_STORES}\` names the stores (of ${names}; with spaces between) that run by the folder \`databases\`. Not set, holdfast's own`,
    "servers run all of them, and the stages *databases* do nothing. For those that it names the platform's stage brings the operators, the",
    `stage *databases* their resources, and the application's does not apply holdfast's own servers (\`kubernetes/SITE/${fleet.application.namespace}/STORE\`);`,
    "an arbiter alone at its place is holdfast's in both. A stage stops rather than guess:\n",
    "- a Secret of `databases/README.md` is missing: a person makes it, for nobody else knows what is in it;",
    "- holdfast's servers and an operator would both run a store: a person moves its data first;",
    "- the store does not exist at the site where it begins, and the run is no **first-deploy**: after a loss the fleet file names a survivor first;",
    "- a person moved the primary or the main site, and the fleet file does not say so yet.\n",
    "In a **first-deploy** PostgreSQL's primary comes before its standbys, and MongoDB's main site after the others, whatever the order of sites.\n",
  ];
}

/** A stage whose agent is gone does not fail: it waits, and all after it. */
function whenASiteIsDead({ sites, delivery: { kind } }: Fleet): readonly string[] {
  if (sites.length < 2) return [];
  const push = kind === "github-actions" ? "a push" : "a commit";
  return [
    "## While a site is dead\n",
    "A run for one site asks nothing of any other: no agent, no stage, no gate. That the others do not answer is a warning of its last stage.",
    "What needs no site's own agents, and the witness, is done by those of the site that the run is for. Two kinds of run ask others, and",
    "take a third choice for that, **without**: the site that does not answer, whose agents and cluster are then left alone.\n",
    "- **redeploy** of a site brings its peers' tunnels and logins along: those of the dead one come later, by its own **redeploy**;",
    `- a run for **all**, and so ${push}, has stages at each site, and waits for agents that do not come: cancel it, and run **deploy** for all`,
    "  **without** that site. With the witness as the run's site, name the dead one too.\n",
  ];
}

function whenItFails({ delivery }: Fleet): readonly string[] {
  const state =
    delivery.kind === "azure-pipelines"
      ? "The artifact that is restored is of a run that succeeded: after one that failed, run on the same agent, whose own copy is newer, or copy it by hand."
      : delivery.kind === "github-actions"
        ? "A cache lives for a week without use: after that, and on another runner, put the newest artifact `aks-engine-state-…` back by hand before the run."
        : "The last run that is over has it, whatever came of it, if that run was for the site: else copy it by hand from the last one that was.";
  return [
    "## When a run fails, and the way back\n",
    "A stage that fails stops all after it, so the sites that come later stay as they were, and serve. Every stage may be run again. The way",
    "back is a commit that takes the change back: it runs through the same stages and gates. Of databases that is true for settings, not for",
    "data: those come back by a restore, which is a person's work (`databases/README.md`, the runbook).",
    `AKS Engine's state, encrypted, is on the agent under \`~/.local/state/holdfast\`, and each run keeps a copy. ${state}\n`,
  ];
}
