import type { AcceptorState, Register } from "./acceptor.ts";
import { compareBallots, noBallot } from "./ballot.ts";
import type { Ballot } from "./ballot.ts";

/** What a voter answered: the state after the request, and whether it did as asked. */
export interface Answer<T> {
  /** Of the object that answered. */
  readonly id: string;
  readonly granted: boolean;
  readonly state: AcceptorState<T>;
}

export type Answers<T> = ReadonlyMap<string, Answer<T>>;

/** What the answers show together, before it is asked whether they are enough. */
export interface Picture<T> {
  readonly register: Register<T>;
  readonly ballot: Ballot;
}

/**
 * The newest of what was accepted. A value that one doubtful voter shows counts here as well: whoever proposed it had read
 * a majority, so it is as new as it says; what a doubtful voter may not do is vouch that there is nothing newer.
 */
export function newest<T>(answers: Answers<T>): Picture<T> | undefined {
  let best: Picture<T> | undefined;
  for (const { state } of answers.values()) {
    const { accepted } = state;
    if (accepted && (!best || compareBallots(accepted.ballot, best.ballot) > 0)) best = accepted;
  }
  return best;
}

/** What one object is known to have promised and accepted; it never falls. */
export interface Floor {
  readonly promised: number;
  readonly accepted: number;
}

/** Does it show less than it once did? So does a backup that was restored. To be asked of its state before a request changes it. */
export function fellBack<T>({ promised, accepted }: AcceptorState<T>, floor: Floor): boolean {
  return promised.n < floor.promised || (accepted?.ballot.n ?? 0) < floor.accepted;
}

/** Why a voter's answer is not counted; undefined: it is. */
type Doubt = "not-a-voter" | "lost-its-object" | "fell-back";

export function doubtOf<T>({ voters }: Register<T>, name: string, { id, state }: Answer<T>): Doubt | undefined {
  const voter = voters[name];
  if (!voter) return "not-a-voter";
  if (voter.id !== id) return "lost-its-object";
  return fellBack(state, { promised: 0, accepted: voter.mark }) ? "fell-back" : undefined;
}

/** More than half of those who vote on this register. */
export function majorityOf<T>({ voters }: Register<T>): number {
  return Math.floor(Object.keys(voters).length / 2) + 1;
}

/** Of those that fulfil `counts`, how many vote on this register beyond doubt? */
export function countVoices<T>(
  register: Register<T>,
  answers: Answers<T>,
  counts: (answer: Answer<T>) => boolean,
): number {
  let voices = 0;
  for (const [name, answer] of answers) {
    if (counts(answer) && doubtOf(register, name, answer) === undefined) voices += 1;
  }
  return voices;
}

/** Has a majority accepted this very ballot? Then it is decided: every later one builds on it. */
export function isDecided<T>({ register, ballot }: Picture<T>, answers: Answers<T>): boolean {
  const same = ({ state }: Answer<T>) => compareBallots(state.accepted?.ballot ?? noBallot, ballot) === 0;
  return countVoices(register, answers, same) >= majorityOf(register);
}

export type Reading<T> =
  /** Decided: no later decision can be without it. */
  | ({ readonly kind: "decided" } & Picture<T>)
  /** A majority answered, and the newest value may or may not be decided yet. */
  | ({ readonly kind: "undecided" } & Picture<T>)
  /** All voters answered, and none has ever accepted anything. */
  | { readonly kind: "empty" }
  | { readonly kind: "unknown"; readonly reason: string };

/** What a plain reading of `expected`, the voters by the fleet file, tells. */
export function readAnswers<T>(expected: readonly string[], answers: Answers<T>): Reading<T> {
  const picture = newest(answers);
  if (!picture) {
    const missing = expected.filter((name) => !answers.has(name));
    if (missing.length === 0) return { kind: "empty" };
    // Somebody who is not there may know of a value.
    return {
      kind: "unknown",
      reason: `nothing was decided as far as is known, and ${missing.join(", ")} cannot be asked`,
    };
  }
  const { register } = picture;
  const voices = countVoices(register, answers, () => true);
  if (voices < majorityOf(register)) return { kind: "unknown", reason: describeMissing(register, answers) };
  return { kind: isDecided(picture, answers) ? "decided" : "undecided", ...picture };
}

/** Why there is no majority, in words. */
export function describeMissing<T>(register: Register<T>, answers: Answers<T>): string {
  const silent: string[] = [];
  const doubtful: string[] = [];
  for (const name of Object.keys(register.voters)) {
    const answer = answers.get(name);
    if (!answer) silent.push(name);
    else if (doubtOf(register, name, answer) !== undefined) doubtful.push(name);
  }
  const parts = [
    ...(silent.length > 0 ? [`no answer from ${silent.join(", ")}`] : []),
    ...(doubtful.length > 0 ? [`${doubtful.join(", ")} lost what it had decided`] : []),
  ];
  return `no majority of the voters: ${parts.join("; ")}`;
}
