import { membersOf } from "../../spec/index.ts";
import type { Fleet } from "../../spec/index.ts";

/** A server of the application's zone. */
export interface NameServer {
  /** Without a dot at the end. */
  readonly name: string;
  /** Glue: only a server inside the zone needs it, and has it. */
  readonly address?: string;
}

/** Name servers change with the fleet file, not with the weather; the sites' own answers say the same. */
export const DELEGATION_TTL_SECONDS = 300;

const IPV4 = /^\d{1,3}(\.\d{1,3}){3}$/;

/** Names as the sites themselves answer them: an address becomes `ns<n>` inside the zone, a DNS name stands for itself. */
export function nameServers(fleet: Fleet): readonly NameServer[] {
  const hosts = membersOf(fleet).flatMap(({ addresses }) => addresses.dns?.host ?? []);
  return hosts.map((host, index) =>
    IPV4.test(host) ? { name: `ns${index + 1}.${fleet.traffic.zone}`, address: host } : { name: host.toLowerCase() },
  );
}

/** The zone above, where the delegation stands; undefined for a name of one label. */
export function parentZone(zone: string): string | undefined {
  const dot = zone.indexOf(".");
  return dot < 0 ? undefined : zone.slice(dot + 1);
}

/** For the operator of the zone above: what to add to it, as text that every name server reads (RFC 1035 5). */
export function delegationZone(fleet: Fleet): string | undefined {
  if (fleet.traffic.provider !== "holdfast-dns") return undefined;
  const { zone } = fleet.traffic;
  const servers = nameServers(fleet);
  const lines = [
    `; Delegates ${zone} to the sites, which answer for it themselves. Add this to the zone ${parentZone(zone) ?? "above"}.`,
    ...(servers.length === 0
      ? ["; No site has addresses.dns in the fleet file yet: there is nobody to delegate to."]
      : []),
    ...servers.map(({ name }) => `${zone}. ${DELEGATION_TTL_SECONDS} IN NS ${name}.`),
    ...servers.flatMap(({ name, address }) =>
      address === undefined ? [] : [`${name}. ${DELEGATION_TTL_SECONDS} IN A ${address}`],
    ),
  ];
  return `${lines.join("\n")}\n`;
}
