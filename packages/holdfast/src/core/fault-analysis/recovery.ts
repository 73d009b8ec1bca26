import type { Fleet, SiteName, Store } from "../spec/index.ts";
import type { FleetStructure } from "./capability-structures.ts";
import type { FaultComponent, FaultKind, RecoveryEstimate, RecoverySum, RecoveryTerm } from "./fault-analysis.ts";
import {
  backupAgeTerms,
  heldUpTerms,
  lossTerms,
  outOfStepTerms,
  repairTerms,
  restoreTerms,
  serverTakeoverTerms,
  siteTakeoverTerms,
  steeringTerms,
  votesTakenTerms,
} from "./recovery-terms.ts";
import type { StoreStructure } from "./stores.ts";
import type { Structure } from "./structure.ts";
import { all, ALWAYS, any, holds } from "./structure.ts";

/** With more sites than this only the loss of those with a primary is estimated: the others' differ in their names only. */
const SITES_MAX = 24;

/**
 * For each fault the time until users are served again, and what may be lost. Whether the fleet gets over it by itself is asked of
 * the same structure that availability comes from; how long that takes is a sum of terms.
 */
export function estimateRecovery(fleet: Fleet, structure: FleetStructure): readonly RecoveryEstimate[] {
  if (structure.stores.length === 0) return new Estimator(fleet, structure, undefined).siteFaults();
  return structure.stores.flatMap((store) => new Estimator(fleet, structure, store).allFaults());
}

interface Fault {
  readonly fault: FaultKind;
  readonly lost: string;
  /** The components that are away. */
  readonly parts: readonly FaultComponent[];
  /** Until their users are sent elsewhere; empty where they need not be. */
  readonly steering: readonly RecoveryTerm[];
  /** Until the store has a primary that acknowledges. */
  readonly data: readonly RecoveryTerm[];
  /** May acknowledged writes be lost? */
  readonly losesPrimary: boolean;
}

class Estimator {
  readonly #fleet: Fleet;
  readonly #structure: FleetStructure;
  readonly #view: StoreStructure | undefined;
  /** Users can write, at some site at least: or read, where there is no store. */
  readonly #served: Structure;
  /** The same once an operator has taken the lost members' votes away. */
  readonly #servedByHand: Structure;
  /** The store's place in the file, for the terms. */
  readonly #at: string;

  constructor(fleet: Fleet, structure: FleetStructure, view: StoreStructure | undefined) {
    this.#fleet = fleet;
    this.#structure = structure;
    this.#view = view;
    this.#at = view === undefined ? "" : `stores[${fleet.stores.indexOf(view.store)}]`;
    const servedWith = (writable: (site: SiteName) => Structure) =>
      any(...structure.fronts.map(({ member, ingress }) => all(ingress, writable(member.name))));
    this.#served = servedWith((site) => view?.writableFrom(site) ?? ALWAYS);
    this.#servedByHand = servedWith((site) => view?.writableByHandFrom(site) ?? ALWAYS);
  }

  allFaults(): readonly RecoveryEstimate[] {
    return [
      ...this.siteFaults(),
      ...this.#serverFaults(),
      ...this.#controlPlaneFault(),
      ...this.#linkFaults(),
      ...this.#witnessFault(),
      ...this.#restore(),
    ];
  }

  siteFaults(): readonly RecoveryEstimate[] {
    const { places } = this.#structure;
    const sites = places.all.filter(({ member }) => member.role === "site");
    const looked = sites.filter(({ member }) => sites.length <= SITES_MAX || member.name === this.#view?.preferred);
    const single = looked.map(({ member, whole }) =>
      this.#placesLost("site-lost", `site ${member.name}`, [whole], [member.name]),
    );
    const buildings = new Map<string, SiteName[]>();
    for (const { member, building } of places.all) {
      buildings.set(building, [...(buildings.get(building) ?? []), member.name]);
    }
    const shared = [...buildings].filter(([, names]) => names.length > 1);
    return [
      ...single,
      ...shared.map(([id, names]) => this.#placesLost("data-centre-lost", this.#part(id).label, [id], names)),
    ];
  }

  #placesLost(fault: FaultKind, lost: string, ids: readonly string[], names: readonly SiteName[]): RecoveryEstimate {
    const store = this.#view?.store;
    const losesPrimary = this.#view !== undefined && names.includes(this.#view.preferred);
    const holdsUp = store?.engine === "postgresql" && names.some((name) => store.sites.includes(name));
    const data = () => {
      if (store === undefined) return [];
      if (losesPrimary) return siteTakeoverTerms(this.#fleet, store, this.#at);
      return holdsUp ? heldUpTerms(store, this.#at) : [];
    };
    return this.#estimate({
      fault,
      lost,
      parts: ids.map((id) => this.#part(id)),
      steering: steeringTerms(this.#fleet),
      data: data(),
      losesPrimary,
    });
  }

  /** The primary's server alone, and the node that it runs on, with which an ingress may go. */
  #serverFaults(): readonly RecoveryEstimate[] {
    if (this.#view === undefined) return [];
    const { store, preferred } = this.#view;
    const server = this.#structure.components.find(
      ({ kind, id, site }) => kind === "database" && site === preferred && id.startsWith(`database/${store.name}/`),
    );
    if (server === undefined) return [];
    const common = { parts: [server], data: serverTakeoverTerms(this.#fleet, store, this.#at), losesPrimary: true };
    return [
      this.#estimate({ ...common, fault: "database-lost", lost: server.label, steering: [] }),
      this.#estimate({
        ...common,
        fault: "node-lost",
        lost: `the node of ${server.label}`,
        steering: steeringTerms(this.#fleet),
      }),
    ];
  }

  #controlPlaneFault(): readonly RecoveryEstimate[] {
    const preferred = this.#view?.preferred;
    const parts = this.#structure.components.filter(
      ({ kind, site }) => site === preferred && (kind === "control-plane" || kind === "control-plane-node"),
    );
    if (preferred === undefined || parts.length === 0) return [];
    const lost = `the control plane of ${preferred}`;
    return [this.#estimate({ fault: "control-plane-lost", lost, parts, steering: [], data: [], losesPrimary: false })];
  }

  #linkFaults(): readonly RecoveryEstimate[] {
    if (this.#view === undefined) return [];
    const { store, preferred } = this.#view;
    const { places } = this.#structure;
    return this.#fleet.links
      .filter(({ between }) => between.includes(preferred))
      .filter(({ between }) => places.all.length <= SITES_MAX || between.every((name) => hasServer(store, name)))
      .map(({ between }) => {
        const part = this.#part(`link/${between.toSorted().join("/")}`);
        const other = between.find((name) => name !== preferred) ?? preferred;
        const isStandby = store.engine === "postgresql" && store.sites.includes(other);
        // Users at the far end reach the primary no more until they are sent to its own site.
        const steers = this.#structure.fronts.some(({ member }) => member.name === other);
        const data = isStandby ? heldUpTerms(store, this.#at) : [];
        return this.#estimate({
          fault: "link-cut",
          lost: part.label,
          parts: [part],
          steering: steers ? (outOfStepTerms(this.#fleet, store, this.#at) ?? steeringTerms(this.#fleet)) : [],
          data,
          losesPrimary: false,
        });
      });
  }

  #witnessFault(): readonly RecoveryEstimate[] {
    const witness = this.#structure.places.all.find(({ member }) => member.role === "witness");
    if (witness === undefined) return [];
    const part = this.#part(witness.whole);
    const common = { parts: [part], steering: [], data: [], losesPrimary: false };
    return [this.#estimate({ ...common, fault: "witness-lost", lost: part.label })];
  }

  /** No promise of the file is about this one: it is for the day on which every copy is lost or wrong. */
  #restore(): readonly RecoveryEstimate[] {
    const store = this.#view?.store;
    const age = store && backupAgeTerms(this.#fleet, store);
    if (store === undefined || age === undefined) return [];
    return [
      {
        fault: "restore-from-backup",
        lost: `every copy of ${store.name}`,
        store: store.name,
        rto: sum(restoreTerms(store, this.#at)),
        rpo: sum(age),
        automatic: false,
        needs: "restore",
      },
    ];
  }

  #estimate({ fault, lost, parts, steering, data, losesPrimary }: Fault): RecoveryEstimate {
    const { objectives } = this.#fleet;
    const store = this.#view?.store;
    const { needs, terms, meanwhile } = this.#wayBack(parts, data, steering);
    const loss = losesPrimary && store !== undefined ? lossTerms(store, this.#at) : [];
    return {
      fault,
      lost,
      ...(store === undefined ? {} : { store: store.name }),
      rto: sum(terms, meanwhile, objectives.rtoMs),
      rpo: sum(loss, [], objectives.rpoMs),
      automatic: needs === undefined,
      ...(needs === undefined ? {} : { needs }),
    };
  }

  #wayBack(
    parts: readonly FaultComponent[],
    data: readonly RecoveryTerm[],
    steering: readonly RecoveryTerm[],
  ): WayBack {
    if (this.#survives(this.#served, parts)) return alongside(data, steering);
    const repair: WayBack = { needs: "repair", terms: slowestRepair(parts), meanwhile: [] };
    if (!this.#survives(this.#servedByHand, parts)) return repair;
    const byHand: WayBack = { needs: "operator", ...alongside([...data, ...votesTakenTerms()], steering) };
    return total(byHand.terms) < total(repair.terms) ? byHand : repair;
  }

  #survives(structure: Structure, lost: readonly FaultComponent[]): boolean {
    const away = new Set(lost);
    return holds(
      structure,
      this.#structure.components.map((one) => (away.has(one) ? 0 : one.count)),
    );
  }

  #part(id: string): FaultComponent {
    const found = this.#structure.components.find((one) => one.id === id);
    if (found === undefined) throw new Error(`no component ${id}`);
    return found;
  }
}

function hasServer(store: Store, site: SiteName): boolean {
  return store.engine === "postgresql"
    ? store.sites.includes(site)
    : store.members.some((member) => member.site === site);
}

/** Until users are served again. */
interface WayBack {
  /** Absent: the fleet gets over it by itself. */
  readonly needs?: "operator" | "repair";
  readonly terms: readonly RecoveryTerm[];
  readonly meanwhile: readonly RecoveryTerm[];
}

/** What goes on at the same time takes as long as the longer of the two. */
function alongside(a: readonly RecoveryTerm[], b: readonly RecoveryTerm[]): WayBack {
  return total(a) >= total(b) ? { terms: a, meanwhile: b } : { terms: b, meanwhile: a };
}

function slowestRepair(parts: readonly FaultComponent[]): readonly RecoveryTerm[] {
  const slowest = parts.toSorted((a, b) => b.figures.mttrMs - a.figures.mttrMs)[0];
  return slowest === undefined ? [] : repairTerms(slowest);
}

function sum(
  terms: readonly RecoveryTerm[],
  meanwhile: readonly RecoveryTerm[] = [],
  objectiveMs?: number,
): RecoverySum {
  const totalMs = total(terms);
  return {
    terms,
    totalMs,
    meanwhile,
    ...(objectiveMs === undefined ? {} : { objectiveMs, met: totalMs <= objectiveMs }),
  };
}

function total(terms: readonly RecoveryTerm[]): number {
  return terms.reduce((all, { ms }) => all + ms, 0);
}
