import { compareBallots, noBallot } from "./ballot.ts";
import type { Ballot } from "./ballot.ts";

/**
 * One voter's part of the register, whole: what it promised and what it accepted last. The register is CASPaxos (Rystsov,
 * "CASPaxos: Replicated State Machines without logs", arXiv:1802.07000): there is no log, each accepted value replaces the one before.
 */
export interface AcceptorState<T> {
  /** No ballot below this one is accepted. */
  readonly promised: Ballot;
  readonly accepted?: Accepted<T>;
}

export interface Accepted<T> {
  readonly ballot: Ballot;
  readonly register: Register<T>;
}

/** The value and, changed and decided together with it, who votes on the next one. */
export interface Register<T> {
  readonly voters: Readonly<Record<string, Voter>>;
  readonly value: T;
}

export interface Voter {
  /** Of the object in which it keeps its part: a new one after a loss has another, and its voice does not count. */
  readonly id: string;
  /** It accepted a ballot of this number or above: if it now shows less, it forgot something. */
  readonly mark: number;
}

export type VoteRequest<T> =
  /** Changes nothing. */
  | { readonly kind: "read" }
  | { readonly kind: "prepare"; readonly ballot: Ballot }
  /** `next` is promised to the same proposer along with it, so that its next proposal needs no prepare: one round. */
  | { readonly kind: "accept"; readonly ballot: Ballot; readonly next: Ballot; readonly register: Register<T> };

export interface Vote<T> {
  readonly granted: boolean;
  /** The same object when nothing changes. */
  readonly state: AcceptorState<T>;
}

export const emptyAcceptor: AcceptorState<never> = { promised: noBallot };

/** The acceptor's only step. Asking again after a lost answer is granted again: a ballot carries one value only. */
export function vote<T>(state: AcceptorState<T>, request: VoteRequest<T>): Vote<T> {
  switch (request.kind) {
    case "read":
      return { granted: true, state };
    case "prepare": {
      const order = compareBallots(request.ballot, state.promised);
      if (order < 0) return { granted: false, state };
      return { granted: true, state: order === 0 ? state : { ...state, promised: request.ballot } };
    }
    case "accept": {
      const { ballot, next, register } = request;
      if (state.accepted && compareBallots(state.accepted.ballot, ballot) === 0) return { granted: true, state };
      if (compareBallots(ballot, state.promised) < 0) return { granted: false, state };
      return { granted: true, state: { promised: next, accepted: { ballot, register } } };
    }
  }
}
