import { once } from "node:events";
import { createServer } from "node:net";
import { HoldfastError } from "../base/index.ts";
import { renderSite } from "../core/render/kubernetes/index.ts";
import type { Fleet } from "../core/spec/index.ts";
import type { ImageCommand } from "@holdfast/pocket-cluster";
import { requireKnownImages } from "./image-catalogue.ts";
import { fleetSeenFrom } from "./lab-fleet.ts";
import { BLOCK_SIZE, planNetwork, publishedPort } from "./network-plan.ts";
import type { NetworkPlan } from "./network-plan.ts";

/** Finds out what would stop the lab before anything is started, and plans its network. */
export async function preflight(fleet: Fleet, images: Readonly<Record<string, ImageCommand>>): Promise<NetworkPlan> {
  const count = fleet.sites.length + (fleet.witness ? 1 : 0);
  if (count >= BLOCK_SIZE) {
    throw new HoldfastError([
      { code: "lab-fleet-too-large", message: `the fleet has ${count} sites, the lab has room for ${BLOCK_SIZE - 1}` },
    ]);
  }
  const plan = planNetwork(fleet, await freeBlock(fleet));
  const manifests = plan.sites.flatMap(({ name }) => renderSite(fleetSeenFrom(fleet, plan, name), name));
  requireKnownImages(manifests, images);
  return plan;
}

/** The first address block in which nobody listens where our API servers and ingresses would. */
async function freeBlock(fleet: Fleet): Promise<number> {
  for (let base = BLOCK_SIZE; base + BLOCK_SIZE <= 240; base += BLOCK_SIZE) {
    const ports = planNetwork(fleet, base).sites.flatMap((site) => [
      [site.api.address, site.api.port] as const,
      [site.externalAddress, publishedPort(80)] as const,
    ]);
    const free = await Promise.all(ports.map(([address, port]) => isFree(address, port)));
    if (free.every(Boolean)) return base;
  }
  throw new HoldfastError([
    {
      code: "lab-port-taken",
      message: `the sites' ports (6443 and ${publishedPort(80)}) are taken on every loopback address`,
      hint: "A program that listens on 0.0.0.0 holds them: end it.",
    },
  ]);
}

async function isFree(address: string, port: number): Promise<boolean> {
  const probe = createServer();
  try {
    probe.listen(port, address);
    await once(probe, "listening");
    return true;
  } catch {
    return false;
  } finally {
    probe.close();
  }
}
