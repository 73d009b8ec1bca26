import type { Fleet } from "../spec/index.ts";
import { analyzeCapacity } from "./capacity.ts";
import type { FleetStructure } from "./capability-structures.ts";
import { fleetStructure } from "./capability-structures.ts";
import { minimalCutSets } from "./cut-sets.ts";
import type { Failure } from "./failure-probability.ts";
import { failuresOf } from "./failure-probability.ts";
import type { Capability, CapabilityAnalysis, FaultAnalysis, Importance } from "./fault-analysis.ts";
import { capabilities } from "./fault-analysis.ts";
import { estimateRecovery } from "./recovery.ts";
import { holds } from "./structure.ts";

export interface FaultAnalysisOptions {
  /** Cut sets of so many components at most, 1 to 4. Default 2. */
  readonly cutSetOrder?: number;
  /** Bounds time and memory of the decision diagram: some 30 bytes a node. Default 400,000. */
  readonly nodeLimit?: number;
}

const YEAR_MS = 365.25 * 24 * 3_600_000;
/** Some 30 bytes and a microsecond each. */
const NODE_LIMIT = 400_000;
/** Of more sites than this, pairs of components are too many to be read, and diagrams too large to be drawn. */
const SITES_MAX = 24;
/** The small ones first: what a larger diagram has no room for is not told. */
const BY_SIZE: readonly Capability[] = ["deploy", "restore", "fail-over", "serve-writes", "serve-reads"];

/** Pure: from the fleet file alone. Of very many sites only the single points of failure are looked for. */
export function analyzeFaults(
  fleet: Fleet,
  { cutSetOrder = 2, nodeLimit = NODE_LIMIT }: FaultAnalysisOptions = {},
): FaultAnalysis {
  const structure = fleetStructure(fleet);
  const isLarge = fleet.sites.length > SITES_MAX;
  const failures = isLarge ? new Map<Capability, Failure>() : failuresByCapability(structure, nodeLimit);
  const analyzed = capabilities.map((capability): CapabilityAnalysis => ({
    capability,
    ...cutSetsOf(structure, capability, isLarge ? 1 : cutSetOrder),
    ...availabilityOf(structure, failures.get(capability)),
  }));
  return {
    components: structure.components,
    capabilities: analyzed,
    writesByHand: writesByHand(structure, analyzed),
    capacity: analyzeCapacity(fleet),
    recovery: estimateRecovery(fleet, structure),
  };
}

function failuresByCapability(
  { components, capabilities: structures }: FleetStructure,
  nodeLimit: number,
): ReadonlyMap<Capability, Failure> {
  const figures = components.map(({ count, figures: { unavailability } }) => ({ count, unavailability }));
  const ordered = BY_SIZE.map((capability) => structures[capability]);
  const failures = failuresOf(ordered, figures, nodeLimit);
  return new Map(
    BY_SIZE.flatMap((capability, index) => {
      const failure = failures[index];
      return failure === undefined ? [] : [[capability, failure] as const];
    }),
  );
}

function cutSetsOf({ components, capabilities: structures }: FleetStructure, capability: Capability, order: number) {
  const cutSets = minimalCutSets(structures[capability], order);
  return { cutSets: cutSets.map((cut) => cut.map((index) => components[index]?.id ?? "")), cutSetOrder: order };
}

function writesByHand(
  { components, servesWritesByHand }: FleetStructure,
  analyzed: readonly CapabilityAnalysis[],
): readonly string[] {
  const { cutSets } = analyzed.find(({ capability }) => capability === "serve-writes") ?? { cutSets: [] };
  const single = cutSets.flatMap(([id, ...others]) => (id === undefined || others.length > 0 ? [] : [id]));
  return single.filter((lost) =>
    holds(
      servesWritesByHand,
      components.map(({ id, count }) => count - Number(id === lost)),
    ),
  );
}

function availabilityOf({ components }: FleetStructure, failure: Failure | undefined) {
  if (failure === undefined) return { importance: [] };
  const { probability, byPart } = failure;
  const importance = components.flatMap(({ id, count, figures: { unavailability } }, index): Importance[] => {
    const birnbaum = byPart[index] ?? 0;
    if (birnbaum === 0) return [];
    const share = birnbaum * unavailability;
    return [
      {
        id,
        birnbaum,
        fussellVesely: probability === 0 ? 0 : share / probability,
        downtimeMsPerYear: share * count * YEAR_MS,
      },
    ];
  });
  return {
    availability: 1 - probability,
    downtimeMsPerYear: probability * YEAR_MS,
    importance: importance.toSorted((a, b) => b.downtimeMsPerYear - a.downtimeMsPerYear || (a.id < b.id ? -1 : 1)),
  };
}
