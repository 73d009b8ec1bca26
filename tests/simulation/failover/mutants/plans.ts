import type { Fleet, PostgresqlStore } from "../../../../packages/holdfast/src/core/spec/index.ts";
import type { Fault, TimedFault } from "../../../../packages/holdfast/src/simulator/index.ts";
import { SeededRandom } from "../../../../packages/holdfast/src/simulator/time/seeded-random.ts";
import { fleet, storeOf, threeSites } from "../fleet.ts";

/** What is done to the world: what a broken rule protects from is rare by chance, so its faults are chosen, and only their times vary. */
export interface Plan {
  readonly name: string;
  readonly fleet: Fleet;
  readonly store: PostgresqlStore;
  readonly faults: (random: SeededRandom) => readonly TimedFault[];
}

export function faultsOf({ faults }: Plan, seed: string): readonly TimedFault[] {
  return [...faults(new SeededRandom(`${seed}/plan`))].sort((a, b) => a.atMs - b.atMs);
}

const at = (atMs: number, fault: Fault): TimedFault => ({ atMs, fault });
const [seattle, portland, boise, tacoma] = ["seattle", "portland", "boise", "tacoma"] as const;
const cut = (a: string, b: string, forMs: number): Fault => ({ kind: "link-cut", a, b, forMs });
const slow = (a: string, b: string, extraMs: number, forMs: number): Fault => ({
  kind: "link-slow",
  a,
  b,
  extraMs,
  forMs,
});
const killed = (site: string, forMs: number): Fault => ({ kind: "site-killed", site, silent: true, forMs });
const paused = (site: string, forMs: number): Fault => ({ kind: "controller-paused", site, forMs });
const isolated = (site: string, forMs: number): Fault => ({ kind: "site-isolated", site, forMs });

const two = { fleet, store: storeOf(fleet) };
const three = { fleet: threeSites, store: storeOf(threeSites) };
/** Rounds that may take long, and a fence margin that is enough while clocks agree, so that no slack hides a lease that ends late. */
const tight = { fleet, store: { ...two.store, lease: { renewMs: 800, ttlMs: 2000, fenceMarginMs: 20 } } };
/** Orders that are still good when they come late. */
const patient = { fleet, store: { ...two.store, lease: { renewMs: 250, ttlMs: 3000, fenceMarginMs: 200 } } };

/** The primary's site hears nothing more, and its controller cannot fence it in time. */
const mutePrimary: Plan = {
  name: "the primary is cut off while its controller hangs",
  ...two,
  faults: (random) => {
    const ms = random.between(3000, 4000);
    return [at(ms, isolated(seattle, 3500)), at(ms + random.between(300, 780), paused(seattle, 2500))];
  },
};

const slowRound: Plan = {
  name: "the last renewal takes long, and the controller hangs after it",
  ...tight,
  faults: (random) => {
    const ms = random.between(3000, 4000);
    const one: Fault = { kind: "link-cut-one-way", a: portland, b: seattle, forMs: 4000 };
    return [
      at(1500, slow(seattle, boise, 235, 6500)),
      at(ms, one),
      at(ms + random.between(100, 900), paused(seattle, 3500)),
    ];
  },
};

/** A standby comes back over a slow link, and the primary is lost about when it joins. */
const lostWhileJoining: Plan = {
  name: "a standby comes back over a slow link, and the primary is lost",
  ...two,
  faults: (random) => [
    at(1500, slow(seattle, portland, random.between(200, 400), 6500)),
    at(2000, { kind: "agent-killed", site: portland, forMs: 1000 }),
    at(random.between(3100, 5000), killed(seattle, 3000)),
  ],
};

const cutWhileJoining: Plan = {
  name: "a standby comes back, the link to it breaks, and the primary is lost",
  ...two,
  faults: (random) => {
    const ms = random.between(3200, 3700);
    return [
      at(2000, { kind: "agent-killed", site: portland, forMs: 1000 }),
      at(ms, { kind: "link-cut-one-way", a: seattle, b: portland, forMs: 4000 }),
      at(ms + random.between(250, 600), killed(seattle, 3000)),
    ];
  },
};

const cutOffInSteps: Plan = {
  name: "the primary is cut off from its standby, and then from the witness",
  ...two,
  faults: (random) => {
    const ms = random.between(3000, 4000);
    return [at(ms, cut(seattle, portland, 4000)), at(ms + random.between(400, 690), cut(seattle, boise, 3000))];
  },
};

const lostAlone: Plan = {
  name: "the primary goes on alone, and is lost when its standby is back",
  ...two,
  faults: (random) => {
    const ms = random.between(1000, 2000);
    return [
      at(3000, { kind: "link-cut", a: seattle, b: portland, forMs: 1000 + ms }),
      at(3900 + ms, killed(seattle, 3000)),
    ];
  },
};

const lostBehindSlowLink: Plan = {
  name: "the primary is lost, and of two standbys the one with the quick link does not report",
  ...three,
  faults: (random) => {
    const [near, far] = random.chance(0.5) ? [portland, tacoma] : [tacoma, portland];
    const ms = random.between(3000, 4000);
    return [
      at(1500, slow(seattle, far, random.between(200, 400), 6500)),
      at(ms, killed(seattle, 4000)),
      at(ms, { kind: "agent-killed", site: near, forMs: 4000 }),
    ];
  },
};

const deafStandby: Plan = {
  name: "a standby that streams hears of no voter for a while, and then the primary's controller hangs",
  ...two,
  faults: (random) => {
    const deafMs = random.between(1200, 2500);
    return [
      at(3000, { kind: "api-server-down", voter: portland, forMs: 4000 }),
      at(3000, cut(portland, boise, deafMs)),
      at(3000 + deafMs + random.between(-50, 250), paused(seattle, 1500)),
    ];
  },
};

const hangingController: Plan = {
  name: "the primary's controller hangs for less than its lease, or more",
  ...two,
  faults: (random) => [at(random.between(3000, 4000), paused(seattle, random.between(400, 2000)))],
};

const switchoverWhenCut: Plan = {
  name: "a switchover is asked for while the target is cut off",
  ...two,
  faults: (random) => [
    at(3000, cut(seattle, portland, 2500)),
    at(random.between(4000, 5400), { kind: "switchover", site: seattle, to: portland }),
  ],
};

const switchoverAndSlowAgent: Plan = {
  name: "a switchover while orders arrive late and out of order",
  ...patient,
  faults: (random) => [
    at(2500, { kind: "agent-slow", site: seattle, extraMs: random.between(300, 800), forMs: 5000 }),
    at(random.between(3000, 4000), { kind: "switchover", site: seattle, to: portland }),
  ],
};

const rejoinAndSlowAgent: Plan = {
  name: "a standby comes and goes while orders arrive late and out of order, and the primary is lost",
  ...patient,
  faults: (random) => {
    const ms = random.between(2800, 4800);
    return [
      at(1500, slow(seattle, portland, random.between(150, 350), 6500)),
      at(1500, { kind: "agent-slow", site: seattle, extraMs: random.between(500, 900), forMs: 6500 }),
      ...[1600, 3000].map((goneMs) =>
        at(goneMs, { kind: "agent-killed", site: portland, forMs: random.between(200, 500) }),
      ),
      at(ms, killed(seattle, 8000 - ms)),
    ];
  },
};

const returnsCutOff: Plan = {
  name: "the primary's site loses power, and is cut off when it returns",
  ...two,
  faults: (random) => {
    const ms = random.between(2500, 3500);
    return [at(ms, killed(seattle, random.between(500, 1500))), at(ms, isolated(seattle, 4000))];
  },
};

const witnessForgets: Plan = {
  name: "the witness loses its object while the standby is cut off, and then the primary is lost",
  ...two,
  faults: (random) => {
    const ms = random.between(4500, 5000);
    return [
      at(3000, cut(seattle, portland, 5000)),
      at(ms, { kind: "register-deleted", voter: boise }),
      at(ms + random.between(1, 60), killed(seattle, 2900)),
    ];
  },
};

const race: Plan = {
  name: "the primary renews again just when another site takes over",
  ...two,
  faults: (random) => [
    at(1500, { kind: "link-slow", a: seattle, b: boise, extraMs: random.between(5, 35), forMs: 6500 }),
    at(1500, { kind: "link-slow", a: seattle, b: portland, extraMs: random.between(5, 35), forMs: 6500 }),
    at(random.between(3000, 4000), paused(seattle, random.between(950, 1250))),
  ],
};

/** Its database fences itself, and is promoted again in the same term, before anybody else takes over. */
const promotedAgain: Plan = {
  name: "the primary's database is fenced and promoted again in its term, and its site is lost",
  ...two,
  faults: (random) => {
    const ms = random.between(3000, 4000);
    const pausedMs = random.between(820, 960);
    const backMs = ms + pausedMs;
    return [
      at(1500, slow(seattle, portland, 100, 6500)),
      at(ms, paused(seattle, pausedMs)),
      at(backMs + random.between(150, 450), killed(seattle, 3000)),
    ];
  },
};

export const plans = {
  race,
  promotedAgain,
  mutePrimary,
  slowRound,
  lostWhileJoining,
  cutWhileJoining,
  cutOffInSteps,
  lostAlone,
  lostBehindSlowLink,
  deafStandby,
  hangingController,
  switchoverWhenCut,
  switchoverAndSlowAgent,
  rejoinAndSlowAgent,
  returnsCutOff,
  witnessForgets,
};
