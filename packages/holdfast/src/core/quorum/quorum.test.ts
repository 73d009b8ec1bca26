import { describe, expect, it } from "vitest";
import { acceptRound, compareBallots, prepareRound, progressOf, readAnswers, renewRound, vote } from "./index.ts";
import type { AcceptorState, Answer, Ownership, Register } from "./index.ts";
import { explore } from "./testing/explore.ts";
import type { Setup } from "./testing/explore.ts";

const voters = ["a", "b", "c"];
const begun: Register<string> = {
  voters: { a: { id: "a1", mark: 0 }, b: { id: "b1", mark: 0 }, c: { id: "c1", mark: 0 } },
  value: "0",
};
const holding = (n: number, register = begun): AcceptorState<string> => ({
  promised: { n: n + 1, by: "p" },
  accepted: { ballot: { n, by: "p" }, register },
});
/** `p` decided "0" at a and b, and may go on without preparing. */
const owned: Ownership<string> = { register: begun, ballot: { n: 2, by: "p" }, answers: new Map() };
const renewing: Setup = {
  voters,
  acceptors: { a: holding(1), b: holding(1) },
  proposers: [
    { name: "p", rounds: 1, owned },
    { name: "q", rounds: 1, highest: 2 },
  ],
};
const beginning: Setup = {
  voters,
  acceptors: {},
  proposers: [
    { name: "p", rounds: 1 },
    { name: "q", rounds: 1, highest: 1 },
  ],
};
const losing: Setup = { ...renewing, acceptors: { a: holding(1), b: holding(1), c: holding(1) }, loser: "b" };

describe("with every interleaving of two proposers, three acceptors, lost messages and crashes", () => {
  it("decides values of which each continues the one before, from the first on", { timeout: 60_000 }, () => {
    const { conflict, decisions, worlds } = explore(beginning);
    expect({ conflict, decisions }).toEqual({ conflict: undefined, decisions: 2 });
    expect(worlds).toBeGreaterThan(10_000);
  });

  it("keeps a renewal in one round apart from another proposer's change", { timeout: 60_000 }, () => {
    const { conflict, decisions } = explore(renewing);
    expect({ conflict, decisions }).toEqual({ conflict: undefined, decisions: 3 });
  });

  it("forgets nothing when a voter loses its object, and lets it vote again", { timeout: 120_000 }, () => {
    const { conflict, decisions } = explore(losing);
    expect({ conflict, decisions }).toEqual({ conflict: undefined, decisions: 3 });
  });
});

describe("the exploration finds what goes wrong", () => {
  it("when an acceptor takes a ballot below its promise", () => {
    const forgetful: typeof vote<string> = (state, request) =>
      request.kind === "accept" && compareBallots(request.ballot, state.promised) < 0
        ? vote({ ...state, promised: request.ballot }, request)
        : vote(state, request);
    expect(explore({ ...renewing, mutant: { vote: forgetful } }).conflict).toBeDefined();
  });

  it("when a proposer builds on the oldest of what it reads", () => {
    const backward: typeof progressOf<string> = (round, expected) => {
      const progress = progressOf(round, expected);
      if (progress.kind !== "prepared") return progress;
      const accepted = [...round.answers.values()].flatMap(({ state }) => state.accepted ?? []);
      const [base] = accepted.sort((a, b) => compareBallots(a.ballot, b.ballot));
      return { ...progress, base };
    };
    expect(explore({ ...renewing, mutant: { progressOf: backward } }).conflict).toBeDefined();
  });

  it("when a new object of a voter is taken for the lost one", () => {
    const trusting: typeof progressOf<string> = (round, expected) => {
      const answers = [...round.answers].map(([name, answer]) => [name, { ...answer, id: `${name}1` }] as const);
      return progressOf({ ...round, answers: new Map(answers) }, expected);
    };
    expect(explore({ ...losing, mutant: { progressOf: trusting } }).conflict).toBeDefined();
  });

  it("when the first value does not take every voter", () => {
    const hasty: typeof progressOf<string> = (round, expected) => {
      const progress = progressOf(round, expected);
      const enough = round.kind === "preparing" && round.answers.size >= 2;
      const isFirst = [...round.answers.values()].every(({ granted, state }) => granted && !state.accepted);
      return enough && isFirst ? { kind: "prepared", base: undefined, decided: false } : progress;
    };
    const afterLoss: Setup = {
      ...beginning,
      acceptors: { a: holding(1), b: holding(1) },
      proposers: [{ name: "q", rounds: 1, highest: 2 }],
      loser: "b",
    };
    expect(explore({ ...afterLoss, mutant: { progressOf: hasty } }).conflict).toBeDefined();
    expect(explore(afterLoss).conflict).toBeUndefined();
  });
});

const answer = (id: string, state: AcceptorState<string>, granted = true): Answer<string> => ({ id, granted, state });

describe("a reading", () => {
  it("is decided where a majority holds the same ballot, and undecided where the newest stands alone", () => {
    const newer = holding(3, { ...begun, value: "0 p1" });
    const decided = readAnswers(
      voters,
      new Map([
        ["a", answer("a1", newer)],
        ["b", answer("b1", newer)],
      ]),
    );
    expect(decided).toMatchObject({ kind: "decided", register: { value: "0 p1" } });
    const alone = readAnswers(
      voters,
      new Map([
        ["a", answer("a1", newer)],
        ["b", answer("b1", holding(1))],
      ]),
    );
    expect(alone).toMatchObject({ kind: "undecided", register: { value: "0 p1" } });
  });

  it("is unknown without a majority, and says who is missing or has forgotten", () => {
    const one = new Map([["a", answer("a1", holding(1))]]);
    expect(readAnswers(voters, one)).toEqual({
      kind: "unknown",
      reason: "no majority of the voters: no answer from b, c",
    });
    const forgot = new Map([...one, ["b", answer("b2", { promised: { n: 0, by: "" } })] as const]);
    expect(readAnswers(voters, forgot)).toMatchObject({
      reason: "no majority of the voters: no answer from c; b lost what it had decided",
    });
    const nobody = new Map([["a", answer("a1", { promised: { n: 0, by: "" } })]]);
    expect(readAnswers(voters, nobody)).toMatchObject({ kind: "unknown", reason: expect.stringContaining("b, c") });
  });

  it("does not count a voter that shows less than it is known to have accepted", () => {
    const marked = { ...begun, voters: { ...begun.voters, b: { id: "b1", mark: 5 } } };
    const answers = new Map([
      ["a", answer("a1", holding(7, marked))],
      ["b", answer("b1", holding(1))],
    ]);
    expect(readAnswers(voters, answers)).toMatchObject({ kind: "unknown" });
  });
});

describe("who votes", () => {
  const answers = (names: readonly string[]) =>
    new Map(names.map((name) => [name, answer(`${name}1`, holding(1))] as const));
  const proposedBy = (expected: readonly string[], known: Register<string>, names: readonly string[]) => {
    const round = renewRound({ register: known, ballot: { n: 2, by: "p" }, answers: answers(names) }, "1", expected);
    return round.kind === "accepting" ? round.proposed.voters : {};
  };

  it("grows and shrinks by one at a time", () => {
    expect(Object.keys(proposedBy([...voters, "d", "e"], begun, [...voters, "d", "e"]))).toEqual([...voters, "d"]);
    expect(Object.keys(proposedBy(["a"], begun, voters))).toEqual(["a", "c"]);
  });

  it("does not change on top of a value that may not be decided", () => {
    const prepared = prepareRound<string>({ n: 9, by: "q" });
    const base = { register: begun, ballot: { n: 1, by: "p" } };
    const round = acceptRound(
      { ...prepared, answers: answers([...voters, "d"]) },
      { kind: "prepared", base, decided: false },
      "1",
      [...voters, "d"],
    );
    expect(round.kind === "accepting" && Object.keys(round.proposed.voters)).toEqual(voters);
  });

  it("marks what each voter was seen to have accepted", () => {
    expect(proposedBy(voters, begun, ["a", "b"])).toMatchObject({ a: { mark: 1 }, b: { mark: 1 }, c: { mark: 0 } });
  });
});

it("grants again what it granted before, for an answer may have been lost", () => {
  const request = { kind: "accept", ballot: { n: 2, by: "p" }, next: { n: 3, by: "p" }, register: begun } as const;
  const first = vote(holding(1), request);
  expect(first.granted).toBe(true);
  expect(vote(first.state, request)).toEqual({ granted: true, state: first.state });
  expect(vote(first.state, { ...request, ballot: { n: 1, by: "q" } }).granted).toBe(false);
});
