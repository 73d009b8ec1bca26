import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { LeasePolicy } from "./index.ts";
import { happenings, soundRules, StoreModel } from "./testing/store-model.ts";
import type { Happening, Rules } from "./testing/store-model.ts";
import { portland, seattle, tacoma } from "./testing/samples.ts";

const policies: readonly LeasePolicy[] = [
  { sites: [seattle, portland], neverAlone: false },
  { sites: [seattle, portland, tacoma], neverAlone: false },
  { sites: [seattle, portland, tacoma], neverAlone: true },
];
const happening: fc.Arbitrary<Happening> = fc.record({
  kind: fc.constantFrom(...happenings),
  a: fc.nat(11),
  b: fc.nat(11),
});
const courses = fc.array(happening, { minLength: 200, maxLength: 400, size: "max" });

/** What is broken first when everything happens in this order, and how it came to that. */
function follow(course: readonly Happening[], policy: LeasePolicy, rules: Rules): string {
  const model = new StoreModel(policy, rules);
  for (const each of course) {
    const broken = model.happen(each);
    if (broken !== undefined) return [...model.transcript, broken].join("\n");
  }
  return "";
}

/** A fixed seed, so that whoever sees it fail sees the same as everybody else; the nightly simulation takes others. */
const parameters = { seed: 7, endOnFailure: true };

function neverBroken(policy: LeasePolicy, rules = soundRules) {
  return fc.property(courses, (course) => {
    expect(follow(course, policy, rules)).toBe("");
  });
}

describe("whatever happens in whatever order", () => {
  it.each(policies)("no acknowledged commit is missing where a site may take over (R18, R82): %j", (policy) => {
    fc.assert(neverBroken(policy), { ...parameters, numRuns: 1500 });
  });

  it("the courses come far: through elections, with commits that were acknowledged", () => {
    const reached = fc.sample(courses, { numRuns: 200, seed: 7 }).map((course) => {
      const model = new StoreModel(policies[1]!);
      for (const each of course) model.happen(each);
      return { term: model.lease.term, acknowledged: model.acknowledged };
    });
    expect(reached.filter(({ term, acknowledged }) => term > 3 && acknowledged > 3).length).toBeGreaterThan(20);
  });
});

describe("it is found out when", () => {
  const breaking: Readonly<Record<string, Partial<Rules>>> = {
    "a standby is admitted before it has what was written before": { reaches: () => true },
    "a standby that was dropped and joined again is admitted for the time before": {
      apply: (lease, transition, policy) => {
        const since = transition.kind === "admit" ? lease.joining[transition.standby] : undefined;
        return soundRules.apply(lease, since === undefined ? transition : ({ ...transition, since } as never), policy);
      },
    },
    "the database stops waiting for a standby before the register drops it": {
      apply: (lease, transition, policy) => {
        const next = soundRules.apply(lease, transition, policy);
        return next && transition.kind === "drop"
          ? { ...next, syncStandbys: lease.syncStandbys, aloneSince: "soon" }
          : next;
      },
      order: (lease, self, holds) => {
        const order = soundRules.order(lease, self, holds);
        return lease.aloneSince === "soon" ? { ...order, syncStandbys: [] } : order;
      },
    },
    "any site may take over": {
      apply: (lease, transition, policy) =>
        transition.kind === "elect" && lease.phase === "serving"
          ? soundRules.apply(
              { ...lease, syncStandbys: policy.sites.filter((site) => site !== lease.primary) },
              transition,
              policy,
            )
          : soundRules.apply(lease, transition, policy),
    },
    "a database obeys an older revision": { refuses: ({ term }, memory) => term < memory.term },
    "a database obeys an older term": { refuses: () => false },
    "a candidate reports before it has stopped receiving": { mayReport: () => true },
  };
  it.each(Object.keys(breaking))("%s", (name) => {
    const rules = { ...soundRules, ...breaking[name] };
    expect(fc.check(neverBroken(policies[1]!, rules), { ...parameters, numRuns: 4000 }).failed).toBe(true);
  });
});
