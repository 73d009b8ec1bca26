import { membersOf } from "../../../spec/index.ts";
import type { Fleet } from "../../../spec/index.ts";
import { azurePlaces } from "../../arm/azure-place.ts";
import { azureTemplates } from "../../arm/azure-templates.ts";
import { hubPlaces } from "../../arm/hub-place.ts";
import { publicVault } from "../../arm/public-vault.ts";
import { isFleetVault, vaultOf } from "../../arm/vault.ts";
import { mirrorFiles, ownImages } from "../../helm/index.ts";
import { chapter, step, steps, text } from "../blocks.ts";
import type { Block, Step } from "../blocks.ts";
import { joined, runCommand } from "../facts.ts";
import type { Facts } from "../facts.ts";
import { standUpByHand } from "./by-hand.ts";

export function standUp(facts: Facts): readonly Block[] {
  const { fleet, hubs, hasPipeline } = facts;
  const inAzure = azurePlaces(fleet).map(({ name }) => name);
  return [
    chapter("Stand it up"),
    text("From nothing to users. Each step may be run again. The folder `rendered` is what `holdfast render` wrote."),
    steps(
      step(
        "Check, render, commit. Nothing below begins before the first command finds no error.",
        "holdfast check holdfast.yaml",
        "holdfast render holdfast.yaml --out rendered",
        "git add holdfast.yaml rendered && git commit --message 'The fleet, and what is rendered of it'",
      ),
      step("Rehearse it on one machine, where it can: kill each site once.", "holdfast lab up holdfast.yaml"),
      ...(hubs.length > 0
        ? [
            `With the operators of ${joined(hubs.map(({ name }) => name))}: subscription, quotas, AKS Engine's base image and "Custom Script for Linux 2.0" in the marketplace, a service principal, infrastructure backup.`,
          ]
        : []),
      ...directory(facts),
      ...publicAzure(facts),
      ...vault(facts),
      ...(hubs.length > 0
        ? [
            {
              text: `At each Hub, as \`rendered/arm/<site>/README.md\` says: its own vault, roles for groups, and the machine on which AKS Engine${hasPipeline ? " and the pipeline's agent run" : " runs"}. What its templates read is copied into that vault.`,
              ...(fleet.access.secrets.kind === "kubernetes"
                ? {}
                : {
                    code: hubs
                      .map(
                        ({ name }) => `HUB_AZURE_CONFIG_DIR=~/.azure-${name} rendered/access/${name}/fill-hub-vault.sh`,
                      )
                      .join("\n"),
                  }),
            },
          ]
        : []),
      ...inAzure.map(
        (name) =>
          `${name}: phase 1 of its side of the VPN, as \`rendered/arm/${name}/README.md\` says. The others need its gateway's address.`,
      ),
      ...registry(facts),
      ...(hasPipeline
        ? [
            `Set the pipeline up once: \`rendered/pipelines/README.md\`.`,
            step(
              "Run it. Networks and gateways come first, then one place after another; whether users are served is asked when all are there, for before that no store has its votes.",
              runCommand(facts, "first-deploy", "all"),
            ),
          ]
        : standUpByHand(facts)),
      ...inAzure.map((name) => `${name}: phase 2 of its side of the VPN, now that the other gateways have addresses.`),
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
      "Make and nest the directory's groups, put their ids into the fleet file (`access.groups[].objectId`), then render and commit again: what follows has the ids in it.",
      ...(identities.has("azure-ad") ? ["rendered/access/_directory/create-groups.sh"] : []),
      ...(identities.has("adfs") ? ["pwsh rendered/access/_directory/Create-Groups.ps1"] : []),
    ),
  ];
}

function vault({ fleet }: Facts): readonly (Step | string)[] {
  switch (fleet.access.secrets.kind) {
    case "azure-key-vault":
      return [
        ...vaultElsewhere(fleet),
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
      return [
        "Have a value for each line of `rendered/access/_secrets/README.md`, each in the environment variable of its name; random ones by `openssl rand -hex 32`.",
      ];
  }
}

/** Before anything pulls from it. */
function registry({ fleet, hasPipeline }: Facts): readonly Step[] {
  const names = ownImages(fleet).map((image) => `\`${image}\``);
  return [
    step(
      `Build and push what nobody publishes: ${joined(names)}. holdfast's own and the sample's are built as \`images/README.md\` of holdfast's repository says, an application's by its own build${hasPipeline ? "; no stage of the pipeline does it" : ""}.`,
    ),
    ...(mirrorFiles(fleet).length === 0
      ? []
      : [
          step(
            "Carry over what a site does not reach at its makers (`rendered/helm/IMAGES.txt`, `CHARTS.txt`); in two steps, with a disk between them, by `pull` and `push`.",
            registryLogin(fleet),
            "rendered/helm/mirror.sh copy",
          ),
        ]),
  ];
}

function registryLogin({ registry: { server, kind, charts } }: Fleet): string {
  if (kind === "azure-container-registry") return `az acr login --name ${server.split(".")[0] ?? server}`;
  const chartServer = charts?.replace(/^oci:\/\//, "").split("/")[0] ?? server;
  return `skopeo login ${server} && helm registry login ${chartServer}`;
}

/** What belongs to no site: the vault and the registry are there before they are filled. */
function publicAzure({ fleet, hasPipeline }: Facts): readonly string[] {
  const templates = azureTemplates(fleet).map(({ name }) => name);
  if (templates.length === 0) return [];
  const made = joined(templates.map((name) => IN_PUBLIC_AZURE[name] ?? name));
  const later = hasPipeline ? " Later the pipeline keeps all but the vault as the file says." : "";
  return [
    `In public Azure, signed in as Owner, by the commands of \`rendered/arm/_azure/README.md\` in their order: ${made}.${later}`,
  ];
}

const IN_PUBLIC_AZURE: Readonly<Record<string, string>> = {
  "key-vault": "the fleet's vault",
  "container-registry": "the registry",
  "log-analytics": "the place for metrics and logs, with its alerts",
  "traffic-manager": "the Traffic Manager profile",
  "dns-delegation": "the application's zone",
};

/** A vault on a Hub is made before what else that Hub gets. */
function vaultElsewhere(fleet: Fleet): readonly string[] {
  if (publicVault(fleet) !== undefined) return [];
  const hub = hubPlaces(fleet).find((place) => isFleetVault(fleet, vaultOf(place)));
  return [
    hub === undefined
      ? `The vault \`${fleet.access.secrets.vault ?? ""}\` has to be there: nothing rendered makes it.`
      : `Make the fleet's vault on the Hub at ${hub.name}: sign in and deploy \`key-vault\`, as \`rendered/arm/${hub.name}/README.md\` says. The rest of that page comes later.`,
  ];
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
