import { elapsedMs } from "../base/index.ts";
import type { Clock, Random } from "../base/index.ts";
import type { ControlledFleet, ControlledMember, SiteName } from "../core/spec/index.ts";
import { Bell } from "./bell.ts";
import { isAborted } from "./repeat.ts";
import type { Prober, ProbeTarget, TimedSample } from "../ports/index.ts";

/** How an observer reaches a site: by the link between the sites, its own by the address that users take. */
export function probeTarget(
  fleet: ControlledFleet,
  observer: SiteName,
  site: ControlledMember,
): ProbeTarget | undefined {
  const { ingress, peering } = site.addresses;
  const address = site.name === observer ? (ingress ?? peering.ingress) : (peering.ingress ?? ingress);
  const { traffic } = fleet;
  return (
    address && {
      ...address,
      tls: traffic.tls.kind !== "none",
      name: traffic.host,
      path: traffic.probe.path,
      timeoutMs: traffic.probe.timeoutMs,
    }
  );
}

/** More probes than this on their way to one site tell no more than these. */
const OUTSTANDING_MAX = 8;

/**
 * Probes one site at the pace that `paceMs` names now, until the signal aborts. A probe that hangs does not delay the next:
 * else a frozen site would be found out at the pace of timeouts, not of beats. The first beat comes at a random moment, so that
 * observers which start together do not knock together.
 */
export async function observeSite(
  target: ProbeTarget,
  paceMs: () => number,
  ports: { readonly clock: Clock; readonly random: Random; readonly prober: Prober },
  onSample: (sample: TimedSample) => void,
  signal: AbortSignal,
): Promise<void> {
  const { clock, random, prober } = ports;
  const sampled = new Bell();
  let outstanding = 0;
  const probeOnce = async (): Promise<void> => {
    outstanding += 1;
    const sample = await prober.probe(target, signal);
    outstanding -= 1;
    if (signal.aborted) return;
    const before = paceMs();
    onSample(sample);
    // Doubt has come up: the next beat is nearer than the one that is being waited for.
    if (paceMs() < before) sampled.ring();
  };
  await clock.sleep(random.next() * paceMs(), signal);
  while (!isAborted(signal)) {
    if (outstanding < OUTSTANDING_MAX) void probeOnce();
    const began = clock.now();
    // The pace may change while it is waited for; beats that a frozen machine slept over are not made up for.
    for (let restMs = paceMs(); restMs > 0 && !isAborted(signal); restMs = paceMs() - elapsedMs(began, clock.now())) {
      await sampled.wait(clock, restMs, signal);
    }
  }
}
