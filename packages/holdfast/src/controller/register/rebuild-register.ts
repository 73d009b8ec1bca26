import { newest, readAnswers } from "../../core/quorum/index.ts";
import type { Answer, Ballot, Reading, Register, VoteRequest } from "../../core/quorum/index.ts";
import type { SiteName } from "../../core/spec/index.ts";
import type { PeerClusters } from "../../ports/index.ts";
import { VoterClient } from "./voter-client.ts";

/** Far above what the controllers, who go on trying, get to in the meantime. */
const LEAP = 1000;
const CHANGED = "a controller has changed it meanwhile";

export interface RebuildOptions {
  /** Unique among all who propose. */
  readonly proposer: string;
  /** By the fleet file: every one of them has to take part. */
  readonly voters: readonly SiteName[];
  readonly store: string;
}

export type RebuildOutcome<T> =
  | { readonly kind: "rebuilt"; readonly value: T }
  /** Nothing is lost: the voters can decide as they are. */
  | { readonly kind: "intact"; readonly reading: Extract<Reading<T>, { readonly kind: "decided" | "undecided" }> }
  /** A voter could not be asked, or a controller was faster: nothing is known to have changed. */
  | { readonly kind: "silent" | "refused"; readonly voter: string; readonly reason: string };

/**
 * Begins a register anew whose voters lost what they had decided: the one change that does not rest on a majority of those before, and
 * therefore an operator's, never a controller's. It takes every voter, so that afterwards no two of them can put together an older decision; `decide`
 * gets the newest value that any of them still shows. A run that ended half way is run again.
 */
export async function rebuildRegister<T>(
  { proposer, voters, store }: RebuildOptions,
  peers: PeerClusters,
  decide: (newest: T | undefined) => T,
  signal: AbortSignal,
): Promise<RebuildOutcome<T>> {
  const clients = voters.map((name) => new VoterClient<T>(name, store, peers));
  const askAll = (request: VoteRequest<T>) => askEvery(clients, request, signal);

  const read = await askAll({ kind: "read" });
  if (read.kind !== "answered") return read;
  const reading = readAnswers(voters, read.answers);
  if (reading.kind === "decided" || reading.kind === "undecided") return { kind: "intact", reading };

  // Without a prepare: whoever else tries steps up by one, and would get in between. There is nothing that a prepare could still learn: without
  // a majority nobody gets as far as to have a value accepted.
  const promised = [...read.answers.values()].map(({ state }) => state.promised.n);
  const ballot: Ballot = { n: Math.max(0, ...promised) + LEAP, by: proposer };
  const value = decide(newest(read.answers)?.register.value);
  const known = Object.fromEntries([...read.answers].map(([name, { id }]) => [name, { id, mark: 0 }]));
  const register: Register<T> = { voters: known, value };
  const accepted = await askAll({ kind: "accept", ballot, next: { ...ballot, n: ballot.n + 1 }, register });
  if (accepted.kind !== "answered") return accepted;
  const other = [...accepted.answers].find(([name, { id }]) => id !== known[name]?.id);
  return other ? { kind: "refused", voter: other[0], reason: CHANGED } : { kind: "rebuilt", value };
}

type Asked<T> =
  | { readonly kind: "answered"; readonly answers: ReadonlyMap<string, Answer<T>> }
  | { readonly kind: "silent" | "refused"; readonly voter: string; readonly reason: string };

/** All of them, and all as asked; else the first that did not. */
async function askEvery<T>(
  clients: readonly VoterClient<T>[],
  request: VoteRequest<T>,
  signal: AbortSignal,
): Promise<Asked<T>> {
  const outcomes = await Promise.allSettled(clients.map((client) => client.ask(request, signal)));
  const answers = new Map<string, Answer<T>>();
  for (const [index, outcome] of outcomes.entries()) {
    const voter = clients[index]?.name ?? "";
    if (outcome.status === "rejected") return { kind: "silent", voter, reason: (outcome.reason as Error).message };
    if (!outcome.value.granted) return { kind: "refused", voter, reason: CHANGED };
    answers.set(voter, outcome.value);
  }
  return { kind: "answered", answers };
}
