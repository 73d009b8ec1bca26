import { HoldfastError } from "../base/index.ts";
import type { Fleet } from "../core/spec/index.ts";
import { linkedPorts } from "./lab-fleet.ts";
import { Link } from "./links.ts";
import type { LinkRoute } from "./links.ts";
import type { NetworkPlan, SitePlan } from "./network-plan.ts";
import type { LinkStatus } from "./status.ts";

/** A link between every two sites (and the witness), each of which can be cut. */
export class WideAreaNetwork {
  readonly #links = new Map<string, { readonly between: readonly [string, string]; readonly link: Link }>();

  static async open(fleet: Fleet, { sites }: NetworkPlan): Promise<WideAreaNetwork> {
    const network = new WideAreaNetwork();
    try {
      for (const [index, a] of sites.entries()) {
        for (const b of sites.slice(index + 1)) {
          const link = await Link.open([...routes(fleet, a, b), ...routes(fleet, b, a)]);
          network.#links.set(keyOf(a.name, b.name), { between: [a.name, b.name], link });
        }
      }
      return network;
    } catch (error) {
      network.close();
      throw error;
    }
  }

  status(): readonly LinkStatus[] {
    return [...this.#links.values()].map(({ between, link }) => ({ between, state: link.up ? "up" : "cut" }));
  }

  link(a: string, b: string): Link {
    const found = this.#links.get(keyOf(a, b));
    if (found) return found.link;
    const known = [...this.#links.values()].map(({ between }) => between.join(" - ")).join(", ");
    throw new HoldfastError([
      {
        code: "lab-link-unknown",
        message: `the lab has no link between "${a}" and "${b}"`,
        hint: `Its links are ${known}.`,
      },
    ]);
  }

  close(): void {
    for (const { link } of this.#links.values()) link.close();
  }
}

/** What `viewer` opens to `peer`. */
function routes(fleet: Fleet, viewer: SitePlan, peer: SitePlan): readonly LinkRoute[] {
  const address = viewer.viewOf.get(peer.name) ?? "";
  return linkedPorts(fleet, peer.role).map((port) => ({
    listen: { address, port },
    target: { address: peer.externalAddress, port },
  }));
}

function keyOf(a: string, b: string): string {
  return [a, b].sort().join(" ");
}
