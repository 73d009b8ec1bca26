import { isHubSite } from "../../azure-stack-hub/index.ts";
import type { Fleet, Group } from "../../spec/index.ts";
import { publicVault } from "../arm/public-vault.ts";
import { isFleetVault, vaultOf } from "../arm/vault.ts";
import { SYSTEM_NAMESPACE } from "../kubernetes/index.ts";
import { personas } from "./personas.ts";
import type { Provider } from "./secrets/provider.ts";
import type { PlannedValue } from "./secrets/secret-plan.ts";

/** Who may do what, for the people who answer for it. */
export function accessPage(fleet: Fleet): string {
  const { groups } = fleet.access;
  return [
    `# Who may do what in ${fleet.name}\n`,
    "A role on a Hub opens neither its machines nor a cluster's API, and a role in a cluster opens no Hub. Yet whoever may change the",
    "Hub's resource group can delete the cluster with everything in it: keep both kinds of groups small.\n",
    "## In each cluster\n",
    "| who | may |",
    "| --- | --- |",
    ...personas.map(({ role, about }) => `| \`${role}\` | ${about} |`),
    `| \`holdfast-controller\`, \`holdfast-voter\` | holdfast itself, at this site and at the others. Nobody else has a right to write the registers (ConfigMaps \`holdfast-register-*\` in \`${SYSTEM_NAMESPACE}\`) that say who may write to a store. |`,
    "",
    "None of these roles has a wildcard, and none reads Secrets but the controller's, by name. The deployer can change the roles and the",
    "pods of the controller, because it deploys them: what guards that is review in the repository and approval in the pipeline.",
    ...readersOfSecrets(groups),
    "Set them up once, as the cluster's administrator:\n",
    "```sh",
    "kubectl apply --filename kubernetes/SITE/00-namespaces.yaml",
    "kubectl apply --server-side --filename access/SITE/",
    "```\n",
    "A person gets a role through a group: name `holdfast-operator` or `holdfast-viewer` in `access.groups[].roles` with",
    "`plane: kubernetes`. A cluster of AKS Engine does not know the Hub's directory: people log in with client certificates, whose",
    "organisation (`O=`) is the group's name, or with tokens where its API server was told to trust the directory.\n",
    ...(groups.length === 0 ? ["The fleet file names no groups.\n"] : groupsTable(groups)),
    "`.kube/config` on every control-plane node is cluster-admin, and SSH leads there: the key that AKS Engine was given belongs to",
    "administrators only.",
    "",
  ].join("\n");
}

/** Kubernetes' own roles say more than people expect: https://kubernetes.io/docs/reference/access-authn-authz/rbac/#user-facing-roles */
function readersOfSecrets(groups: readonly Group[]): readonly string[] {
  const readers = groups.flatMap(({ name, roles }) => {
    const named = roles.filter(({ plane, role }) => plane === "kubernetes" && READS_SECRETS.has(role));
    return named.map(({ role }) => `${name} (\`${role}\`)`);
  });
  return readers.length === 0
    ? []
    : [
        `**Yet these groups read and write every Secret** of the application, by roles of Kubernetes' own: ${readers.join(", ")}. \`holdfast check\` warns of it (\`secret-readers\`).`,
      ];
}

const READS_SECRETS: ReadonlySet<string> = new Set(["edit", "admin", "cluster-admin"]);

function groupsTable(groups: readonly Group[]): readonly string[] {
  return [
    "## Groups of the directory\n",
    "The same at every site. Who is in a group that another one includes has the other one's roles, too.\n",
    "| group | purpose | includes | on Hubs | in clusters |",
    "| --- | --- | --- | --- | --- |",
    ...groups.map((group) => {
      const cells = [
        group.name,
        group.purpose,
        group.includes.join(", "),
        rolesOn(group, "azure"),
        rolesOn(group, "kubernetes"),
      ];
      return `| ${cells.map(cell).join(" | ")} |`;
    }),
    "",
    "`_directory/` has the script that makes and nests them; it prints the ids that `access.groups[].objectId` takes.\n",
  ];
}

function rolesOn({ roles }: Group, plane: "azure" | "kubernetes"): string {
  return roles
    .filter((each) => each.plane === plane)
    .map(({ role, sites }) => `${role} (${sites.join(", ")})`)
    .join("; ");
}

/** A table's cell holds neither a bar nor a line's end. */
function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll(/\s+/g, " ");
}

/** The vault's template, where there is one: rights given by hand are gone when it is deployed again. */
function whoGivesRights(fleet: Fleet): string {
  const hub = fleet.sites.filter(isHubSite).find((site) => isFleetVault(fleet, vaultOf(site)));
  const folder = publicVault(fleet) === undefined ? hub?.name : "_azure";
  return folder === undefined
    ? "Whoever runs it gives these rights: get, list and set on secrets to the pipeline, delete to administrators besides."
    : `The vault's template gives both their rights: \`arm/${folder}/key-vault.json\`.`;
}

/** Every value that has to be kept, with its place and who may read it. */
export function secretsPage(fleet: Fleet, values: readonly PlannedValue[], provider: Provider): string {
  return [
    `# Secrets of ${fleet.name}\n`,
    `Kept in ${provider.title}. No value stands in any file of holdfast, in Git or in a log; deployments fetch what they need`,
    "when they need it, into memory, and nothing is an argument of a command.\n",
    ...howTo(fleet, provider),
    "| where | what for | who fills it | who reads it |",
    "| --- | --- | --- | --- |",
    ...values.map((value) => {
      const cells = [`\`${provider.where(value)}\``, value.purpose, value.filledBy, value.readBy];
      return `| ${cells.map(cell).join(" | ")} |`;
    }),
    "",
  ].join("\n");
}

function howTo(fleet: Fleet, provider: Provider): readonly string[] {
  const fill =
    "`SITE/fill-secrets.sh` makes a cluster's Secrets of them. `_secrets/run-with.sh` gives one command what it needs.\n";
  switch (fleet.access.secrets.kind) {
    case "azure-key-vault":
      return [
        `1. \`_secrets/create-missing.sh\` makes the random ones, once, and lists what is left to you. ${fill}`,
        "2. The pipeline's identity reads all, and puts back the logins that it makes. Key Vault knows no rights on single secrets, so",
        `   this vault holds nothing else. Administrators fill it, and only they delete. ${whoGivesRights(fleet)}\n`,
      ];
    case "hashicorp-vault":
      return [
        "1. `_secrets/set-up-vault.sh` writes the policies and the ways to log in: one for the pipeline, one a cluster.",
        `2. \`_secrets/create-missing.sh\` makes the random ones, once, and lists what is left to you. ${fill}`,
        "3. Where the External Secrets Operator runs, `SITE/vault/external-secrets.yaml` takes the place of `fill-secrets.sh`: each",
        "   cluster then reads its own paths, by its own service account, and follows a change within an hour.\n",
      ];
    case "kubernetes":
      return [
        `Set each as a secret variable of the pipeline${provider.writable ? "" : ", under this name"}; ${fill}`,
        "Random ones: `openssl rand -hex 32`.\n",
      ];
  }
}
