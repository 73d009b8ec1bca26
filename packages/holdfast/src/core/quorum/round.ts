import type { Register, VoteRequest } from "./acceptor.ts";
import type { Ballot } from "./ballot.ts";
import { firstVoters, nextVoters } from "./membership.ts";
import { countVoices, describeMissing, doubtOf, isDecided, majorityOf, newest } from "./reading.ts";
import type { Answer, Answers, Picture } from "./reading.ts";

/**
 * One attempt of one proposer to change the register: prepare (read a majority and forbid it older ballots), then accept
 * (write to a majority). A proposer whose last change was accepted owns the next ballot already and begins with accept.
 *
 * Why it is safe: a value is decided when a majority has accepted its ballot. Any later proposer's prepare is granted by a
 * majority, which shares a voter with the first; that voter either shows the value, so that the later one builds on
 * it, or promised the later ballot before the value reached it, and then refuses the value.
 */
export type Round<T> = Preparing<T> | Accepting<T>;

interface Preparing<T> {
  readonly kind: "preparing";
  readonly ballot: Ballot;
  readonly answers: Answers<T>;
  readonly silent: ReadonlySet<string>;
}

interface Accepting<T> {
  readonly kind: "accepting";
  readonly ballot: Ballot;
  /** The register that this one builds on; absent for the first value of all. */
  readonly base: Register<T> | undefined;
  readonly proposed: Register<T>;
  /** Voters that were found to have fallen back: what they accept now does not count. */
  readonly doubted: ReadonlySet<string>;
  readonly answers: Answers<T>;
  readonly silent: ReadonlySet<string>;
}

/** What a proposer may use without preparing: its last change, decided, and the ballot that was promised to it with that. */
export interface Ownership<T> {
  readonly register: Register<T>;
  readonly ballot: Ballot;
  /** What the voters showed in that round, for marks and admissions. */
  readonly answers: Answers<T>;
}

export type Progress<T> =
  | { readonly kind: "waiting" }
  /** A majority promised. `base`: what to build on. `decided`: is it known to be decided? */
  | { readonly kind: "prepared"; readonly base: Picture<T> | undefined; readonly decided: boolean }
  | { readonly kind: "decided"; readonly ownership: Ownership<T> }
  /** Another proposer has a ballot of this number: try again above it. */
  | { readonly kind: "overtaken"; readonly above: number }
  | { readonly kind: "stuck"; readonly reason: string };

export function prepareRound<T>(ballot: Ballot): Round<T> {
  return { kind: "preparing", ballot, answers: new Map(), silent: new Set() };
}

/** After `prepared`: proposes `value` on top of what was read. */
export function acceptRound<T>(
  { ballot, answers }: Round<T>,
  prepared: Extract<Progress<T>, { kind: "prepared" }>,
  value: T,
  expected: readonly string[],
): Round<T> {
  const base = prepared.base?.register;
  const voters = base ? nextVoters(base, prepared.decided, expected, answers) : firstVoters(answers);
  const doubted = new Set(
    [...answers].flatMap(([name, answer]) => (base && doubtOf(base, name, answer) === "fell-back" ? [name] : [])),
  );
  return {
    kind: "accepting",
    ballot,
    base,
    proposed: { voters, value },
    doubted,
    answers: new Map(),
    silent: new Set(),
  };
}

/** Without preparing, with the ballot that was promised along with the last change. */
export function renewRound<T>(owned: Ownership<T>, value: T, expected: readonly string[]): Round<T> {
  const voters = nextVoters(owned.register, true, expected, owned.answers);
  return {
    kind: "accepting",
    ballot: owned.ballot,
    base: owned.register,
    proposed: { voters, value },
    doubted: new Set(),
    answers: new Map(),
    silent: new Set(),
  };
}

export function requestOf<T>(round: Round<T>): VoteRequest<T> {
  const { ballot } = round;
  if (round.kind === "preparing") return { kind: "prepare", ballot };
  return { kind: "accept", ballot, next: nextBallot(ballot), register: round.proposed };
}

export function withAnswer<T>(round: Round<T>, voter: string, answer: Answer<T>): Round<T> {
  return { ...round, answers: new Map([...round.answers, [voter, answer]]) };
}

/** It does not answer, or not in time: what has become of the request is not known. */
export function withSilence<T>(round: Round<T>, voter: string): Round<T> {
  return { ...round, silent: new Set([...round.silent, voter]) };
}

export function progressOf<T>(round: Round<T>, expected: readonly string[]): Progress<T> {
  return round.kind === "preparing" ? preparing(round, expected) : accepting(round, expected);
}

const granted = <T>(answer: Answer<T>): boolean => answer.granted;

function preparing<T>(round: Preparing<T>, expected: readonly string[]): Progress<T> {
  const { answers } = round;
  const picture = newest(answers);
  if (!picture) {
    // The first value of all takes every voter: only then is it known that there is none.
    const all = expected.every((name) => answers.get(name)?.granted === true);
    if (all) return { kind: "prepared", base: undefined, decided: false };
  } else if (countVoices(picture.register, answers, granted) >= majorityOf(picture.register)) {
    return { kind: "prepared", base: picture, decided: isDecided(picture, answers) };
  }
  return failing(round, expected, () => {
    if (picture) return describeMissing(picture.register, answers);
    return `nothing was decided as far as is known, and ${missingOf(round, expected).join(", ")} cannot be asked`;
  });
}

function accepting<T>(round: Accepting<T>, expected: readonly string[]): Progress<T> {
  const { proposed, base, ballot, doubted } = round;
  const answers = new Map([...round.answers].filter(([name]) => !doubted.has(name)));
  // While the voters change, those before and those after must agree.
  const enough = [proposed, ...(base ? [base] : [])].every(
    (register) => countVoices(register, answers, granted) >= majorityOf(register),
  );
  if (enough)
    return { kind: "decided", ownership: { register: proposed, ballot: nextBallot(ballot), answers: round.answers } };
  return failing(round, expected, () => describeMissing(base ?? proposed, answers));
}

function failing<T>(round: Round<T>, expected: readonly string[], reason: () => string): Progress<T> {
  const refused = [...round.answers.values()].filter((answer) => !answer.granted);
  // When no majority can come together any more, nobody who is silent is worth waiting for.
  const isOpen = refused.length < Math.ceil(expected.length / 2);
  if (isOpen && missingOf(round, expected).some((name) => !round.silent.has(name))) return { kind: "waiting" };
  if (refused.length === 0) return { kind: "stuck", reason: reason() };
  return { kind: "overtaken", above: Math.max(...refused.map(({ state }) => state.promised.n)) };
}

function missingOf<T>(round: Round<T>, expected: readonly string[]): readonly string[] {
  return expected.filter((name) => !round.answers.has(name));
}

function nextBallot({ n, by }: Ballot): Ballot {
  return { n: n + 1, by };
}
