import { beforeEach, describe, expect, it } from "vitest";
import type { StoreStatus } from "../../api-contract/index.ts";
import { capture, runCaptured } from "../testing/run-captured.ts";
import { now, SimulatedPlaces } from "../testing/simulated-places.ts";
import { readStatus } from "./index.ts";

const leads: Partial<StoreStatus> = {
  primary: "seattle",
  term: 5,
  phase: "serving",
  role: "primary",
  durability: "replicated",
  leaseMs: 742,
  syncStandbys: ["portland"],
  lag: { portland: 2048 },
  since: "2026-01-01T00:00:00.000Z",
  change: { kind: "begun", reason: "the first site of the fleet file", at: "2026-01-01T00:00:00.000Z" },
};
const follows: Partial<StoreStatus> = {
  primary: "seattle",
  term: 5,
  phase: "serving",
  syncStandbys: ["portland"],
  streaming: true,
  position: "0/9",
};
const reason = "seattle has not renewed its lease for 1000 ms";
const alone = "no standby is in sync: commits are on this site only";

let places: SimulatedPlaces;
beforeEach(async () => {
  places = new SimulatedPlaces();
  await places.prepare();
});

async function shown(format: "text" | "json" = "text"): Promise<string> {
  const { out } = await capture(async (terminal) => {
    terminal.out(await readStatus(places, format, terminal, () => now));
  });
  return out;
}

describe("holdfast status", () => {
  it("shows a healthy fleet as in testdata", async () => {
    await places.says("seattle", leads);
    await places.says("portland", follows);
    await places.says("boise");
    await expect(await shown()).toMatchFileSnapshot("testdata/healthy.txt");
    await expect(await shown("json")).toMatchFileSnapshot("testdata/healthy.json");
  });

  it("shows a failover, a site that does not answer and one that is behind as in testdata", async () => {
    const change = { kind: "failover", from: "seattle", reason, at: "2026-01-01T00:04:57.000Z" } as const;
    const verdicts = { seattle: { state: "down", reason: "", since: "" } } as const;
    const answers = { "www.ratings.example": [] };
    await places.says("seattle", { ...leads, role: "fenced", reason: "the register cannot be read: no majority" });
    const moved = { primary: "portland", term: 6, change, syncStandbys: [], lag: {}, reason: alone } as const;
    const since = { durability: "local-only", aloneSince: "2026-01-01T00:04:57.000Z" } as const;
    await places.says("portland", { ...leads, ...moved, ...since }, { verdicts, answers });
    await places.says("boise");
    places.cluster("boise").reachable = false;
    await expect(await shown()).toMatchFileSnapshot("testdata/after-a-failover.txt");
  });

  it("shows an election and a lost primary's site as in testdata", async () => {
    await places.says("portland", { ...follows, role: "fenced", term: 6, phase: "electing", streaming: false });
    places.cluster("seattle").reachable = false;
    await expect(await shown()).toMatchFileSnapshot("testdata/electing.txt");
  });

  it("ends with a problem when no site answers, and says why for each", async () => {
    places.cluster("portland").reachable = false;
    await expect(shown()).rejects.toThrow(
      "sites-unreachable: nobody could be asked (seattle: its controller has not written a status yet; portland: the simulated cluster cannot be reached; boise: its controller has not written a status yet)",
    );
  });

  it("is found by the command line, and says how the clusters could be", async () => {
    const example = new URL("../../../../../examples/ratings/holdfast.yaml", import.meta.url).pathname;
    const before = { ...process.env };
    try {
      process.env["KUBECONFIG"] = "/nowhere/config";
      process.env["HOLDFAST_LAB_DIR"] = "/nowhere/lab";
      const unknown = await runCaptured(["status", example]);
      expect([unknown.exitCode, unknown.err]).toEqual([
        2,
        expect.stringContaining("error[clusters-unknown]: no lab runs ratings, and no context"),
      ]);
      const misspelt = await runCaptured(["status", example, "--context", "tacoma=east"]);
      expect(misspelt.err).toContain('error[site-unknown]: the fleet has no site "tacoma"');
      expect((await runCaptured(["status", example, "--context", "tacoma"])).err).toContain("it is SITE=NAME");
    } finally {
      process.env = before;
    }
  });
});
