import type { Finding } from "../design-rules/index.ts";
import type { Capability, FaultAnalysis, FaultKind, RecoveryEstimate } from "../fault-analysis/index.ts";
import { capabilities } from "../fault-analysis/index.ts";
import type { ParsedFleet } from "../spec/index.ts";
import { namedPath } from "./named-path.ts";

/** A file and what was found out about it. */
export interface CheckedDesign {
  readonly file: string;
  readonly parsed: ParsedFleet;
  readonly findings: readonly Finding[];
  readonly analysis: FaultAnalysis;
}

/** What a change makes better and worse. What is the same in both is not in it. */
export interface DesignChange {
  /** The old file. */
  readonly against: string;
  readonly findings: { readonly appeared: readonly Finding[]; readonly gone: readonly Finding[] };
  readonly capabilities: readonly CapabilityChange[];
  readonly recovery: readonly RecoveryChange[];
}

export interface CapabilityChange {
  readonly capability: Capability;
  readonly availability: Before<number>;
  readonly downtimeMsPerYear: Before<number>;
  /** In words: ids mean nothing in the other file. */
  readonly cutSets: {
    readonly appeared: readonly (readonly string[])[];
    readonly gone: readonly (readonly string[])[];
  };
}

/** Absent: unknown, or nothing of that name. */
export interface Before<T> {
  readonly before?: T;
  readonly after?: T;
}

export interface RecoveryChange {
  readonly fault: FaultKind;
  readonly lost: string;
  readonly store?: string;
  readonly rtoMs: Before<number>;
  readonly rpoMs: Before<number>;
}

export function compareDesigns(before: CheckedDesign, after: CheckedDesign): DesignChange {
  return {
    against: before.file,
    findings: {
      appeared: missingFrom(before, after),
      gone: missingFrom(after, before),
    },
    capabilities: capabilities.flatMap((capability) => compareCapability(capability, before.analysis, after.analysis)),
    recovery: compareRecovery(before.analysis.recovery, after.analysis.recovery),
  };
}

/** Those of `all` that `known` does not have: by rule and place, as messages name lines and numbers that a change may touch. */
function missingFrom(known: CheckedDesign, all: CheckedDesign): Finding[] {
  const left = new Map<string, number>();
  const key = ({ rule, path, suppressed }: Finding, { parsed }: CheckedDesign) =>
    JSON.stringify([rule, namedPath(path, parsed.document.data), suppressed !== undefined]);
  for (const finding of known.findings) left.set(key(finding, known), (left.get(key(finding, known)) ?? 0) + 1);
  return all.findings.filter((finding) => {
    const count = left.get(key(finding, all)) ?? 0;
    left.set(key(finding, all), count - 1);
    return count <= 0;
  });
}

function compareCapability(capability: Capability, before: FaultAnalysis, after: FaultAnalysis): CapabilityChange[] {
  const [old, now] = [before, after].map((analysis) =>
    analysis.capabilities.find((one) => one.capability === capability),
  );
  // Sets of more parts than the other side was searched for would look like a change.
  const order = Math.min(old?.cutSetOrder ?? 0, now?.cutSetOrder ?? 0);
  const sets = (one: typeof old) => (one?.cutSets ?? []).filter((set) => set.length <= order);
  const change: CapabilityChange = {
    capability,
    availability: difference(old?.availability, now?.availability),
    downtimeMsPerYear: difference(old?.downtimeMsPerYear, now?.downtimeMsPerYear),
    cutSets: {
      appeared: setsMissingFrom(sets(old), sets(now)).map((set) => inWords(set, after)),
      gone: setsMissingFrom(sets(now), sets(old)).map((set) => inWords(set, before)),
    },
  };
  const same =
    old?.availability === now?.availability && change.cutSets.appeared.length + change.cutSets.gone.length === 0;
  return same ? [] : [change];
}

function setsMissingFrom(known: readonly (readonly string[])[], all: readonly (readonly string[])[]) {
  const keys = new Set(known.map(keyOfSet));
  return all.filter((set) => !keys.has(keyOfSet(set)));
}

function keyOfSet(set: readonly string[]): string {
  return JSON.stringify(set.toSorted());
}

function inWords(set: readonly string[], { components }: FaultAnalysis): string[] {
  return set.map((id) => components.find((component) => component.id === id)?.label ?? id);
}

function compareRecovery(before: readonly RecoveryEstimate[], after: readonly RecoveryEstimate[]): RecoveryChange[] {
  const key = ({ fault, lost, store }: RecoveryEstimate) => JSON.stringify([fault, lost, store]);
  const [old, now] = [before, after].map((all) => new Map(all.map((one) => [key(one), one])));
  return [...new Map([...(now ?? []), ...(old ?? [])])].flatMap(([id, { fault, lost, store }]) => {
    const [was, is] = [old?.get(id), now?.get(id)];
    if (was?.rto.totalMs === is?.rto.totalMs && was?.rpo.totalMs === is?.rpo.totalMs) return [];
    return [
      {
        fault,
        lost,
        ...(store === undefined ? {} : { store }),
        rtoMs: difference(was?.rto.totalMs, is?.rto.totalMs),
        rpoMs: difference(was?.rpo.totalMs, is?.rpo.totalMs),
      },
    ];
  });
}

function difference<T>(before: T | undefined, after: T | undefined): Before<T> {
  return { ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) };
}
