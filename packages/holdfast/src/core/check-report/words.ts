import type {
  Capability,
  FaultAnalysis,
  FaultKind,
  LostPart,
  RecoveryEstimate,
  Shortage,
} from "../fault-analysis/index.ts";

/** How predictions read, the same in every format that people read. */
export const capabilityNames: Readonly<Record<Capability, string>> = {
  "serve-reads": "serve reads",
  "serve-writes": "serve writes",
  "fail-over": "fail over",
  deploy: "deploy",
  restore: "restore",
};

/** `objectives.availability` is about what users see. */
export function isForUsers(capability: Capability): boolean {
  return capability === "serve-reads" || capability === "serve-writes";
}

/** The empty set ends it: nothing has to be lost. */
export function isNever(cutSets: readonly (readonly string[])[]): boolean {
  return cutSets.some((set) => set.length === 0);
}

/** Undefined: nothing is promised, or nothing is known. */
export function meetsAvailability(
  availability: number | undefined,
  objectivePercent: number | undefined,
): boolean | undefined {
  if (availability === undefined || objectivePercent === undefined) return undefined;
  return availability * 100 >= objectivePercent;
}

export const faultNames: Readonly<Record<FaultKind, string>> = {
  "site-lost": "site lost",
  "data-centre-lost": "data centre lost",
  "database-lost": "database lost",
  "node-lost": "node lost",
  "control-plane-lost": "control plane lost",
  "link-cut": "link cut",
  "witness-lost": "witness lost",
  "restore-from-backup": "restored from backup",
};

/** Less than a second a year: no model is as good as that. */
const DECIMALS_MAX = 6;

/**
 * 0.999973 -> `99.9973 %`: two digits of what is missing, as 99.9 and 99.99 are not nearly the same. Never rounded to 100.
 */
export function formatAvailability(availability: number): string {
  const missing = (1 - availability) * 100;
  if (missing <= 0) return "100 %";
  const decimals = Math.min(Math.max(2, Math.ceil(-Math.log10(missing)) + 1), DECIMALS_MAX);
  const text = (100 - missing).toFixed(decimals);
  return Number(text) >= 100 ? "> 99.999999 %" : `${text.replace(/0+$/, "").replace(/\.$/, "")} %`;
}

const UNITS = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["min", 60_000],
  ["s", 1_000],
] as const;

/** A span of time for people, two units at most: `1 h 46 min`, `35 s`, `250 ms`. */
export function formatSpan(ms: number): string {
  if (ms === 0) return "0 s";
  if (ms < 1_000) return ms < 1 ? "< 1 ms" : `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${Number((ms / 1_000).toFixed(ms < 10_000 ? 2 : 1))} s`;
  const seconds = Math.round(ms / 1_000) * 1_000;
  const first = UNITS.findIndex(([, unitMs]) => seconds >= unitMs);
  const [unit, unitMs] = UNITS[first] ?? ["s", 1_000];
  const [next, nextMs] = UNITS[first + 1] ?? [unit, unitMs];
  const whole = Math.floor(seconds / unitMs);
  const rest = Math.round((seconds - whole * unitMs) / nextMs);
  if (rest * nextMs === unitMs) return `${whole + 1} ${unit}`;
  return rest === 0 ? `${whole} ${unit}` : `${whole} ${unit} ${rest} ${next}`;
}

/** `0.00004` -> `0.004 %` */
export function formatPart(part: number): string {
  return `${Number((part * 100).toPrecision(2))} %`;
}

/** Names of components by their ids. */
export function labelsOf({ components }: FaultAnalysis): ReadonlyMap<string, string> {
  return new Map(components.map(({ id, label }) => [id, label]));
}

/** `2 × a worker of seattle + the VPN between …` */
export function describeCutSet(cutSet: readonly string[], labels: ReadonlyMap<string, string>): string {
  return [...new Set(cutSet)]
    .map((id) => {
      const times = cutSet.filter((other) => other === id).length;
      return `${times > 1 ? `${times} × ` : ""}${labels.get(id) ?? id}`;
    })
    .join(" + ");
}

export function describeLost(lost: LostPart): string {
  return lost.kind === "site" ? `${lost.site} lost` : `host ${lost.host} of ${lost.site} lost`;
}

export function describeShortage({ site, resource, needed, available, unit }: Shortage): string {
  return `${site} needs ${amount(needed)} ${unit} of ${amount(available)} (${resource})`;
}

function amount(value: number): string {
  return String(Number(value.toFixed(1)));
}

/** Several faults that take as long and cost as much, told as one. */
export interface RecoveryGroup {
  readonly first: RecoveryEstimate;
  readonly lost: readonly string[];
}

export function groupRecovery(recovery: readonly RecoveryEstimate[]): readonly RecoveryGroup[] {
  const groups = new Map<string, { first: RecoveryEstimate; lost: string[] }>();
  for (const estimate of recovery) {
    const { fault, store, rto, rpo, automatic } = estimate;
    const terms = [...rto.terms, ...rpo.terms].flatMap(({ name, ms }) => (ms > 0 ? [`${name}=${ms}`] : []));
    const key = JSON.stringify([fault, store, rto.totalMs, rpo.totalMs, rto.met, rpo.met, automatic, terms]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { first: estimate, lost: [estimate.lost] });
    else group.lost.push(estimate.lost);
  }
  return [...groups.values()];
}
