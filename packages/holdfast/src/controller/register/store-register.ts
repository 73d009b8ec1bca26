import type { Clock, Instant, Random } from "../../base/index.ts";
import {
  acceptRound,
  prepareRound,
  progressOf,
  readAnswers,
  renewRound,
  requestOf,
  withAnswer,
  withSilence,
} from "../../core/quorum/index.ts";
import type { Answer, Ballot, Ownership, Reading, Register, Round, VoteRequest } from "../../core/quorum/index.ts";
import type { SiteName } from "../../core/spec/index.ts";
import type { PeerClusters } from "../../ports/index.ts";
import { VoterClient } from "./voter-client.ts";

export interface RegisterPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly peers: PeerClusters;
}

export interface RegisterOptions {
  /** Unique among all who propose, also over restarts. */
  readonly proposer: string;
  /** By the fleet file. */
  readonly voters: readonly SiteName[];
  readonly store: string;
  /** A voter that has not answered after this is not waited for. */
  readonly timeoutMs: number;
}

export type ChangeOutcome<T> =
  /** Decided as told. `began`: the moment before the deciding round, from which a lease counts. */
  | { readonly kind: "changed"; readonly value: T; readonly began: Instant }
  /** The change does not apply to what was decided meanwhile. */
  | { readonly kind: "declined"; readonly value: T; readonly began: Instant }
  /** It is not known whether it was decided, or will be. */
  | { readonly kind: "unknown"; readonly reason: string };

/** Answers the next value; undefined: the change does not apply to this one, which is then only confirmed. */
export type Change<T> = (current: T | undefined) => T | undefined;

const ATTEMPTS = 5;
const BACK_OFF_MS = 20;

/** A store's register as one proposer sees it: drives the rounds of core/quorum over the voters' API servers. */
export class StoreRegister<T> {
  readonly #ports: RegisterPorts;
  readonly #options: RegisterOptions;
  readonly #voters: readonly VoterClient<T>[];
  #owned: Ownership<T> | undefined;
  #highest = 0;
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: RegisterOptions, ports: RegisterPorts) {
    this.#options = options;
    this.#ports = ports;
    this.#voters = options.voters.map((name) => new VoterClient(name, options.store, ports.peers));
  }

  /** A plain look at all voters: it disturbs no proposer, and what it finds decided is decided. */
  async read(signal: AbortSignal): Promise<Reading<T>> {
    const { voters } = this.#options;
    const answers = new Map<string, Answer<T>>();
    const reading = () => readAnswers(voters, answers);
    await this.#askAll({ kind: "read" }, signal, {
      onAnswer: (name, answer) => {
        answers.set(name, answer);
        // So that a change after it begins above all that was promised, and is not refused first.
        this.#highest = Math.max(this.#highest, answer.state.promised.n);
        // Those that say the same and are a majority need no company; one that says something else may.
        return reading().kind === "decided";
      },
      onSilence: () => false,
    });
    return reading();
  }

  /**
   * Linearizable: the change is made to the latest decided value, or not at all. One after the other: two at the same time could use
   * the same ballot for two values, and both be told that theirs was decided.
   */
  change(change: Change<T>, signal: AbortSignal): Promise<ChangeOutcome<T>> {
    const turn = this.#last.then(() => this.#change(change, signal));
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  async #change(change: Change<T>, signal: AbortSignal): Promise<ChangeOutcome<T>> {
    let reason = "not tried";
    for (let attempt = 1; attempt <= ATTEMPTS && !signal.aborted; attempt++) {
      if (attempt > 1) await this.#ports.clock.sleep(BACK_OFF_MS * attempt * this.#ports.random.next(), signal);
      const outcome = await this.#attempt(change, signal);
      if (outcome.kind !== "again") return outcome;
      reason = outcome.reason;
      if (outcome.hopeless) break;
    }
    return { kind: "unknown", reason };
  }

  async #attempt(change: Change<T>, signal: AbortSignal): Promise<ChangeOutcome<T> | Again> {
    const { voters } = this.#options;
    const began = this.#ports.clock.now();
    const owned = this.#owned;
    // Until it is known how this round ends, nothing is owned.
    this.#owned = undefined;
    if (owned) {
      const next = change(owned.register.value);
      const round = renewRound(owned, next ?? owned.register.value, voters);
      return this.#finish(round, next === undefined, began, signal);
    }
    const ballot: Ballot = { n: this.#highest + 1, by: this.#options.proposer };
    const prepared = await this.#run(prepareRound(ballot), signal);
    const progress = progressOf(prepared, voters);
    if (progress.kind !== "prepared") return this.#failed(progress);
    if (progress.base && !progress.decided) {
      // First what is there is decided, then changed: else a change would show something as its past that may never have been.
      const confirming = acceptRound(prepared, progress, progress.base.register.value, voters);
      const confirmed = await this.#finish(confirming, true, began, signal);
      return confirmed.kind === "declined" ? this.#attempt(change, signal) : confirmed;
    }
    const current = progress.base?.register.value;
    const next = change(current);
    if (next === undefined && current === undefined) return { kind: "unknown", reason: "the register is empty" };
    const round = acceptRound(prepared, progress, (next ?? current) as T, voters);
    return this.#finish(round, next === undefined, began, signal);
  }

  async #finish(
    round: Round<T>,
    declined: boolean,
    began: Instant,
    signal: AbortSignal,
  ): Promise<ChangeOutcome<T> | Again> {
    const done = await this.#run(round, signal);
    const progress = progressOf(done, this.#options.voters);
    if (progress.kind !== "decided") return this.#failed(progress);
    const { register } = progress.ownership;
    this.#owned = progress.ownership;
    this.#highest = progress.ownership.ballot.n;
    this.#raiseMarks(register);
    return { kind: declined ? "declined" : "changed", value: register.value, began };
  }

  #failed(progress: { readonly kind: string; readonly above?: number; readonly reason?: string }): Again {
    if (progress.above !== undefined) {
      this.#highest = Math.max(this.#highest, progress.above);
      return { kind: "again", reason: "another proposer was faster", hopeless: false };
    }
    return { kind: "again", reason: progress.reason ?? "no majority answered in time", hopeless: true };
  }

  #raiseMarks({ voters }: Register<T>): void {
    for (const client of this.#voters) {
      const voter = voters[client.name];
      if (voter) client.raise(voter.id, voter.mark);
    }
  }

  /** Asks all voters and returns as soon as the round has an outcome; answers that come later still count for marks. */
  async #run(start: Round<T>, signal: AbortSignal): Promise<Round<T>> {
    let round = start;
    const { voters } = this.#options;
    const settled = () => progressOf(round, voters).kind !== "waiting";
    await this.#askAll(requestOf(start), signal, {
      onAnswer: (name, answer) => {
        this.#highest = Math.max(this.#highest, answer.state.promised.n);
        round = withAnswer(round, name, answer);
        this.#remember(start.ballot, name, answer);
        return settled();
      },
      onSilence: (name) => {
        round = withSilence(round, name);
        return settled();
      },
    });
    return round;
  }

  /** A voter that is always the last to answer is known by its late answers: it may need to be admitted again. */
  #remember(ballot: Ballot, name: string, answer: Answer<T>): void {
    const owned = this.#owned;
    if (owned?.ballot.n === ballot.n + 1)
      this.#owned = { ...owned, answers: new Map([...owned.answers, [name, answer]]) };
  }

  /** Resolves when `on` says that enough is known, or when all have answered or will not; it goes on listening to the rest. */
  async #askAll(
    request: VoteRequest<T>,
    signal: AbortSignal,
    on: {
      readonly onAnswer: (name: string, answer: Answer<T>) => boolean;
      readonly onSilence: (name: string) => boolean;
    },
  ): Promise<void> {
    // One patience for all of them: they were asked at the same moment.
    const late = new AbortController();
    const allAnswered = new AbortController();
    const stop = () => late.abort();
    signal.addEventListener("abort", stop, { once: true });
    const silence = this.#ports.clock.sleep(this.#options.timeoutMs, allAnswered.signal).then(() => {
      signal.removeEventListener("abort", stop);
      late.abort();
      return undefined;
    });
    let open = this.#voters.length;
    await new Promise<void>((resolve) => {
      for (const voter of this.#voters) {
        const answering = voter.ask(request, late.signal).catch(() => undefined);
        void Promise.race([answering, silence]).then((answer) => {
          const enough = answer ? on.onAnswer(voter.name, answer) : on.onSilence(voter.name);
          open -= 1;
          if (open === 0) allAnswered.abort();
          if (enough || open === 0) resolve();
        });
      }
    });
  }
}

interface Again {
  readonly kind: "again";
  readonly reason: string;
  /** Nobody else is in the way: the voters do not answer. */
  readonly hopeless: boolean;
}
