import { waitedForBy } from "../lease.ts";
import type { Lease } from "../lease.ts";
import type { FailoverSettings } from "../settings.ts";
import type { SiteName } from "../../spec/index.ts";

export const seattle = "seattle" as SiteName;
export const portland = "portland" as SiteName;
export const tacoma = "tacoma" as SiteName;
export const at = "2026-01-01T00:00:00.000Z";

/** As `failoverSettings` derives them from the defaults of a fleet file, for two sites. */
export const settings: FailoverSettings = {
  self: seattle,
  sites: [seattle, portland],
  replicated: true,
  neverAlone: false,
  failback: "approved",
  soakMs: 60_000,
  renewMs: 200,
  ttlMs: 1000,
  holdMs: 800,
  graceMs: 600,
  handsOffMs: 30_000,
  abdicateMs: 2000,
  reportMs: 2000,
  switchoverMs: 10_000,
};

/** Seattle serves in term 5, and portland is in sync. */
export function serving(change: Partial<Lease> = {}): Lease {
  return {
    term: 5,
    revision: 7,
    renewal: 3,
    phase: "serving",
    primary: seattle,
    syncStandbys: [portland],
    joining: {},
    established: true,
    change: { kind: "begun", reason: "the first site of the fleet file", at },
    ...change,
  };
}

/** Seattle is gone, and portland is to take over in term 6. */
export function electing(election: Partial<NonNullable<Lease["election"]>> = {}, change: Partial<Lease> = {}): Lease {
  return serving({
    term: 6,
    revision: 8,
    renewal: 0,
    phase: "electing",
    election: { candidates: [seattle, portland], reports: {}, kind: "failover", reason: "lost", ...election },
    ...change,
  });
}

/** One line, for transcripts. */
export function inWords(lease: Lease | undefined): string {
  if (!lease) return "does not apply";
  const { term, revision, renewal, phase, primary, syncStandbys, joining, election, switchover } = lease;
  const candidates = (election?.candidates ?? []).map((site) => {
    const position = election?.reports[site];
    return position === undefined ? site : `${site} at ${position}`;
  });
  const parts = [
    phase === "serving" ? `${primary} serves` : `${election?.kind ?? ""} to ${candidates.join(" or ")}`,
    ...(phase === "serving" && waitedForBy(lease).length === 0 ? ["alone"] : []),
    ...(syncStandbys.length > 0 ? [`in sync: ${syncStandbys.join(" ")}`] : []),
    ...Object.entries(joining).map(([site, since]) => `${site} joins since ${since}`),
    ...(switchover ? [`asked to go to ${switchover.to}`] : []),
  ];
  return `${term}.${revision}.${renewal} ${parts.join(", ")}`;
}
