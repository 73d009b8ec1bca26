import { assert } from "../../../base/index.ts";
import type { SiteName } from "../../spec/index.ts";
import { firstLease, momentOf, waitedForBy } from "../lease.ts";
import type { Lease, LeasePolicy } from "../lease.ts";
import { orderFor } from "../order.ts";
import type { Order } from "../order.ts";
import { applyTransition } from "../transitions.ts";
import type { Transition } from "../transitions.ts";

/** The rules that the promises rest on, so that a test can break one and see that it matters. */
export interface Rules {
  readonly apply: typeof applyTransition;
  readonly order: typeof orderFor;
  /** What a database refuses (postgres-agent's desired.ts). */
  readonly refuses: (order: Order, memory: Memory) => boolean;
  /** Has a standby been seen to have what the mark asks for? */
  readonly reaches: (standby: Database, mark: Mark, log: readonly number[]) => boolean;
  /** May a candidate say its position? */
  readonly mayReport: (database: Database, term: number) => boolean;
}

interface Memory {
  readonly term: number;
  readonly revision: number;
  readonly followedTerm: number;
}

/** Its disk is a list of commits, by number. */
interface Database extends Memory {
  readonly role: Order["role"];
  readonly follows: SiteName | undefined;
  readonly waitsFor: readonly string[];
  readonly log: readonly number[];
}

/** Seen at the primary: it waited for `standby`, joined at `since`, when its log was so long. */
interface Mark {
  readonly standby: SiteName;
  readonly term: number;
  readonly since: number;
  readonly length: number;
}

export const soundRules: Rules = {
  apply: applyTransition,
  order: orderFor,
  refuses: ({ role, term, revision }, memory) =>
    term < memory.term ||
    (term === memory.term && revision < memory.revision) ||
    (role === "primary" && term <= memory.followedTerm),
  reaches: (standby, { length }, log) => startsWith(standby.log, log.slice(0, length)),
  mayReport: ({ role, term }, asked) => role === "fenced" && term === asked,
};

/** One thing that happens, chosen by numbers, so that any list of them is a course that can be taken and made shorter. */
export interface Happening {
  readonly kind: (typeof happenings)[number];
  readonly a: number;
  readonly b: number;
}

/** The more often one is named, the more often it happens. */
export const happenings = [
  ...(["obey", "obey", "obey", "obey", "obey", "obey", "obey-old", "obey-old", "write", "write", "write"] as const),
  ...(["stream", "stream", "stream", "stream", "acknowledge", "acknowledge", "acknowledge", "join", "join"] as const),
  ...(["mark", "mark", "mark", "admit", "admit", "admit", "look", "look", "report", "report", "conclude"] as const),
  ...(["stream", "stream", "acknowledge", "drop", "elect", "switch", "cancel", "abdicate", "fall", "renew"] as const),
] as const;

/**
 * One store at three sites, with everything that can go wrong between them: orders come late, twice or not at all, sites act
 * on what they saw long ago, a primary that nobody told goes on, a server falls and comes back.
 */
export class StoreModel {
  readonly #policy: LeasePolicy;
  readonly #rules: Rules;
  readonly #databases = new Map<SiteName, Database>();
  /** Every lease that was ever decided: anybody may still act on any of them. */
  readonly #decided: Lease[];
  readonly #marks: Mark[] = [];
  readonly #reports: { readonly by: SiteName; readonly term: number; readonly position: string }[] = [];
  readonly #acknowledged = new Set<number>();
  readonly transcript: string[] = [];
  #commits = 0;

  constructor(policy: LeasePolicy, rules = soundRules) {
    this.#policy = policy;
    this.#rules = rules;
    this.#decided = [{ ...firstLease(policy, at), established: true }];
    for (const site of policy.sites) {
      const [role, follows, waitsFor] = ["fenced" as const, undefined, []];
      this.#databases.set(site, { role, follows, waitsFor, log: [], term: -1, revision: 0, followedTerm: -1 });
    }
  }

  get lease(): Lease {
    return one(this.#decided, this.#decided.length - 1);
  }

  get acknowledged(): number {
    return this.#acknowledged.size;
  }

  /** Answers which promise is broken after it, in words, or nothing. */
  happen({ kind, a, b }: Happening): string | undefined {
    const { sites } = this.#policy;
    const { term, primary, syncStandbys } = this.lease;
    const site = one(sites, a);
    const other = one(sites, b);
    /** Mostly: a zombie does the same things, and is rarer. */
    const leader = a % 4 > 0 ? primary : site;
    const mine = { by: primary, term };
    switch (kind) {
      case "obey":
        return this.#obey(site, this.lease, b % 4 > 0);
      case "obey-old":
        return this.#obey(site, one(this.#decided, b), true);
      case "write":
        return this.#write(leader);
      case "stream":
        return this.#stream(site, b);
      case "acknowledge":
        return this.#acknowledge(leader);
      case "fall":
        return this.#change(site, { role: "fenced", waitsFor: [] });
      case "join":
      case "drop":
        return this.#decide({ kind, ...mine, standby: other, at });
      case "mark":
        return this.#mark(leader, b);
      case "admit":
        return this.#admit(b);
      case "elect":
        return this.#decide({
          kind,
          by: one([...syncStandbys, site], b),
          moment: momentOf(b % 4 > 0 ? this.lease : one(this.#decided, a)),
          reason: kind,
        });
      case "abdicate":
        return this.#decide({ kind, ...mine, reason: kind });
      case "look":
        this.#look();
        return undefined;
      case "report":
      case "conclude": {
        const report = pick(this.#reports, a);
        return report && this.#decide({ kind: "report", ...report, conclude: kind === "conclude", at });
      }
      case "switch":
        return this.lease.switchover ? this.#stepDown() : this.#askFor(other, b);
      case "cancel":
        return this.#decide({ kind: "cancel-switchover", request: this.lease.switchover?.request ?? "" });
      case "renew":
        return this.#decide({ kind, ...mine });
    }
  }

  #database(site: SiteName): Database {
    const database = this.#databases.get(site);
    assert(database !== undefined, `${site} is in the file`);
    return database;
  }

  #change(site: SiteName, change: Partial<Database>): string | undefined {
    this.#databases.set(site, { ...this.#database(site), ...change });
    return this.#broken();
  }

  #decide(transition: Transition): string | undefined {
    const { lease } = this;
    const next = this.#rules.apply(lease, transition, this.#policy);
    if (!next) return undefined;
    this.transcript.push(`${transition.kind}: ${JSON.stringify(next)}`);
    this.#decided.push(next);
    if (next.term < lease.term) return "a term fell";
    if (next.phase === "electing" && next.term === lease.term && lease.phase === "serving")
      return "an election has no term of its own";
    if (this.#policy.neverAlone && next.phase === "serving" && waitedForBy(next).length === 0)
      return "nobody is waited for";
    return this.#broken();
  }

  #askFor(to: SiteName, b: number): string | undefined {
    return this.#decide({ kind: "request-switchover", request: { to, request: `r${b}`, reason: "asked" } });
  }

  #stepDown(): string | undefined {
    const { primary, term } = this.lease;
    const database = this.#database(primary);
    if (!this.#rules.mayReport(database, term)) return undefined;
    return this.#decide({ kind: "step-down", by: primary, term, position: positionOf(database) });
  }

  #obey(site: SiteName, lease: Lease, holds: boolean): string | undefined {
    const order = this.#rules.order(lease, site, holds);
    const database = this.#database(site);
    if (this.#rules.refuses(order, database)) return undefined;
    const { role, term, revision, follows, syncStandbys: waitsFor } = order;
    this.transcript.push(`${site} obeys ${JSON.stringify(order)}`);
    const followedTerm = role === "standby" ? term : database.followedTerm;
    // A zombie may come up again in its old term: then its commits wait for somebody who is gone.
    if (role === "primary" && term === this.lease.term && !this.#hasAll(database))
      return `${site} becomes primary without everything that was acknowledged`;
    return this.#change(site, { role, term, revision, follows, waitsFor, followedTerm });
  }

  #write(site: SiteName): string | undefined {
    const database = this.#database(site);
    if (database.role !== "primary") return undefined;
    this.#commits += 1;
    this.transcript.push(`${site} writes ${this.#commits}`);
    return this.#change(site, { log: [...database.log, this.#commits] });
  }

  /** A standby receives from the site that it follows, whatever that is by now; what does not continue its own is copied anew. */
  #stream(site: SiteName, b: number): string | undefined {
    const { role, follows, log } = this.#database(site);
    if (role !== "standby" || follows === undefined) return undefined;
    const upstream = this.#database(follows).log;
    const continued = startsWith(upstream, log) ? upstream.slice(0, log.length + 1 + (b % 3)) : upstream;
    this.transcript.push(`${site} receives from ${follows}: ${continued.join(" ")}`);
    return this.#change(site, { log: continued });
  }

  #acknowledge(site: SiteName): string | undefined {
    const { role, log, waitsFor } = this.#database(site);
    if (role !== "primary") return undefined;
    const standbys = waitsFor.map((name) => this.#database(name as SiteName));
    const followed = standbys.every((standby) => standby.role === "standby" && standby.follows === site);
    if (!followed) return undefined;
    for (const commit of log) {
      if (this.#acknowledged.has(commit) || !standbys.every((standby) => standby.log.includes(commit))) continue;
      this.transcript.push(`${site} acknowledges ${commit}`);
      this.#acknowledged.add(commit);
      if (this.lease.primary !== site) return `${site} acknowledges a commit, and is not primary`;
    }
    return this.#broken();
  }

  /** What the primary's site sees of its database: only in its own term, and only from the revision of the joining on. */
  #mark(site: SiteName, b: number): string | undefined {
    const lease = b % 4 > 0 ? this.lease : one(this.#decided, b);
    const { term, revision, role, waitsFor, log } = this.#database(site);
    for (const [name, since] of Object.entries(lease.joining)) {
      const standby = name as SiteName;
      const waits = role === "primary" && term === lease.term && revision >= since && waitsFor.includes(standby);
      if (lease.primary === site && waits) this.#marks.push({ standby, term, since, length: log.length });
    }
    return undefined;
  }

  #admit(b: number): string | undefined {
    const mark = b % 4 > 0 ? this.#marks.at(-1) : pick(this.#marks, b);
    const { primary } = this.lease;
    if (!mark || !this.#rules.reaches(this.#database(mark.standby), mark, this.#database(primary).log))
      return undefined;
    const { standby, term, since } = mark;
    return this.#decide({ kind: "admit", by: primary, term, standby, since, at });
  }

  #look(): void {
    const { term } = this.lease;
    for (const [by, database] of this.#databases) {
      if (this.#rules.mayReport(database, term)) this.#reports.unshift({ by, term, position: positionOf(database) });
    }
    this.#reports.splice(6);
  }

  #hasAll({ log }: Database): boolean {
    return [...this.#acknowledged].every((commit) => log.includes(commit));
  }

  #broken(): string | undefined {
    const { phase, primary, term, syncStandbys, election } = this.lease;
    const successors = phase === "serving" ? syncStandbys : (election?.candidates ?? []);
    const without = successors.find((site) => !this.#hasAll(this.#database(site)));
    if (without) return `promise A: ${without} may take over and has not every acknowledged commit`;
    const database = this.#database(primary);
    const forgets = syncStandbys.find((site) => !database.waitsFor.includes(site));
    const writes = phase === "serving" && database.role === "primary" && database.term === term;
    return writes && forgets ? `promise B: ${primary} does not wait for ${forgets}` : undefined;
  }
}

const at = "2026-01-01T00:00:00.000Z";

function one<T>(from: readonly T[], number: number): T {
  const picked = pick(from, number);
  assert(picked !== undefined, "there is one to pick");
  return picked;
}

function pick<T>(from: readonly T[], number: number): T | undefined {
  return from[number % Math.max(1, from.length)];
}

function startsWith(log: readonly number[], beginning: readonly number[]): boolean {
  return beginning.every((commit, i) => log[i] === commit);
}

function positionOf({ log }: Database): string {
  return `0/${log.length.toString(16)}`;
}
