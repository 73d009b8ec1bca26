import { membersOf } from "../../../spec/index.ts";
import { chapter, step, steps, text } from "../blocks.ts";
import type { Block, Step } from "../blocks.ts";
import { joined, runCommand } from "../facts.ts";
import type { Facts } from "../facts.ts";

export function standUp(facts: Facts): readonly Block[] {
  const { fleet, hubs, hasPipeline } = facts;
  return [
    chapter("Stand it up"),
    text("From nothing to users. Each step may be run again. The folder `rendered` is what `holdfast render` wrote."),
    steps(
      step(
        "Check, render, commit. Nothing below begins before the first command finds no error.",
        "holdfast check holdfast.yaml",
        "holdfast render holdfast.yaml --out rendered",
      ),
      step("Rehearse it on one machine, where it can: kill each site once.", "holdfast lab up holdfast.yaml"),
      ...(hubs.length > 0
        ? [
            `With the operators of ${joined(hubs.map(({ name }) => name))}: subscription, quotas, AKS Engine's base image and "Custom Script for Linux 2.0" in the marketplace, a service principal, infrastructure backup.`,
          ]
        : []),
      ...directory(facts),
      ...vault(facts),
      ...(hubs.length > 0
        ? [
            {
              text: "At each Hub, as `rendered/arm/<site>/README.md` says: its own vault, roles for groups, and the machine on which AKS Engine and the pipeline's agent run. What its templates read is copied into that vault.",
              ...(fleet.access.secrets.kind === "kubernetes"
                ? {}
                : { code: hubs.map(({ name }) => `rendered/access/${name}/fill-hub-vault.sh`).join("\n") }),
            },
          ]
        : []),
      ...(hasPipeline
        ? [
            `Set the pipeline up once: \`rendered/pipelines/README.md\`.`,
            step(
              "Run it. Networks and gateways come first, then one place after another; whether users are served is asked when all are there, for before that no store has its votes.",
              runCommand(facts, "first-deploy", "all"),
            ),
          ]
        : byHand(facts)),
      delegation(facts),
      step("See that it is so.", "holdfast status holdfast.yaml"),
      "Take one place away on a day of your choosing, as the chapters below say. Before that it is not known whether it works.",
    ),
  ];
}

function directory({ fleet, hubs }: Facts): readonly Step[] {
  if (fleet.access.groups.length === 0 || hubs.length === 0) return [];
  const identities = new Set(hubs.map(({ platform }) => platform.identity));
  return [
    step(
      "Make and nest the directory's groups, and put their ids into the fleet file (`access.groups[].objectId`).",
      ...(identities.has("azure-ad") ? ["rendered/access/_directory/create-groups.sh"] : []),
      ...(identities.has("adfs") ? ["pwsh rendered/access/_directory/Create-Groups.ps1"] : []),
    ),
  ];
}

function vault({ fleet }: Facts): readonly (Step | string)[] {
  switch (fleet.access.secrets.kind) {
    case "azure-key-vault":
      return [
        step(
          `Fill the vault \`${fleet.access.secrets.vault ?? ""}\`: random values are made, the rest is listed.`,
          "rendered/access/_secrets/create-missing.sh",
        ),
      ];
    case "hashicorp-vault":
      return [
        step(
          `Set up and fill the vault at ${fleet.access.secrets.vault ?? ""}: random values are made, the rest is listed.`,
          "rendered/access/_secrets/set-up-vault.sh",
          "rendered/access/_secrets/create-missing.sh",
        ),
      ];
    case "kubernetes":
      return ["Have a value for each line of `rendered/access/_secrets/README.md`."];
  }
}

/** Without a pipeline: what its stages would do. */
function byHand({ fleet, hubs }: Facts): readonly (Step | string)[] {
  const hubNames = new Set<string>(hubs.map(({ name }) => name));
  return membersOf(fleet).flatMap(({ name, role }) => [
    ...(hubNames.has(name)
      ? [
          step(
            `${name}: the network as \`rendered/arm/${name}/README.md\` says, then the cluster.`,
            `rendered/aks-engine/${name}/deploy.sh`,
            `rendered/aks-engine/${name}/attach-network.sh`,
          ),
        ]
      : []),
    step(
      `${name}: ${role === "witness" ? "it votes only" : "the application and its stores"}. The Secrets are those of \`rendered/kubernetes/${name}/SECRETS.md\`.`,
      `kubectl --context ${name} apply --server-side --filename rendered/kubernetes/${name}/00-namespaces.yaml`,
      `kubectl --context ${name} apply --server-side --filename rendered/access/${name}/`,
      `kubectl config use-context ${name} && rendered/access/${name}/fill-secrets.sh`,
      `kubectl --context ${name} apply --server-side --field-manager holdfast --recursive --filename rendered/kubernetes/${name}/`,
    ),
  ]);
}

function delegation({ fleet }: Facts): Step | string {
  const { zone, provider, azureTrafficManager } = fleet.traffic;
  if (provider === "azure-traffic-manager")
    return `Delegate \`${zone}\` to the name servers that \`rendered/arm/_azure/README.md\` tells of; its name leads to \`${azureTrafficManager?.relativeName ?? ""}.trafficmanager.net\`.`;
  const servers = membersOf(fleet).flatMap(({ name, addresses }) =>
    addresses.dns === undefined ? [] : [`${name} (${addresses.dns.host})`],
  );
  return `Delegate \`${zone}\` to the name servers at ${joined(servers)}: the sites answer for themselves.`;
}
