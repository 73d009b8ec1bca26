import { assert } from "../base/index.ts";
import { membersOf } from "../core/spec/index.ts";
import type { Fleet, SiteName } from "../core/spec/index.ts";

/**
 * Who listens where. On Linux all of 127.0.0.0/8 is loopback, so each site gets a block of its own and every process in
 * it can use its real port. A site never uses another site's block: it reaches a peer at an address in its own block
 * that the supervisor owns (`viewOf`), and that is the link.
 */
export interface NetworkPlan {
  readonly sites: readonly SitePlan[];
}

export interface SitePlan {
  readonly name: SiteName;
  readonly role: "site" | "witness";
  readonly api: { readonly address: string; readonly port: number };
  /** LoadBalancer services and the ingress. */
  readonly externalAddress: string;
  readonly podPrefix: string;
  readonly servicePrefix: string;
  /** Peer -> the address at which this site reaches that peer. */
  readonly viewOf: ReadonlyMap<SiteName, string>;
}

/** A pocket cluster publishes ports below 1024 at this offset, because only root may bind those. */
const PUBLISHED_OFFSET = 8000;
export const API_PORT = 6443;

export function publishedPort(port: number): number {
  return port < 1024 ? port + PUBLISHED_OFFSET : port;
}

/** A fleet has at most 19 sites in the lab: blocks of 20 keep two labs apart. */
export const BLOCK_SIZE = 20;

/** `base` is the second byte of the block before the first site's: 20 gives 127.21.0.0/16, 127.22.0.0/16, ... */
export function planNetwork(fleet: Fleet, base: number): NetworkPlan {
  const members = membersOf(fleet);
  assert(members.length < BLOCK_SIZE && base + BLOCK_SIZE <= 255, "the lab's address block holds the fleet");
  const numbered = members.map(({ name, role }, index) => ({ name, role, number: base + index + 1 }));
  return {
    sites: numbered.map(({ name, role, number }) => ({
      name,
      role,
      api: { address: `127.${number}.0.1`, port: API_PORT },
      externalAddress: `127.${number}.0.2`,
      podPrefix: `127.${number}.1`,
      servicePrefix: `127.${number}.2`,
      viewOf: new Map(
        numbered.filter((peer) => peer.name !== name).map((peer) => [peer.name, `127.${number}.9.${peer.number}`]),
      ),
    })),
  };
}

export function sitePlan(plan: NetworkPlan, name: SiteName): SitePlan {
  const found = plan.sites.find((site) => site.name === name);
  assert(found !== undefined, `site ${name} is planned`);
  return found;
}
