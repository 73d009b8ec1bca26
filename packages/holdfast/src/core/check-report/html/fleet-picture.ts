import type { FaultAnalysis, FaultComponent } from "../../fault-analysis/index.ts";
import type { Fleet, Member, Replicas, SiteName } from "../../spec/index.ts";
import { membersOf } from "../../spec/index.ts";
import { formatSpan } from "../words.ts";
import { dataSitesOf, votesOf } from "./store-places.ts";
import { usersOf } from "./steering.ts";
import { weakPointsOf } from "./weak-points.ts";
import type { Weakness } from "./weak-points.ts";

/** What is drawn, before it has a place: boxes with lines of text, and what joins them. */
export interface FleetPicture {
  readonly steering: PictureBox;
  readonly places: readonly PlaceBox[];
  readonly joints: readonly Joint[];
  /** Stands in no site: registry, directory, vault, pipelines. */
  readonly shared: readonly PictureBox[];
}

export interface PictureBox {
  readonly id: string;
  readonly title: string;
  readonly subtitle: string;
  /** A second line under it. */
  readonly place?: string;
  readonly rows: readonly PictureRow[];
  readonly weakness: Weakness;
}

export interface PlaceBox extends PictureBox {
  readonly name: SiteName;
  readonly role: "site" | "witness";
  /** `2 of 5 votes` */
  readonly badge?: string;
  /** Which users are steered here, for example `first` or `weight 30`; absent: none. */
  readonly users?: string;
}

export interface PictureRow {
  readonly icon: "nodes" | "gateway" | "ingress" | "app" | "data" | "arbiter" | "backup";
  readonly text: string;
  readonly weakness: Weakness;
}

export interface Joint {
  readonly kind: "link" | "backup";
  readonly from: SiteName;
  readonly to: SiteName;
  /** Backups go both ways, each to the other. */
  readonly bothWays: boolean;
  readonly label: string;
  readonly weakness: Weakness;
}

/** Parts that are drawn inside a site, or as its steering or its links. */
const drawnElsewhere: ReadonlySet<FaultComponent["kind"]> = new Set([
  "data-centre",
  "cloud-region",
  "hub",
  "site",
  "witness",
  "link",
  "traffic-manager",
]);
const ROWS_MAX = 14;

export function fleetPicture(fleet: Fleet, analysis: FaultAnalysis): FleetPicture {
  const weak = weakPointsOf(analysis);
  return {
    steering: steeringBox(fleet, weak.ofKind("traffic-manager")),
    places: membersOf(fleet).map((member) => placeBox(fleet, member, weak)),
    joints: [...linkJoints(fleet, weak), ...backupJoints(fleet)],
    shared: analysis.components
      .filter(({ kind, site }) => site === undefined && !drawnElsewhere.has(kind))
      .map(({ id, kind, label }) => ({
        id: `shared/${id}`,
        title: kind.replaceAll("-", " "),
        subtitle: withoutKind(label, kind),
        rows: [],
        weakness: weak.of(id),
      })),
  };
}

/** `the registry contoso.azurecr.io` under the title `registry` */
function withoutKind(label: string, kind: FaultComponent["kind"]): string {
  const prefix = `the ${kind.replaceAll("-", " ")} `;
  return label.startsWith(prefix) ? label.slice(prefix.length) : label;
}

function steeringBox({ traffic }: Fleet, weakness: Weakness): PictureBox {
  const who = traffic.provider === "azure-traffic-manager" ? "Azure Traffic Manager" : "DNS of the sites";
  const { intervalMs, fall, path } = traffic.probe;
  return {
    id: "steering",
    title: traffic.host,
    subtitle: `${who}, ${policyName(traffic.policy)} · TTL ${traffic.ttlSeconds} s · probes ${path} every ${formatSpan(intervalMs)}, down after ${fall}`,
    rows: [],
    weakness,
  };
}

function policyName(policy: Fleet["traffic"]["policy"]): string {
  return policy.kind === "nested" ? `nested by ${policy.by}` : policy.kind;
}

type WeakPoints = ReturnType<typeof weakPointsOf>;

function placeBox(fleet: Fleet, member: Member, weak: WeakPoints): PlaceBox {
  const { name, location, platform, role } = member;
  const kind =
    platform.kind === "azure-stack-hub"
      ? `Azure Stack Hub, ${platform.connectivity}`
      : (platform.distribution ?? "Kubernetes");
  const where = [location.dataCentre, location.country].filter((part) => part !== undefined).join(", ");
  const users = role === "site" ? usersOf(fleet.traffic.policy).get(name) : undefined;
  const badge = votesOf(fleet, name);
  return {
    id: `place/${name}`,
    name,
    role,
    title: name,
    subtitle: `${role === "witness" ? "witness · " : ""}${kind}`,
    place: where,
    rows: limited([...platformRows(member, weak), ...applicationRows(fleet, member), ...dataRows(fleet, name, weak)]),
    weakness: weak.ofSite(name, ["site", "hub", "witness", "data-centre", "cloud-region"]),
    ...(badge === undefined ? {} : { badge }),
    ...(users === undefined ? {} : { users }),
  };
}

function limited(rows: readonly PictureRow[]): readonly PictureRow[] {
  if (rows.length <= ROWS_MAX) return rows;
  const left = rows.slice(ROWS_MAX - 1);
  const weakness = left.find((row) => row.weakness !== "none")?.weakness ?? "none";
  return [...rows.slice(0, ROWS_MAX - 1), { icon: "app", text: `and ${left.length} more`, weakness }];
}

function platformRows(member: Member, weak: WeakPoints): PictureRow[] {
  const { name, network } = member;
  const rows: PictureRow[] = [];
  if (member.role === "site" && member.cluster !== undefined) {
    const { controlPlane, workerPools } = member.cluster;
    const workers = workerPools.reduce((sum, { count }) => sum + count, 0);
    rows.push({
      icon: "nodes",
      text: `${controlPlane.count} control-plane nodes, ${workers} workers`,
      weakness: weak.ofSite(name, ["control-plane-node", "worker-node", "control-plane", "workers", "host"]),
    });
  }
  if (network.vpnGateway !== undefined)
    rows.push({
      icon: "gateway",
      text: `VPN gateway ${network.vpnGateway.sku}`,
      weakness: weak.ofSite(name, ["vpn-gateway"]),
    });
  if (member.role === "site")
    rows.push({
      icon: "ingress",
      text: member.addresses.ingress?.host ?? "ingress without an address yet",
      weakness: weak.ofSite(name, ["ingress", "dns-server"]),
    });
  return rows;
}

function applicationRows({ application }: Fleet, { role }: Member): PictureRow[] {
  if (role === "witness") return [];
  return application.components.map(({ name, replicas }) => ({
    icon: "app",
    text: `${name} × ${replicaCount(replicas)}`,
    weakness: "none",
  }));
}

function replicaCount(replicas: Replicas): string {
  return replicas.kind === "fixed" ? String(replicas.count) : `${replicas.min}–${replicas.max}`;
}

function dataRows({ stores, backups }: Fleet, site: SiteName, weak: WeakPoints): PictureRow[] {
  const weakness = weak.ofSite(site, ["database"]);
  const members = stores.flatMap((store): PictureRow[] => {
    if (store.engine === "postgresql") {
      const place = store.sites.indexOf(site);
      if (place === -1) return [];
      return [{ icon: "data", text: `${store.name}: ${place === 0 ? "primary at first" : "standby"}`, weakness }];
    }
    return store.members
      .filter((member) => member.site === site)
      .map(({ role, votes, priority }) => ({
        icon: role === "arbiter" ? "arbiter" : "data",
        text: `${store.name}: ${role === "arbiter" ? "arbiter" : `priority ${priority}`}${votes === 1 ? ", votes" : ""}`,
        weakness,
      }));
  });
  const kept = backups.flatMap(({ store, targets, external }): PictureRow[] => [
    ...(targets.includes(site)
      ? [{ icon: "backup" as const, text: `keeps backups of ${store}`, weakness: weak.ofSite(site, ["backup-target"]) }]
      : []),
    ...(dataSitesOf(stores.find(({ name }) => name === store)).includes(site)
      ? external.map(({ name }) => ({
          icon: "backup" as const,
          text: `${store} backed up to ${name}`,
          weakness: "none" as const,
        }))
      : []),
  ]);
  return [...members, ...kept];
}

function linkJoints({ links }: Fleet, weak: WeakPoints): Joint[] {
  return links.map(({ between: [from, to], kind, latencyMs, bandwidthMbps }) => ({
    kind: "link",
    from,
    to,
    bothWays: false,
    label: [
      { vpn: "VPN", public: "public", direct: "direct" }[kind],
      ...(latencyMs === undefined ? [] : [`${latencyMs} ms`]),
      ...(bandwidthMbps === undefined ? [] : [`${bandwidthMbps} Mbit/s`]),
    ].join(" · "),
    weakness: weak.ofLink(from, to),
  }));
}

/** A backup goes to the first target that is not the site it was taken at. */
function backupJoints({ backups, stores }: Fleet): Joint[] {
  const ways = backups.flatMap(({ store, targets }) =>
    dataSitesOf(stores.find(({ name }) => name === store)).flatMap((from) => {
      const to = targets.find((target) => target !== from);
      return to === undefined ? [] : [{ from, to }];
    }),
  );
  const unique = ways.filter(
    (way, index) => ways.findIndex((other) => other.from === way.from && other.to === way.to) === index,
  );
  return unique.flatMap(({ from, to }, index): Joint[] => {
    const back = unique.findIndex((other) => other.from === to && other.to === from);
    if (back !== -1 && back < index) return [];
    return [{ kind: "backup", from, to, bothWays: back !== -1, label: "backups", weakness: "none" }];
  });
}
