import { hubEndpoints } from "../azure-stack-hub/index.ts";
import type { Fleet, Link, Member, SiteName } from "../spec/index.ts";
import { membersOf } from "../spec/index.ts";
import type { ClusterStructure } from "./clusters.ts";
import { addCluster } from "./clusters.ts";
import type { Path } from "./fault-analysis.ts";
import type { Parts } from "./parts.ts";
import type { Joint, Structure } from "./structure.ts";
import { all, ALWAYS, NEVER } from "./structure.ts";

/** A site or the witness, and what of it works when. */
export interface Place {
  readonly member: Member;
  readonly path: Path;
  /** Id of the component that is the place as a whole. */
  readonly whole: string;
  /** Id of the building or region that it stands in. */
  readonly building: string;
  /** The API server answers: a vote, new pods, changed endpoints. */
  readonly controlPlane: Structure;
  /** Pods run. They go on without a control plane: the kubelets keep them, and nothing moves. */
  readonly workers: Structure;
  /** What lets users in; `ALWAYS` at the witness, which has no users. */
  readonly ingress: Structure;
  /** The name server of this place's controller; it answers from memory, so it needs no control plane. */
  readonly dns: Structure | undefined;
}

export interface Places {
  readonly all: readonly Place[];
  readonly byName: ReadonlyMap<SiteName, Place>;
  /** Whether a connection from one place to another is possible; that the places themselves stand is not said here. */
  reach(from: SiteName, to: SiteName): Structure;
}

/** `addStores` adds what each place holds, so that a place's variables are neighbours in the diagram. */
export function addPlaces(parts: Parts, fleet: Fleet, addStores: (place: Place) => void): Places {
  const members = membersOf(fleet);
  const byName = new Map<SiteName, Place>();
  const reached = new Map<string, Structure>();
  const linksOf = new Map<SiteName, { link: Link; index: number }[]>(members.map(({ name }) => [name, []]));
  for (const [index, link] of fleet.links.entries()) {
    for (const name of link.between) linksOf.get(name)?.push({ link, index });
  }
  const sitesOnHub = countHubs(members);
  for (const [position, member] of members.entries()) {
    const path: Path = member.role === "witness" ? ["witness"] : ["sites", position];
    const links = linksOf.get(member.name) ?? [];
    const place = addPlace(parts, fleet, { member, path, sitesOnHub, links });
    byName.set(member.name, place);
    addStores(place);
    for (const { link, index } of links) {
      const other = link.between.find((name) => name !== member.name);
      if (other === undefined || !byName.has(other)) continue;
      const line = parts.need({
        kind: "link",
        name: link.between.toSorted().join("/"),
        label: `the ${LINK_WORDS[link.kind]} between ${link.between.join(" and ")}`,
        path: ["links", index],
      });
      const ends = link.kind === "vpn" ? [gatewayOf(parts, byName, other), gatewayOf(parts, byName, member.name)] : [];
      const structure = all(line, ...ends);
      reached.set(`${member.name} ${other}`, structure);
      reached.set(`${other} ${member.name}`, structure);
    }
  }
  return {
    all: [...byName.values()],
    byName,
    // Nothing passes through a third place: a VPN routes between its two ends.
    reach: (from, to) => (from === to ? ALWAYS : (reached.get(`${from} ${to}`) ?? NEVER)),
  };
}

const LINK_WORDS: Readonly<Record<Link["kind"], string>> = {
  vpn: "VPN",
  public: "way over public addresses",
  direct: "line",
};

interface PlaceContext {
  readonly member: Member;
  readonly path: Path;
  readonly sitesOnHub: ReadonlyMap<string, number>;
  readonly links: readonly { readonly link: Link }[];
}

function addPlace(parts: Parts, fleet: Fleet, { member, path, sitesOnHub, links }: PlaceContext): Place {
  const { name, platform } = member;
  const building = addBuilding(parts, member, path);
  const hub = platform.kind === "azure-stack-hub" ? hubEndpoints(platform).hub : undefined;
  const kind = hub === undefined ? member.role : "hub";
  const whole = `${kind}/${hub ?? name}`;
  const standing = all(
    building.structure,
    parts.need({
      kind,
      name: hub ?? name,
      label: hub === undefined ? `${kind} ${name}` : `the Hub of ${name}`,
      path,
      ...(hub !== undefined && (sitesOnHub.get(hub) ?? 0) > 1 ? {} : { site: name }),
      within: building.id,
    }),
  );
  const own = { path, site: name, within: whole };
  if (links.some(({ link }) => link.kind === "vpn")) {
    parts.add({
      kind: "vpn-gateway",
      name,
      label: `the VPN gateway of ${name}`,
      ...own,
      path: gatewayPath(member, path),
    });
  }
  const { controlPlane, workers } = clusterOf(parts, fleet, { member, path, whole, hub, sitesOnHub });
  const running = all(standing, workers);
  const isSite = member.role === "site";
  const hasDns = fleet.traffic.provider === "holdfast-dns" && (isSite || member.addresses.dns !== undefined);
  return {
    member,
    path,
    whole,
    building: building.id,
    controlPlane: all(standing, controlPlane),
    workers: running,
    ingress: isSite
      ? all(running, parts.need({ kind: "ingress", name, label: `the ingress of ${name}`, ...own }))
      : ALWAYS,
    dns: hasDns
      ? all(running, parts.need({ kind: "dns-server", name, label: `the DNS server of ${name}`, ...own }))
      : undefined,
  };
}

/** Two places in one building share its loss, and so do two in one region of a public cloud. */
function addBuilding(parts: Parts, { location }: Member, path: Path): { structure: Structure; id: string } {
  const inCloud = location.hosting === "public-cloud";
  const kind = inCloud ? "cloud-region" : "data-centre";
  const name = (inCloud ? location.azureRegion : undefined) ?? location.dataCentre;
  const structure = parts.need({
    kind,
    name,
    label: inCloud ? `the cloud region ${name}` : `the data centre ${name}`,
    path: [...path, "location", inCloud && location.azureRegion !== undefined ? "azureRegion" : "dataCentre"],
  });
  return { structure, id: `${kind}/${name}` };
}

function clusterOf(
  parts: Parts,
  fleet: Fleet,
  {
    member,
    path,
    whole,
    hub,
    sitesOnHub,
  }: Omit<PlaceContext, "links"> & { readonly whole: string; readonly hub: string | undefined },
): ClusterStructure {
  const { name } = member;
  if (member.role === "site" && member.cluster !== undefined) {
    const { cluster } = member;
    const at = { site: member, cluster, path: [...path, "cluster"], within: whole };
    const structure = addCluster(parts, fleet, hub === undefined ? at : { ...at, hostsOf: hub });
    // Clusters that share a Hub share its hosts, so the diagram has to see them.
    return hub !== undefined && (sitesOnHub.get(hub) ?? 0) > 1 ? structure : joined(structure);
  }
  const own = { path, site: name, within: whole };
  return {
    controlPlane: parts.need({ kind: "control-plane", name, label: `the control plane of ${name}`, ...own }),
    workers: parts.need({ kind: "workers", name, label: `the workers of ${name}`, ...own }),
  };
}

function joined({ controlPlane, workers }: ClusterStructure): ClusterStructure {
  const joint: Joint = { outputs: [controlPlane, workers] };
  return { controlPlane: { kind: "joint", joint, output: 0 }, workers: { kind: "joint", joint, output: 1 } };
}

/** It was added with its place. */
function gatewayOf(parts: Parts, byName: ReadonlyMap<SiteName, Place>, name: SiteName): Structure {
  const place = byName.get(name);
  return parts.need({ kind: "vpn-gateway", name, label: "", path: place?.path ?? [] });
}

function gatewayPath({ network }: Member, path: Path): Path {
  return network.vpnGateway === undefined ? path : [...path, "network", "vpnGateway"];
}

function countHubs(members: readonly Member[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { platform } of members) {
    if (platform.kind !== "azure-stack-hub") continue;
    const { hub } = hubEndpoints(platform);
    counts.set(hub, (counts.get(hub) ?? 0) + 1);
  }
  return counts;
}
