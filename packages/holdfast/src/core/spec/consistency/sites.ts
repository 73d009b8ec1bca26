import { parseIpv4, parseIpv4Range, rangeContains } from "../addresses.ts";
import type { Fleet } from "../fleet.ts";
import type { Network } from "../infrastructure.ts";
import type { Contradiction } from "./contradiction.ts";

type Path = (string | number)[];

export function checkSites(fleet: Fleet): Contradiction[] {
  return [
    ...fleet.sites.flatMap((site, index) => [...checkNetwork(site.network, ["sites", index, "network"])]),
    ...(fleet.witness === undefined ? [] : checkNetwork(fleet.witness.network, ["witness", "network"])),
    ...checkLinks(fleet),
    ...checkGroups(fleet),
    ...checkBackups(fleet),
  ];
}

function* checkNetwork(network: Network, path: Path): Iterable<Contradiction> {
  const { addressSpaces, nodeSubnet, gatewaySubnet, serviceRange, dnsServiceAddress, firstControlPlaneAddress } =
    network;
  const spaces: Path = [...path, "addressSpaces"];
  const inSpaces = (range: string) =>
    addressSpaces.length === 0 || addressSpaces.some((space) => contains(space, range));
  if (nodeSubnet !== undefined && !inSpaces(nodeSubnet.range)) yield outside([...path, "nodeSubnet", "range"], spaces);
  if (gatewaySubnet !== undefined && !inSpaces(gatewaySubnet)) yield outside([...path, "gatewaySubnet"], spaces);
  if (
    nodeSubnet !== undefined &&
    firstControlPlaneAddress !== undefined &&
    !contains(nodeSubnet.range, firstControlPlaneAddress)
  ) {
    yield outside([...path, "firstControlPlaneAddress"], [...path, "nodeSubnet", "range"]);
  }
  if (serviceRange !== undefined && dnsServiceAddress !== undefined && !contains(serviceRange, dnsServiceAddress)) {
    yield outside([...path, "dnsServiceAddress"], [...path, "serviceRange"]);
  }
  if ((serviceRange === undefined) !== (dnsServiceAddress === undefined)) {
    yield {
      path: [...path, serviceRange === undefined ? "dnsServiceAddress" : "serviceRange"],
      message: "serviceRange and dnsServiceAddress go together: give both or neither",
    };
  }
}

function contains(outer: string, inner: string): boolean {
  const range = parseIpv4Range(outer);
  const address = parseIpv4(inner);
  const other = address === undefined ? parseIpv4Range(inner) : { first: address, prefix: 32 };
  return range !== undefined && other !== undefined && rangeContains(range, other);
}

function outside(path: Path, other: Path): Contradiction {
  return {
    path,
    message: "this is outside the range that it belongs to",
    other: { path: other, message: "the range" },
  };
}

function* checkLinks({ links }: Fleet): Iterable<Contradiction> {
  const first = new Map<string, number>();
  for (const [index, { between }] of links.entries()) {
    const path: Path = ["links", index, "between"];
    if (between[0] === between[1]) yield { path, message: "a link joins two different places" };
    const pair = between.toSorted().join(" ");
    const earlier = first.get(pair);
    if (earlier === undefined) first.set(pair, index);
    else
      yield {
        path,
        message: "these two are linked already",
        other: { path: ["links", earlier, "between"], message: "first here" },
      };
  }
}

/** A group that includes itself, through others, has no members that anyone could name. */
function* checkGroups({ access }: Fleet): Iterable<Contradiction> {
  const includes = new Map(access.groups.map((group) => [group.name, group.includes]));
  for (const [index, group] of access.groups.entries()) {
    const reached = new Set<string>();
    const open = [...group.includes];
    for (let name = open.pop(); name !== undefined; name = open.pop()) {
      if (reached.has(name)) continue;
      reached.add(name);
      open.push(...(includes.get(name) ?? []));
    }
    if (reached.has(group.name)) {
      yield {
        path: ["access", "groups", index, "includes"],
        message: `the group "${group.name}" includes itself, through other groups`,
      };
    }
  }
}

function* checkBackups({ backups }: Fleet): Iterable<Contradiction> {
  for (const [index, { targets, external }] of backups.entries()) {
    if (targets.length + external.length === 0) {
      yield {
        path: ["backups", index],
        message: "the backup has no target",
        hint: "Name sites under `targets`, or other places under `external`.",
      };
    }
  }
}
