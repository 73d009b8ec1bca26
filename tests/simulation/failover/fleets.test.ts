import { describe, expect, it } from "vitest";
import { useLightAbortControllers } from "../../../packages/holdfast/src/cli/simulate/light-abort.ts";
import type { Fleet, PostgresqlStore, SiteName } from "../../../packages/holdfast/src/core/spec/index.ts";
import { simulateRuns } from "../../../packages/holdfast/src/simulator/index.ts";
import { drain, fleet, storeOf, threeSites } from "./fleet.ts";
import { findAnyViolation } from "./mutants/find-violation.ts";
import { startMutant } from "./mutants/mutation.ts";
import { plans } from "./mutants/plans.ts";

/** The production program in fleets of other shapes than the example's. Many more runs: `holdfast simulate FILE --runs N`. */

const RUNS = 60;

async function expectClean(of: Fleet, store: PostgresqlStore): Promise<void> {
  const restore = useLightAbortControllers();
  try {
    const startSite = startMutant(of, store);
    const { failed } = await simulateRuns({
      fleet: of,
      store,
      startSite,
      drain,
      seed: "fleets",
      runs: RUNS,
      intensity: 4,
    });
    expect(failed?.transcript).toBeUndefined();
  } finally {
    restore();
  }
}

/** One more site of the fleet, without a database of the store: five voters. */
function withVoter({ sites, ...rest }: Fleet): Fleet {
  const [site] = sites;
  const { addresses } = site!;
  const peering = { ...addresses.peering, dataHost: "10.50.0.12" };
  return {
    ...rest,
    sites: [...sites, { ...site!, name: "olympia" as SiteName, addresses: { ...addresses, peering } }],
  };
}

describe("keeps its promises", () => {
  const two = storeOf(fleet);
  const three = storeOf(threeSites);
  it.each([
    ["with two sites and a witness", fleet, two],
    ["with three sites and an even number of voters", threeSites, three],
    ["with three sites and five voters", withVoter(threeSites), three],
    ["where nothing is acknowledged on one site only", fleet, { ...two, whenAlone: "block" }],
    ["where three sites never go on alone", threeSites, { ...three, whenAlone: "block" }],
    ["where the first site takes over again by itself", fleet, { ...two, failback: "automatic", soakMs: 500 }],
  ] as const)("%s", (_, of, store) => expectClean(of, store));
});

/**
 * Not kept: the set that a fenced server is given when it is promoted again in its term may not be in effect in all of its processes when the
 * promotion ends. For a moment its commits then wait for nobody, while the register calls the standby in sync.
 */
it("a database that is promoted again in its term waits for its standbys from the first commit on", async () => {
  expect(await findAnyViolation(plans.promotedAgain, 60)).toBeUndefined();
});
