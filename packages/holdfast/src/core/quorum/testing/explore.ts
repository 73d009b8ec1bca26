import {
  acceptRound,
  emptyAcceptor,
  prepareRound,
  progressOf,
  renewRound,
  requestOf,
  vote,
  withAnswer,
} from "../index.ts";
import type { AcceptorState, Answer, Ownership, Round, VoteRequest } from "../index.ts";

/** A value is the history of operations that made it, so that what was forgotten is seen to be missing. */
export type History = string;

export interface ProposerSetup {
  readonly name: string;
  /** Rounds that it may begin; each appends its name and the round's number. */
  readonly rounds: number;
  readonly owned?: Ownership<History>;
  /** The highest number of a ballot that it has heard of. */
  readonly highest?: number;
}

export interface Setup {
  readonly voters: readonly string[];
  readonly acceptors: Readonly<Record<string, AcceptorState<History>>>;
  readonly proposers: readonly ProposerSetup[];
  /** The voter that may lose its object, at any moment and once, and get a new, empty one. */
  readonly loser?: string;
  /** A changed production function, to see that the exploration finds what it breaks. */
  readonly mutant?: Partial<Rules>;
}

interface Rules {
  readonly vote: typeof vote<History>;
  readonly progressOf: typeof progressOf<History>;
  readonly acceptRound: typeof acceptRound<History>;
}

interface Message {
  readonly to: string;
  readonly request: VoteRequest<History>;
  readonly proposer: number;
  readonly round: number;
  readonly answer?: Answer<History>;
}

interface Proposer {
  readonly round: Round<History> | undefined;
  /** Counts prepare and accept apart, so that a late answer to one is not taken for the other. */
  readonly phase: number;
  readonly begun: number;
  readonly highest: number;
  readonly owned?: Ownership<History> | undefined;
}

interface World {
  readonly acceptors: Readonly<Record<string, { readonly id: string; readonly state: AcceptorState<History> }>>;
  readonly proposers: readonly Proposer[];
  /** Under way: each may arrive at any time or never, so that loss, delay, reordering and crashes are all in it. */
  readonly messages: readonly Message[];
  readonly losers: readonly string[];
  /** Every value that a majority of its voters has ever held under one ballot. */
  readonly chosen: readonly History[];
}

export interface Exploration {
  readonly worlds: number;
  readonly decisions: number;
  /** Two decided values of which neither continues the other. */
  readonly conflict?: readonly [History, History];
}

/** Visits every world that any interleaving of deliveries, losses and crashes can lead to. */
export function explore(setup: Setup, worldsMax = 5_000_000): Exploration {
  const rules: Rules = { vote, progressOf, acceptRound, ...setup.mutant };
  const start: World = {
    acceptors: Object.fromEntries(
      setup.voters.map((name) => [name, { id: `${name}1`, state: setup.acceptors[name] ?? emptyAcceptor }]),
    ),
    proposers: setup.proposers.map(({ owned, highest = 0 }) => ({
      round: undefined,
      phase: 0,
      begun: 0,
      highest,
      owned,
    })),
    messages: [],
    losers: setup.loser === undefined ? [] : [setup.loser],
    chosen: [],
  };
  const seen = new Set<string>([keyOf(start)]);
  const open = [start];
  let decisions = 0;
  for (let world = open.pop(); world; world = open.pop()) {
    decisions = Math.max(decisions, world.chosen.length);
    const conflict = conflictIn(world.chosen);
    if (conflict) return { worlds: seen.size, decisions, conflict };
    for (const successor of successors(world, setup, rules)) {
      const next = pruned(successor, rules);
      const key = keyOf(next);
      if (seen.has(key)) continue;
      seen.add(key);
      if (seen.size > worldsMax) throw new Error(`more than ${worldsMax} worlds`);
      open.push(next);
    }
  }
  return { worlds: seen.size, decisions };
}

function* successors(world: World, setup: Setup, rules: Rules): Iterable<World> {
  for (const [index, proposer] of world.proposers.entries()) {
    const { name, rounds } = setup.proposers[index] ?? { name: "", rounds: 0 };
    if (proposer.begun < rounds) yield begin(world, index, name, proposer, setup.voters);
  }
  for (const [index, message] of world.messages.entries()) {
    const rest = world.messages.filter((_, other) => other !== index);
    if (message.answer) yield receive({ ...world, messages: rest }, message, message.answer, setup, rules);
    else yield deliver({ ...world, messages: rest }, message, rules);
  }
  for (const name of world.losers) {
    const renewed = { id: `${world.acceptors[name]?.id ?? ""}'`, state: emptyAcceptor };
    yield { ...world, losers: [], acceptors: { ...world.acceptors, [name]: renewed } };
  }
}

/** Given up on the round before, if there was one: whatever was silent stays silent. */
function begin(world: World, index: number, name: string, proposer: Proposer, voters: readonly string[]): World {
  const begun = proposer.begun + 1;
  const operation = `${name}${begun}`;
  const { owned } = proposer;
  const round = owned
    ? renewRound(owned, `${owned.register.value} ${operation}`, voters)
    : prepareRound<History>({ n: proposer.highest + 1, by: name });
  const next: Proposer = { ...proposer, round, phase: proposer.phase + 1, begun, owned: undefined };
  return send(withProposer(world, index, next), index, next, voters);
}

function send(world: World, index: number, { round, phase }: Proposer, voters: readonly string[]): World {
  if (!round) return world;
  const request = requestOf(round);
  const sent = voters.map((to) => ({ to, request, proposer: index, round: phase }));
  return { ...world, messages: [...world.messages, ...sent] };
}

/** Without what can no longer change anything: it makes worlds differ that are the same. */
function pruned(world: World, rules: Rules): World {
  const messages = world.messages.filter(({ to, request, proposer, round, answer }) => {
    const sender = world.proposers[proposer];
    const isAwaited = sender?.round !== undefined && sender.phase === round;
    if (answer || isAwaited) return isAwaited;
    const acceptor = world.acceptors[to];
    return acceptor !== undefined && rules.vote(acceptor.state, request).state !== acceptor.state;
  });
  return messages.length === world.messages.length ? world : { ...world, messages };
}

function deliver(world: World, message: Message, rules: Rules): World {
  const acceptor = world.acceptors[message.to];
  if (!acceptor) return world;
  const { granted, state } = rules.vote(acceptor.state, message.request);
  const acceptors = { ...world.acceptors, [message.to]: { ...acceptor, state } };
  const answered = { ...message, answer: { id: acceptor.id, granted, state } };
  return withChosen({ ...world, acceptors, messages: [...world.messages, answered] });
}

function receive(world: World, message: Message, answer: Answer<History>, setup: Setup, rules: Rules): World {
  const proposer = world.proposers[message.proposer];
  const name = setup.proposers[message.proposer]?.name ?? "";
  if (!proposer?.round || proposer.phase !== message.round) return world;
  const round = withAnswer(proposer.round, message.to, answer);
  const highest = Math.max(proposer.highest, answer.state.promised.n);
  const progress = rules.progressOf(round, setup.voters);
  if (progress.kind === "prepared") {
    const value = `${progress.base?.register.value ?? ""} ${name}${proposer.begun}`.trim();
    const accepting = rules.acceptRound(round, progress, value, setup.voters);
    const next: Proposer = { ...proposer, round: accepting, phase: proposer.phase + 1, highest };
    return send(withProposer(world, message.proposer, next), message.proposer, next, setup.voters);
  }
  const decided = progress.kind === "decided" ? { owned: progress.ownership, round: undefined } : { round };
  return withProposer(world, message.proposer, { ...proposer, ...decided, highest });
}

function withProposer(world: World, index: number, proposer: Proposer): World {
  return { ...world, proposers: world.proposers.map((each, other) => (other === index ? proposer : each)) };
}

/** Judged from outside: not by what a proposer believes, but by what the acceptors hold. */
function withChosen(world: World): World {
  const holders = new Map<string, { value: History; voters: number; names: string[] }>();
  for (const [name, { id, state }] of Object.entries(world.acceptors)) {
    const { accepted } = state;
    if (accepted?.register.voters[name]?.id !== id) continue;
    const key = `${accepted.ballot.n}/${accepted.ballot.by}`;
    const voters = Object.keys(accepted.register.voters).length;
    const held = holders.get(key) ?? { value: accepted.register.value, voters, names: [] };
    held.names.push(name);
    holders.set(key, held);
  }
  const chosen = [...holders.values()].filter(({ names, voters }) => names.length > voters / 2);
  const added = chosen.map(({ value }) => value).filter((value) => !world.chosen.includes(value));
  return added.length === 0 ? world : { ...world, chosen: [...world.chosen, ...added].sort() };
}

function conflictIn(chosen: readonly History[]): readonly [History, History] | undefined {
  for (const a of chosen) {
    for (const b of chosen) {
      if (!a.startsWith(b) && !b.startsWith(a)) return [a, b];
    }
  }
  return undefined;
}

/** Worlds share most of their parts, so each part is written out once. */
const texts = new WeakMap<object, string>();
const numbers = new Map<string, string>();

function textOf(part: object, write: () => unknown): string {
  const known = texts.get(part);
  if (known !== undefined) return known;
  const text = JSON.stringify(write());
  const short = numbers.get(text) ?? numbers.size.toString(36);
  numbers.set(text, short);
  texts.set(part, short);
  return short;
}

function keyOf(world: World): string {
  const acceptors = Object.values(world.acceptors).map((acceptor) => textOf(acceptor, () => acceptor));
  const proposers = world.proposers.map((proposer) => textOf(proposer, () => plain(proposer)));
  const messages = world.messages.map((message) => textOf(message, () => message)).sort();
  return [acceptors, proposers, messages, world.losers, world.chosen].join("|");
}

function plain({ round, owned, ...rest }: Proposer): unknown {
  return [rest, round && [round.kind, round.ballot, answersOf(round)], owned && [owned.register, owned.ballot]];
}

function answersOf({ answers }: Round<History>): unknown {
  return [...answers].sort(([a], [b]) => (a < b ? -1 : 1));
}
