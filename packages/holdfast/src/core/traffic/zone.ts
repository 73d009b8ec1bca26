import { membersOf } from "../spec/index.ts";
import type { ControlledFleet, SiteName } from "../spec/index.ts";
import type { Alternative } from "./policy.ts";

/** Everything that a name server answers for one zone, as data. Names are lower case, without the last dot. */
export interface Zone {
  readonly origin: string;
  /** The SOA; it also stands in every negative answer (RFC 2308). */
  readonly authority: RecordSet;
  /** Each name and kind once; a name with a CNAME has nothing else (RFC 1034 3.6.2). */
  readonly sets: readonly RecordSet[];
}

export interface RecordSet {
  readonly name: string;
  readonly kind: ZoneRecord["kind"];
  readonly ttlSeconds: number;
  /**
   * What a query may get, drawn by weight; usually one. Each holds at least one record, all of this set's `kind`.
   * None: the name exists and has nothing to answer with now.
   */
  readonly alternatives: readonly { readonly weight: number; readonly records: readonly ZoneRecord[] }[];
}

export type ZoneRecord =
  | { readonly kind: "A"; readonly address: string }
  | { readonly kind: "NS"; readonly target: string }
  | { readonly kind: "CNAME"; readonly target: string }
  | {
      readonly kind: "SOA";
      readonly primary: string;
      readonly mailbox: string;
      readonly serial: number;
      readonly refresh: number;
      readonly retry: number;
      readonly expire: number;
      readonly minimum: number;
    };

/** Name servers change with the fleet file, not with the weather, so resolvers may keep them longer than the answers. */
const NAME_SERVER_TTL_SECONDS = 300;
const IPV4 = /^\d{1,3}(\.\d{1,3}){3}$/;

/** The zone as every controller of the fleet serves it, answering the users' host with the alternatives chosen now. */
export function buildZone(
  fleet: Pick<ControlledFleet, "sites" | "witness" | "traffic">,
  answers: readonly Alternative[],
): Zone {
  const { traffic } = fleet;
  const origin = traffic.zone.toLowerCase();
  const servers = nameServers(fleet, origin);
  const authority = always(origin, traffic.ttlSeconds, {
    kind: "SOA",
    primary: servers[0]?.name ?? origin,
    mailbox: mailboxName(traffic.hostmaster),
    // The zone is never transferred: every site makes it from the same fleet file, so nobody compares serials.
    serial: 1,
    refresh: 3600,
    retry: 600,
    expire: 604_800,
    // A "no" must not outlive a "yes": both change with a verdict.
    minimum: traffic.ttlSeconds,
  });
  const [first, ...more] = servers.map((server): ZoneRecord => ({ kind: "NS", target: server.name }));
  const glue = servers.flatMap(({ name, address }) =>
    address === undefined ? [] : [always(name, NAME_SERVER_TTL_SECONDS, { kind: "A", address })],
  );
  return {
    origin,
    authority,
    sets: [
      authority,
      ...(first ? [always(origin, NAME_SERVER_TTL_SECONDS, first, ...more)] : []),
      ...glue,
      hostSet(fleet, answers),
    ],
  };
}

/** A set with one answer, the same for everybody. */
function always(name: string, ttlSeconds: number, first: ZoneRecord, ...more: readonly ZoneRecord[]): RecordSet {
  return { name, kind: first.kind, ttlSeconds, alternatives: [{ weight: 1, records: [first, ...more] }] };
}

/** A site's DNS address becomes ns<n> inside the zone, with its address beside it (glue); a DNS name stands for itself. */
function nameServers(
  fleet: Pick<ControlledFleet, "sites" | "witness">,
  origin: string,
): readonly { name: string; address?: string }[] {
  const hosts = membersOf(fleet).flatMap((place) => place.addresses.dns?.host ?? []);
  return hosts.map((host, i) =>
    IPV4.test(host) ? { name: `ns${i + 1}.${origin}`, address: host } : { name: host.toLowerCase() },
  );
}

/**
 * The users' host. Sites reached at addresses are answered as A; a site reached at a name (a cloud's load balancer) as
 * CNAME, which stands alone and cannot stand at the top of the zone. One name has one kind at a time: addresses win.
 * With nothing to answer the name still exists: "no data" and not "no such name", which would hide it for longer.
 */
function hostSet(
  { sites, traffic }: Pick<ControlledFleet, "sites" | "traffic">,
  answers: readonly Alternative[],
): RecordSet {
  const name = traffic.host.toLowerCase();
  const hostOf = (site: SiteName) => sites.find((each) => each.name === site)?.addresses.ingress?.host.toLowerCase();
  const drawn = answers.map(({ weight, sites: chosen }) => ({
    weight,
    hosts: [...new Set(chosen.flatMap((site) => hostOf(site) ?? []))],
  }));
  const setOf = (kind: "A" | "CNAME", toRecords: (hosts: readonly string[]) => readonly ZoneRecord[]): RecordSet => {
    const alternatives = drawn.map(({ weight, hosts }) => ({ weight, records: toRecords(hosts) }));
    const given = alternatives.filter(({ records }) => records.length > 0);
    return { name, kind, ttlSeconds: traffic.ttlSeconds, alternatives: given };
  };
  const addresses = setOf("A", (hosts) => hosts.filter(isIpv4).map((address) => ({ kind: "A", address })));
  if (addresses.alternatives.length > 0 || name === traffic.zone.toLowerCase()) return addresses;
  const alias = setOf("CNAME", (hosts) => hosts.slice(0, 1).map((target) => ({ kind: "CNAME", target })));
  return alias.alternatives.length > 0 ? alias : addresses;
}

function isIpv4(host: string): boolean {
  return IPV4.test(host);
}

/** RFC 1035 8: the first dot outside the local part separates; dots of the local part are escaped. */
function mailboxName(mail: string): string {
  const at = mail.lastIndexOf("@");
  return at < 0 ? mail : `${mail.slice(0, at).replaceAll(".", "\\.")}.${mail.slice(at + 1)}`;
}
