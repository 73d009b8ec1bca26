import { instant } from "../base/index.ts";
import type { Clock, Random } from "../base/index.ts";
import type { Fleet, Site, SiteName } from "../core/spec/index.ts";
import type { Prober, ProbeTarget, TimedSample } from "../ports/index.ts";

/** How an observer reaches a site: by the link between the sites, its own by the address that users take. */
export function probeTarget(fleet: Fleet, observer: SiteName, site: Site): ProbeTarget | undefined {
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

/**
 * Probes one site at a steady beat until the signal aborts. A probe that hangs does not delay the next: else a frozen site
 * would be found out at the pace of timeouts, not of intervals. The first beat comes at a random moment of the first interval, so that
 * observers which start together do not knock together.
 */
export async function observeSite(
  target: ProbeTarget,
  intervalMs: number,
  ports: { readonly clock: Clock; readonly random: Random; readonly prober: Prober },
  onSample: (sample: TimedSample) => void,
  signal: AbortSignal,
): Promise<void> {
  const { clock, random, prober } = ports;
  const outstandingMax = Math.ceil(target.timeoutMs / intervalMs) + 1;
  let outstanding = 0;
  const probeOnce = async (): Promise<void> => {
    outstanding += 1;
    const sample = await prober.probe(target, signal);
    outstanding -= 1;
    if (!signal.aborted) onSample(sample);
  };
  await clock.sleep(random.next() * intervalMs, signal);
  let beat = clock.now();
  while (!signal.aborted) {
    if (outstanding < outstandingMax) void probeOnce();
    // Beats that a frozen machine slept over are not made up for.
    beat = instant(Math.max(beat + intervalMs, clock.now()));
    await clock.sleep(beat - clock.now(), signal);
  }
}
