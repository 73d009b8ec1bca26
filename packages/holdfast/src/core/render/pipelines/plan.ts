import { isHubSite } from "../../azure-stack-hub/index.ts";
import type { Fleet, Member, SiteName } from "../../spec/index.ts";
import {
  adminKubeconfig,
  deployerKubeconfig,
  gatewayAddress,
  hubLogin,
  nodeKey,
  platformSecrets,
  providerOf,
  stateIdentity,
  storedKeys,
} from "../access/index.ts";
import type { StoredValue } from "../access/index.ts";
import { operatedStoresAt } from "../databases/index.ts";
import { requiredSecrets } from "../kubernetes/index.ts";
import { registersOf } from "../kubernetes/voter-names.ts";
import { agentFor, agentForFleet } from "./agents.ts";
import type { Agent } from "./agents.ts";
import { OPERATED_STORES, waitsForLater } from "./scripts/database-stages.ts";
import { deployOrder } from "./scripts/deploy-order.ts";
import { azureScript, azureVariables } from "./scripts/fleet-scripts.ts";
import {
  addressVariable,
  infrastructureScript,
  networkVariables,
  placeOf,
  tunnelPeers,
} from "./scripts/hub-scripts.ts";

/**
 * What a run is for. `deploy` brings everything to the file. A person begins the others: `first-deploy` when nothing is there yet, for
 * then no site serves before enough of them can vote, so all are looked at when the last one is there; and the rest for one site.
 */
export const modes = [
  "deploy",
  "first-deploy",
  "redeploy",
  "scale",
  "upgrade",
  "upgrade-os-image",
  "rotate-certs",
] as const;
export type Mode = (typeof modes)[number];

/** The same stages in the same order, whatever runs them. */
export interface Stage {
  /** Letters, digits and underscores. */
  readonly id: string;
  readonly title: string;
  /** Absent: the fleet's. */
  readonly site?: SiteName;
  readonly agent: Agent;
  readonly modes: readonly Mode[];
  /** Also when the run rebuilds one of these sites: its gateway has a new address and its cluster new logins, which its peers need. */
  readonly alsoFor: readonly SiteName[];
  /** Relative to the folder of the rendered files. */
  readonly script: string;
  /** `mode` stands for the mode of the run. */
  readonly argument?: "mode" | "rest" | "ready" | "logins";
  readonly secrets: readonly { readonly env: string; readonly value: StoredValue }[];
  /** Of the pipeline, not secret. */
  readonly variables: readonly string[];
  /** A person says yes before it. */
  readonly approval: boolean;
  /** Keeps the encrypted output of AKS Engine. */
  readonly keepsState: boolean;
  readonly minutesMax: number;
}

const BUILD: readonly Mode[] = ["deploy", "first-deploy", "redeploy"];
const CHANGE: readonly Mode[] = ["scale", "upgrade", "upgrade-os-image", "rotate-certs"];

/** In order: each waits for the one before, and one that fails stops those after it. */
export function stagesOf(fleet: Fleet): readonly Stage[] {
  const ordered = deployOrder(fleet);
  const perSite = ordered.map((member, index) => siteStages(fleet, member, index));
  return [
    stage({
      id: "check",
      title: "Check the design and the rendered files",
      agent: agentForFleet(fleet),
      modes,
      script: "pipelines/check.sh",
      variables: ["HOLDFAST_PACKAGE"],
      minutesMax: 15,
    }),
    ...(azureScript(fleet) === undefined
      ? []
      : [
          stage({
            id: "azure",
            title: "Public Azure",
            agent: agentForFleet(fleet),
            modes: ["deploy", "first-deploy"],
            script: "pipelines/azure.sh",
            variables: azureVariables(fleet),
          }),
        ]),
    ...ordered.flatMap((member) => networkStages(fleet, member)),
    ...ordered.flatMap((member) => connectionStages(fleet, member)),
    ...perSite.flat(),
    ...ordered.flatMap((member) => restStages(fleet, member)),
    ...ordered.flatMap((member) => readyStages(fleet, member)),
    ...ordered.flatMap((member) => loginStages(fleet, member)),
    ...verifyStages(fleet, ordered),
  ];
}

type Given = Pick<Stage, "id" | "title" | "agent" | "modes" | "script"> & Partial<Stage>;

function stage(given: Given): Stage {
  return {
    alsoFor: [],
    secrets: [],
    variables: [],
    approval: false,
    keepsState: false,
    minutesMax: 60,
    ...given,
  };
}

const id = (what: string, site: SiteName): string => `${what}_${site.replaceAll("-", "_")}`;

function hubSecrets(fleet: Fleet, site: SiteName) {
  const hub = fleet.sites.filter(isHubSite).find(({ name }) => name === site);
  return hub === undefined ? [] : hubLogin(hub).map(({ env, ...value }) => ({ env, value }));
}

function networkStages(fleet: Fleet, member: Member): readonly Stage[] {
  const { name: site } = member;
  const place = placeOf(fleet, site);
  if (place === undefined || infrastructureScript(place) === undefined) return [];
  return [
    stage({
      id: id("infrastructure", site),
      title: `${site}: network and VPN gateway`,
      site,
      agent: agentFor(fleet, member, { management: true, kubernetesApi: false }),
      modes: BUILD,
      script: `pipelines/${site}/infrastructure.sh`,
      secrets: hubSecrets(fleet, site),
      variables: networkVariables(place),
      minutesMax: 120,
    }),
  ];
}

function connectionStages(fleet: Fleet, member: Member): readonly Stage[] {
  const { name: site } = member;
  const place = placeOf(fleet, site);
  const peers = place === undefined ? [] : tunnelPeers(place);
  if (peers.length === 0) return [];
  return [
    stage({
      id: id("connections", site),
      title: `${site}: tunnels to ${peers.join(", ")}`,
      site,
      agent: agentFor(fleet, member, { management: true, kubernetesApi: false }),
      modes: BUILD,
      alsoFor: peers,
      script: `pipelines/${site}/connections.sh`,
      secrets: [
        ...hubSecrets(fleet, site),
        ...peers.map((peer) => ({ env: addressVariable(peer), value: gatewayAddress(peer) })),
      ],
    }),
  ];
}

function siteStages(fleet: Fleet, member: Member, index: number): readonly Stage[] {
  const { name: site } = member;
  const approval = fleet.delivery.approval && index > 0;
  const hub = fleet.sites.filter(isHubSite).find(({ name }) => name === site);
  const api = agentFor(fleet, member, { management: false, kubernetesApi: true });
  const engine =
    hub === undefined
      ? []
      : [
          ...hubSecrets(fleet, site),
          { env: "HOLDFAST_AGE_KEY", value: stateIdentity(site) },
          { env: "HOLDFAST_SSH_PRIVATE_KEY", value: nodeKey(site) },
        ];
  const cluster = {
    site,
    script: `pipelines/${site}/cluster.sh`,
    argument: "mode",
    secrets: engine,
    keepsState: true,
  } as const;
  const stages = [
    ...(hub === undefined
      ? []
      : [
          stage({
            ...cluster,
            id: id("cluster", site),
            title: `${site}: cluster`,
            agent: agentFor(fleet, member, { management: true, kubernetesApi: false }),
            modes: BUILD,
            minutesMax: 180,
          }),
          stage({
            ...cluster,
            id: id("nodes", site),
            title: `${site}: scale, upgrade or rotate`,
            agent: agentFor(fleet, member, { management: true, kubernetesApi: true }),
            modes: CHANGE,
            // 15 minutes a machine, and AKS Engine's own beginning and end.
            minutesMax:
              60 +
              15 *
                (hub.cluster.controlPlane.count + hub.cluster.workerPools.reduce((sum, { count }) => sum + count, 0)),
          }),
        ]),
    stage({
      id: id("platform", site),
      title: `${site}: platform and access`,
      site,
      agent: api,
      modes: [...BUILD, ...CHANGE],
      script: `pipelines/${site}/platform.sh`,
      secrets: [
        { env: "ADMIN_KUBECONFIG", value: adminKubeconfig(site) },
        ...ciOnly(fleet, storedKeys(platformSecrets(fleet, member), site)),
      ],
      variables: [...platformVariables(fleet, member), ...operatedVariable(fleet, member)],
      minutesMax: 90,
    }),
    ...(operatedStoresAt(fleet, member).length === 0
      ? []
      : [
          databasesStage(fleet, member, {
            id: id("databases", site),
            title: `${site}: databases that operators run`,
            modes: [...BUILD, ...CHANGE],
            argument: "mode",
          }),
        ]),
    stage({
      id: id("application", site),
      title: `${site}: application, and whether it serves`,
      site,
      agent: api,
      modes: [...BUILD, ...CHANGE],
      script: `pipelines/${site}/application.sh`,
      argument: "mode",
      variables: operatedVariable(fleet, member),
      secrets: [
        { env: "DEPLOYER_KUBECONFIG", value: deployerKubeconfig(site) },
        ...ciOnly(fleet, storedKeys(requiredSecrets(fleet, site), site)),
      ],
    }),
  ];
  return stages.map((each, position) => ({ ...each, approval: approval && position === 0 }));
}

function databasesStage(
  fleet: Fleet,
  member: Member,
  given: Pick<Stage, "id" | "title" | "modes"> & { readonly argument: NonNullable<Stage["argument"]> },
): Stage {
  const { name: site } = member;
  return stage({
    ...given,
    site,
    agent: agentFor(fleet, member, { management: false, kubernetesApi: true }),
    script: `pipelines/${site}/databases.sh`,
    secrets: [
      { env: "ADMIN_KUBECONFIG", value: adminKubeconfig(site) },
      ...ciOnly(fleet, storedKeys(requiredSecrets(fleet, site), site)),
    ],
    variables: operatedVariable(fleet, member),
    minutesMax: 90,
  });
}

/** A new store's standbys need their primary, and MongoDB's main site the members of the others: whoever came too early comes now. */
function restStages(fleet: Fleet, member: Member): readonly Stage[] {
  if (!operatedStoresAt(fleet, member).some((each) => waitsForLater(fleet, each))) return [];
  return [
    databasesStage(fleet, member, {
      id: id("databases_rest", member.name),
      title: `${member.name}: databases that waited for another site`,
      modes: ["first-deploy"],
      argument: "rest",
    }),
  ];
}

/** Only when a store is at all its sites can each say that it is ready. */
function readyStages(fleet: Fleet, member: Member): readonly Stage[] {
  if (operatedStoresAt(fleet, member).length === 0) return [];
  return [
    databasesStage(fleet, member, {
      id: id("databases_ready", member.name),
      title: `${member.name}: databases are ready`,
      modes: ["first-deploy"],
      argument: "ready",
    }),
  ];
}

function operatedVariable(fleet: Fleet, member: Member): readonly string[] {
  return operatedStoresAt(fleet, member).length === 0 ? [] : [OPERATED_STORES];
}

/** Without a vault the scripts find each value in their environment, under its own name. */
function ciOnly(fleet: Fleet, values: readonly StoredValue[]) {
  const provider = providerOf(fleet);
  return provider.writable ? [] : values.map((value) => ({ env: provider.reference(value), value }));
}

function platformVariables({ traffic: { tls } }: Fleet, { role }: Member): readonly string[] {
  const solver = tls.kind === "cert-manager" ? tls.solver : undefined;
  if (role === "witness" || solver?.kind !== "dns-01" || solver.provider !== "azure-dns") return [];
  return ["SUBSCRIPTION_ID", "RESOURCE_GROUP", "TENANT_ID", "CLIENT_ID"].map((name) => `AZURE_DNS_${name}`);
}

/** A register begins with every voter, so each site has to have all logins before anybody waits for a store. */
function loginStages(fleet: Fleet, member: Member): readonly Stage[] {
  if (registersOf(fleet).length === 0 || requiredSecrets(fleet, member.name).length === 0) return [];
  return [
    verifyStage(fleet, member, {
      id: id("logins", member.name),
      title: `${member.name}: logins to the other voters`,
      modes: ["first-deploy"],
      argument: "logins",
    }),
  ];
}

/** When all are there: each gets the logins to voters that came after it, and shows that it serves. */
function verifyStages(fleet: Fleet, members: readonly Member[]): readonly Stage[] {
  return members.map((member) =>
    verifyStage(fleet, member, {
      id: id("verify", member.name),
      title: `${member.name}: everything together`,
      modes: BUILD,
      alsoFor: members.map(({ name }) => name).filter((name) => name !== member.name),
    }),
  );
}

function verifyStage(
  fleet: Fleet,
  member: Member,
  given: Pick<Stage, "id" | "title" | "modes"> & Partial<Stage>,
): Stage {
  const { name: site } = member;
  return stage({
    ...given,
    site,
    agent: agentFor(fleet, member, { management: false, kubernetesApi: true }),
    script: `pipelines/${site}/verify.sh`,
    secrets: [
      { env: "DEPLOYER_KUBECONFIG", value: deployerKubeconfig(site) },
      ...ciOnly(fleet, storedKeys(requiredSecrets(fleet, site), site)),
    ],
    minutesMax: 30,
  });
}
