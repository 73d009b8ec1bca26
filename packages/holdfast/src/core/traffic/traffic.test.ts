import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { unwrap } from "../../base/index.ts";
import type { Verdict } from "../health/index.ts";
import { parseFleet } from "../spec/index.ts";
import type { Fleet, Site, SiteName, TrafficPolicy } from "../spec/index.ts";
import { buildZone, chooseAnswers } from "./index.ts";

const file = new URL("../../../../../examples/ratings/holdfast.yaml", import.meta.url);
const fleet = unwrap(parseFleet(readFileSync(file, "utf8"), "holdfast.yaml"));

const names = ["a", "b", "c"] as SiteName[];
const site = (name: SiteName, host?: string): Site => ({
  ...fleet.sites[0]!,
  name,
  addresses: { peering: {}, ...(host === undefined ? {} : { ingress: { host, port: 80 } }) },
});
const sites = names.map((name, i) => site(name, `192.0.2.${i + 1}`));
const policies: readonly TrafficPolicy[] = [
  { kind: "priority", order: ["b", "a", "c"] as SiteName[] },
  { kind: "weighted", weights: { a: 1, b: 3, c: 0 } },
  { kind: "multi-value", maxAnswers: 2, sites: names },
  { kind: "performance", sites: names },
  { kind: "geographic", regions: { b: ["FR"], c: ["DE"] }, world: "a" as SiteName },
  { kind: "subnet", subnets: { a: ["10.0.0.0/8"], b: ["0.0.0.0/0"] }, fallback: "c" as SiteName },
  {
    kind: "nested",
    by: "performance",
    children: [
      {
        name: "x",
        minHealthy: 1,
        weight: 1,
        regions: [],
        policy: { kind: "multi-value", maxAnswers: 2, sites: names.slice(0, 2) },
      },
      { name: "y", minHealthy: 1, weight: 1, regions: [], policy: { kind: "priority", order: names.slice(2) } },
    ],
  },
];
const everyVerdict = (["up", "down", "unknown"] as const).flatMap((a) =>
  (["up", "down", "unknown"] as const).flatMap((b) => (["up", "down", "unknown"] as const).map((c) => ({ a, b, c }))),
);

function answers(
  policy: TrafficPolicy,
  verdicts: Record<string, Verdict>,
  whenAllDown: Fleet["traffic"]["whenAllDown"],
) {
  return chooseAnswers({ policy, whenAllDown }, sites, (name) => verdicts[name] ?? "unknown");
}

describe.each(policies)("$kind", (policy) => {
  const eligible = policy.kind === "weighted" ? ["a", "b"] : ["a", "b", "c"];

  it.each(everyVerdict)("answers only the living: %o (R31, R33, R106)", (verdicts) => {
    const up = eligible.filter((name) => verdicts[name as "a"] === "up");
    const unjudged = eligible.filter((name) => verdicts[name as "a"] === "unknown");
    const living = up.length > 0 ? up : unjudged;
    const given = answers(policy, verdicts, "answer-none");
    const named = new Set(given.flatMap((alternative) => alternative.sites));
    if (policy.kind === "priority") {
      expect([...named]).toEqual(policy.order.filter((name) => living.includes(name)).slice(0, 1));
    } else {
      expect([...named].sort()).toEqual(living);
    }
    expect(given.every(({ weight, sites: chosen }) => weight > 0 && chosen.length > 0)).toBe(true);
  });

  it.each(everyVerdict)("prefers sites whose data is in step, and names no dead one for that: %o (R33)", (verdicts) => {
    for (const outOfStep of names) {
      const settings = { policy, whenAllDown: "answer-none" } as const;
      const verdictOn = (name: SiteName) => verdicts[name as "a"];
      const given = chooseAnswers(settings, sites, verdictOn, (name) => name !== outOfStep);
      const others = eligible.filter((name) => name !== outOfStep && verdicts[name as "a"] !== "down");
      const without = chooseAnswers(settings, sites, verdictOn);
      const withoutIt = chooseAnswers(settings, sites, (name) => (name === outOfStep ? "down" : verdictOn(name)));
      expect(given).toEqual(others.length > 0 ? withoutIt : without);
    }
  });

  it("answers everything or nothing when all are down, as the file says", () => {
    const down = { a: "down", b: "down", c: "down" } as const;
    expect(answers(policy, down, "answer-none")).toEqual([]);
    const all = answers(policy, down, "answer-all");
    expect(all).toHaveLength(1);
    expect([...(all[0]?.sites ?? [])].sort()).toEqual(eligible);
  });
});

describe("answers", () => {
  const up = { a: "up", b: "up", c: "up" } as const;

  it("carry the weights of the file", () => {
    expect(answers(policies[1]!, up, "answer-all")).toEqual([
      { weight: 1, sites: ["a"] },
      { weight: 3, sites: ["b"] },
    ]);
  });

  it("start with each site equally often where several are given, and stay below the limit", () => {
    expect(answers(policies[2]!, up, "answer-all").map((each) => each.sites)).toEqual([
      ["a", "b"],
      ["b", "c"],
      ["c", "a"],
    ]);
  });

  describe("of nested policies", () => {
    const pair = { name: "pair", minHealthy: 2, weight: 3, regions: [] };
    const spare = { name: "spare", minHealthy: 1, weight: 1, regions: [] };
    const children = [
      { ...pair, policy: { kind: "weighted", weights: { a: 1, b: 1 } } },
      { ...spare, policy: { kind: "priority", order: [names[2]!] } },
    ] as const;

    it("pass over a child with too few healthy sites, unless none has enough", () => {
      const byPriority: TrafficPolicy = { kind: "nested", by: "priority", children };
      const sitesOf = (verdicts: Record<string, Verdict>) =>
        answers(byPriority, verdicts, "answer-all").flatMap((each) => each.sites);
      expect(sitesOf(up)).toEqual(["a", "b"]);
      expect(sitesOf({ ...up, b: "down" })).toEqual(["c"]);
      expect(sitesOf({ ...up, b: "down", c: "down" })).toEqual(["a"]);
    });

    it("share a child's weight among its answers", () => {
      expect(answers({ kind: "nested", by: "weighted", children }, up, "answer-all")).toEqual([
        { weight: 1.5, sites: ["a"] },
        { weight: 1.5, sites: ["b"] },
        { weight: 1, sites: ["c"] },
      ]);
    });
  });

  it("leave out a site that has no address yet", () => {
    const some = [site("a" as SiteName), site("b" as SiteName, "192.0.2.2")];
    const settings = {
      policy: { kind: "multi-value", maxAnswers: 9, sites: names },
      whenAllDown: "answer-all",
    } as const;
    expect(chooseAnswers(settings, some, () => "up")).toEqual([{ weight: 1, sites: ["b"] }]);
    expect(chooseAnswers(settings, some.slice(0, 1), () => "down")).toEqual([]);
  });
});

describe("the zone", () => {
  it("of the example names its servers with their addresses, and the host", async () => {
    const zone = buildZone(
      fleet,
      chooseAnswers(fleet.traffic, fleet.sites, () => "up"),
    );
    await expect(`${JSON.stringify(zone, null, 2)}\n`).toMatchFileSnapshot("testdata/ratings-zone.json");
  });

  const withHosts = (hosts: Record<string, string>, host = "www.ratings.example") => ({
    ...fleet,
    sites: Object.entries(hosts).map(([name, address]) => site(name as SiteName, address)),
    traffic: { ...fleet.traffic, host },
  });
  const hostOf = (hosts: Record<string, string>, host?: string) => {
    const each = Object.keys(hosts).map((name) => ({ weight: 1, sites: [name as SiteName] }));
    return buildZone(withHosts(hosts, host), each).sets.at(-1);
  };

  it("answers a site that is reached at a name as CNAME", () => {
    expect(hostOf({ a: "LB.cloud.example" })).toMatchObject({
      kind: "CNAME",
      alternatives: [{ records: [{ target: "lb.cloud.example" }] }],
    });
  });

  it("prefers addresses, and has no CNAME at its top (RFC 1034 3.6.2)", () => {
    expect(hostOf({ a: "lb.cloud.example", b: "192.0.2.2" })).toMatchObject({
      kind: "A",
      alternatives: [{ records: [{ address: "192.0.2.2" }] }],
    });
    expect(hostOf({ a: "lb.cloud.example" }, "ratings.example")).toMatchObject({ kind: "A", alternatives: [] });
  });

  it("keeps the host's name when nothing is answered", () => {
    expect(buildZone(fleet, []).sets.at(-1)).toMatchObject({ name: "www.ratings.example", alternatives: [] });
  });

  it("writes the hostmaster's mail address as a name (RFC 1035 8)", () => {
    const zone = buildZone({ ...fleet, traffic: { ...fleet.traffic, hostmaster: "a.b@c.example" } }, []);
    expect(zone.authority.alternatives[0]?.records[0]).toMatchObject({ mailbox: "a\\.b.c.example" });
  });

  it("names a server by its DNS name where the file gives one", () => {
    const named = { ...site("a" as SiteName), addresses: { peering: {}, dns: { host: "dns.a.example", port: 53 } } };
    const zone = buildZone({ traffic: fleet.traffic, sites: [named] }, []);
    expect(zone.sets.map((set) => [set.name, set.kind])).toEqual([
      ["ratings.example", "SOA"],
      ["ratings.example", "NS"],
      ["www.ratings.example", "A"],
    ]);
    expect(zone.authority.alternatives[0]?.records[0]).toMatchObject({ primary: "dns.a.example" });
  });
});
