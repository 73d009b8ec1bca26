import type { DatabaseWatcher, Server } from "../database/server.ts";
import type { SimulatedAgent } from "../database/agent.ts";
import { includes } from "../database/history.ts";
import type { History } from "../database/history.ts";
import type { Transcript } from "../transcript.ts";
import { AcknowledgedWrites, describePoint, missingFrom } from "./acknowledged-writes.ts";
import { OutageCounter } from "./outages.ts";
import type { Violation, ViolationKind } from "./violation.ts";

/** A shorter pause is what one commit waits for. */
const OUTAGE_MS = 250;
/** How long a database may take to fence itself after its time is over. */
const FENCE_MS = 500;
/** A standby is in sync that lacks no more than what was written in the last moments. */
const IN_SYNC_RECORDS = 20;

export interface RefereeOptions {
  readonly nowMs: () => number;
  readonly databases: ReadonlyMap<string, SimulatedAgent>;
  /** Of a lease: longer than this after a promotion nobody of an older term may be writable. */
  readonly ttlMs: number;
  readonly replicated: boolean;
  /** An operator named the loss of what was only on one site: such writes may be gone. */
  readonly lossAccepted: boolean;
  readonly transcript: Transcript | undefined;
  /** Called with the first violation. */
  readonly onViolation: () => void;
}

/** Holds the run to its promises as it goes on; each check stands beside what it needs to know. */
export class Referee implements DatabaseWatcher {
  readonly outages = new OutageCounter(OUTAGE_MS);
  readonly #writes = new AcknowledgedWrites();
  readonly #options: RefereeOptions;
  #violation: Violation | undefined;
  #acknowledging = "";
  #highestTerm = { term: 0, sinceMs: 0 };
  acknowledgedCount = 0;

  constructor(options: RefereeOptions) {
    this.#options = options;
  }

  get violation(): Violation | undefined {
    return this.#violation;
  }

  /** What a read that begins now must see. */
  get acknowledgedPoints(): readonly History[] {
    return this.#writes.points;
  }

  fail(kind: ViolationKind, message: string): void {
    if (this.#violation) return;
    const atMs = this.#options.nowMs();
    this.#violation = { kind, atMs, message };
    this.#options.transcript?.note("VIOLATION", `${kind}: ${message}`);
    this.#options.onViolation();
  }

  acknowledged(server: Server, upTo: History, waitedFor: readonly string[]): void {
    this.acknowledgedCount += 1;
    this.outages.acknowledged(this.#options.nowMs());
    if (this.#options.transcript) this.#noteWhoAcknowledges(server, upTo, waitedFor);
    if (this.#options.lossAccepted && waitedFor.length === 0) return;
    const other = this.#writes.divergingFrom(upTo);
    if (other)
      this.fail(
        "two-primaries",
        `${server.name} acknowledges ${describePoint(upTo)}, and ${describePoint(other)} was acknowledged elsewhere`,
      );
    this.#writes.add(upTo);
  }

  promoted(server: Server): void {
    const { nowMs, transcript } = this.#options;
    const term = this.#agentOf(server).term;
    if (term > this.#highestTerm.term) this.#highestTerm = { term, sinceMs: nowMs() };
    if (server.history)
      transcript?.note(server.name, `is primary of term ${term} from ${describePoint(server.history)} on`);
  }

  replaced(server: Server, before: History): void {
    const others = [...this.#options.databases.values()].map((agent) => agent.server.history);
    const last = this.#writes.points.find(
      (point) => includes(before, point) && !others.some((history) => history && includes(history, point)),
    );
    if (last)
      this.fail("last-copy-deleted", `${server.name} was cloned anew and had the last copy of ${describePoint(last)}`);
  }

  /** A client's read that `server` served, begun when `mustSee` was all that had been acknowledged. */
  read(server: Server, mustSee: readonly History[]): void {
    const agent = this.#agentOf(server);
    const { writableUntilMs } = agent;
    // After its time nobody promises anything about what a database shows.
    if (!server.isWritable || (writableUntilMs !== undefined && agent.nowMs >= writableUntilMs)) return;
    const missed = missingFrom(server.history, mustSee);
    if (missed)
      this.fail(
        "stale-read",
        `${server.name} answered a read without ${describePoint(missed)}, acknowledged before it`,
      );
  }

  /** To be called now and then. */
  look(): void {
    const nowMs = this.#options.nowMs();
    for (const [name, agent] of this.#options.databases) {
      const { server, writableUntilMs } = agent;
      const { gate } = server.process;
      if (!server.isWritable || !gate.isOpen || nowMs - gate.openedMs < FENCE_MS) continue;
      if (writableUntilMs !== undefined && agent.nowMs > writableUntilMs + FENCE_MS)
        this.fail("not-fenced", `the database of ${name} is writable after its time`);
      const { term, sinceMs } = this.#highestTerm;
      if (agent.term < term && nowMs - sinceMs > this.#options.ttlMs + FENCE_MS)
        this.fail(
          "not-fenced",
          `the database of ${name} is writable in term ${agent.term}; term ${term} began long ago`,
        );
    }
  }

  /** Some time after the last fault: is there service? */
  checkRecovery(healedMs: number): void {
    const { lastMs } = this.outages;
    if (lastMs === undefined || lastMs < healedMs)
      this.fail("no-recovery", "everything was healed long ago, and no write has been acknowledged since");
  }

  /** At the end: nothing that was acknowledged is lost, and all is as if nothing had happened. */
  checkEnd(): void {
    const primary = this.#primary();
    if (!primary?.history) {
      this.fail("no-recovery", "there is no primary at the end");
      return;
    }
    const lost = missingFrom(primary.history, this.#writes.points);
    if (lost)
      this.fail(
        "lost-write",
        `the primary at the end, ${primary.name}, does not have ${describePoint(lost)}, which was acknowledged`,
      );
    const missing = this.#missingAt(primary);
    if (missing !== undefined) this.fail("not-in-sync", `${missing} at the end`);
  }

  /** Is there nothing left to wait for? Then a run may end. */
  isCalm(healedMs: number): boolean {
    const primary = this.#primary();
    return primary !== undefined && (this.outages.lastMs ?? 0) > healedMs && this.#missingAt(primary) === undefined;
  }

  /** What is not yet as it should be, in words. */
  #missingAt(primary: Server): string | undefined {
    const { databases, replicated } = this.#options;
    for (const [name, { server }] of databases) {
      if (server === primary) continue;
      const stream = primary.streams.find(({ standby }) => standby === server);
      if (!stream || primary.flushed - stream.confirmed > IN_SYNC_RECORDS)
        return `${name} does not follow ${primary.name}`;
    }
    if (replicated && databases.size > 1 && primary.syncStandbys.length === 0)
      return `commits at ${primary.name} wait for nobody`;
    return undefined;
  }

  #primary(): Server | undefined {
    let best: SimulatedAgent | undefined;
    for (const agent of this.#options.databases.values())
      if (agent.server.isWritable && (!best || agent.term > best.term)) best = agent;
    return best?.server;
  }

  #agentOf(server: Server): SimulatedAgent {
    const agent = this.#options.databases.get(server.name);
    if (agent === undefined) throw new Error(`no agent runs ${server.name}`);
    return agent;
  }

  #noteWhoAcknowledges(server: Server, { timeline }: History, waitedFor: readonly string[]): void {
    const who = `${server.name} on timeline ${timeline.number}, waiting for ${waitedFor.join(" and ") || "nobody"}`;
    if (who === this.#acknowledging) return;
    this.#acknowledging = who;
    this.#options.transcript?.note("clients", `writes are acknowledged by ${who}`);
  }
}
