import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { unwrap } from "../../base/index.ts";
import { parseFleet } from "../spec/index.ts";
import type { Edit, ExampleName } from "../spec/testing/examples.ts";
import { exampleText } from "../spec/testing/examples.ts";
import type { FleetStructure } from "./capability-structures.ts";
import { fleetStructure } from "./capability-structures.ts";
import type { Capability } from "./fault-analysis.ts";
import { holds } from "./structure.ts";

function structureOf(name: ExampleName, edits: readonly Edit[] = []): FleetStructure {
  return fleetStructure(unwrap(parseFleet(exampleText(name, edits), "holdfast.yaml")));
}

/** Does the fleet do it while these are away? */
function works(
  { components, capabilities }: FleetStructure,
  capability: Capability,
  lost: ReadonlySet<string>,
): boolean {
  const known = new Set(components.map(({ id }) => id));
  for (const id of lost) if (!known.has(id)) throw new Error(`no component ${id}`);
  const working = components.map(({ id, count }) => (lost.has(id) ? 0 : count));
  return holds(capabilities[capability], working);
}

/** Any components may be away, mostly few. */
function losses({ components }: FleetStructure): fc.Arbitrary<ReadonlySet<string>> {
  const ids = components.map(({ id }) => id);
  return fc
    .oneof(fc.subarray(ids, { maxLength: 4 }), fc.subarray(ids, { maxLength: 10 }), fc.subarray(ids))
    .map((lost) => new Set(lost));
}

/** The same once more, as a person would reason about this one fleet. */
function ratingsByHand(lost: ReadonlySet<string>) {
  const has = (...ids: string[]) => ids.every((id) => !lost.has(id));
  const sites = ["seattle", "portland"];
  const places = [...sites, "boise"];
  const whole = (place: string) => has(`data-centre/${place}-1`, `${place === "boise" ? "witness" : "site"}/${place}`);
  const runs = (place: string) => whole(place) && has(`workers/${place}`);
  const votes = (place: string) => whole(place) && has(`control-plane/${place}`);
  const serves = (site: string) => runs(site) && has(`ingress/${site}`);
  const server = (site: string) => runs(site) && has(`database/ratings-db/${site}`);
  const reach = (a: string, b: string) =>
    a === b || has(`link/${[a, b].toSorted().join("/")}`, `vpn-gateway/${a}`, `vpn-gateway/${b}`);
  const majority = (site: string) => places.filter((place) => reach(site, place) && votes(place)).length >= 2;
  const named = places.some((place) => runs(place) && has(`dns-server/${place}`));
  const primary = sites.filter((site) => server(site) && majority(site));
  return {
    "serve-writes": named && sites.some((site) => serves(site) && primary.some((other) => reach(site, other))),
    "serve-reads": named && (primary.some(serves) || sites.every((site) => serves(site) && server(site))),
    "fail-over":
      ["portland", "boise"].some((place) => runs(place) && has(`dns-server/${place}`)) &&
      serves("portland") &&
      server("portland") &&
      votes("portland") &&
      votes("boise") &&
      reach("portland", "boise") &&
      reach("portland", "seattle"),
    deploy: has("registry/holdfast.example") && sites.some((site) => runs(site) && votes(site)),
    restore:
      has("registry/holdfast.example") &&
      sites.some(
        (site) =>
          runs(site) &&
          votes(site) &&
          sites.some((kept) => reach(site, kept) && runs(kept) && has(`backup-target/${kept}`)),
      ),
  };
}

/** Two members at each Hub, an arbiter in Azure; three workers, one on each of a Hub's three hosts, of which one is enough. */
function hubsByHand(lost: ReadonlySet<string>) {
  const has = (...ids: string[]) => ids.every((id) => !lost.has(id));
  const hosts = [1, 2, 3];
  const hub = (site: string) => `${site}.azurestack.contoso.com`;
  const whole = (site: string) =>
    site === "azure-central"
      ? has("cloud-region/centralus", "witness/azure-central")
      : has(`data-centre/${site}-hub-1`, `hub/${hub(site)}`);
  const nodes = (site: string, kind: string) =>
    hosts.filter((host) => has(`host/${hub(site)}/${host}`, `${kind}/host-${host}`)).length;
  const runs = (site: string) =>
    whole(site) &&
    (site === "azure-central" ? has("workers/azure-central") : nodes(site, `worker-node/${site}/workers`) >= 1);
  const changes = (site: string) => whole(site) && nodes(site, `control-plane-node/${site}`) >= 2;
  const reach = (a: string, b: string) =>
    a === b || has(`link/${[a, b].toSorted().join("/")}`, `vpn-gateway/${a}`, `vpn-gateway/${b}`);
  const members = [
    ["seattle", "seattle/1"],
    ["seattle", "seattle/2"],
    ["orlando", "orlando/1"],
    ["orlando", "orlando/2"],
    ["azure-central", "azure-central"],
  ] as const;
  const alive = members.filter(([site, name]) => runs(site) && has(`database/ratings-mongodb/${name}`));
  const sites = ["seattle", "orlando"];
  const primary = sites.filter(
    (site) => alive.some(([at]) => at === site) && alive.filter(([at]) => reach(site, at)).length >= 3,
  );
  // Three of the four members with data have to have a write: the smaller of the majority of five votes and four.
  const acknowledging = primary.filter(
    (site) => alive.filter(([at]) => at !== "azure-central" && reach(site, at)).length >= 3,
  );
  const serves = (site: string) => runs(site) && has(`ingress/${site}`);
  const servedBy = (sitesOfPrimary: readonly string[]) =>
    has("traffic-manager/ratings-contoso") &&
    sites.some((site) => serves(site) && sitesOfPrimary.some((other) => reach(site, other)));
  return {
    "serve-writes": servedBy(acknowledging),
    "serve-reads": servedBy(primary),
    // Orlando's two members elect with the arbiter, and acknowledge nothing.
    "fail-over": false,
    byHand: servedBy(primary),
    deploy:
      has(
        "registry/ratingscontoso.azurecr.io",
        "secrets-store/ratings-global-kv",
        "pipeline-service/azure-devops-services",
        "identity-provider/azure-ad",
      ) && sites.some((site) => runs(site) && changes(site) && has(`agent-pool/${site}-hub`)),
  };
}

describe("what each capability needs (R15, R18, R102)", () => {
  it.each(["serve-reads", "serve-writes", "fail-over", "deploy", "restore"] as const)(
    "two sites and a witness on PostgreSQL: %s, as by hand",
    (capability) => {
      const structure = structureOf("ratings");
      fc.assert(
        fc.property(losses(structure), (lost) => {
          expect(works(structure, capability, lost)).toBe(ratingsByHand(lost)[capability]);
        }),
        { numRuns: 1_000 },
      );
    },
  );

  it.each(["serve-reads", "serve-writes", "fail-over", "deploy"] as const)(
    "two Hubs and an arbiter on MongoDB: %s, as by hand",
    (capability) => {
      const structure = structureOf("ratings-azure-stack-hub");
      fc.assert(
        fc.property(losses(structure), (lost) => {
          expect(works(structure, capability, lost)).toBe(hubsByHand(lost)[capability]);
        }),
        { numRuns: 1_000 },
      );
    },
  );

  it("two Hubs and an arbiter on MongoDB: users write again once an operator has acted, wherever a primary is", () => {
    const structure = structureOf("ratings-azure-stack-hub");
    const { components, servesWritesByHand } = structure;
    fc.assert(
      fc.property(losses(structure), (lost) => {
        const working = components.map(({ id, count }) => (lost.has(id) ? 0 : count));
        expect(holds(servesWritesByHand, working)).toBe(hubsByHand(lost).byHand);
      }),
      { numRuns: 1_000 },
    );
  });

  it("a primary that may not be alone needs a standby that it reaches", () => {
    const alone = structureOf("ratings");
    const never = structureOf("ratings", [["whenAlone: continue", "whenAlone: block"]]);
    const cut = new Set(["link/portland/seattle"]);
    expect(works(alone, "serve-writes", cut)).toBe(true);
    expect(works(never, "serve-writes", cut)).toBe(false);
  });

  it("a store without replication stays where it is", () => {
    const structure = structureOf("ratings", [["durability: replicated", "durability: local-only"]]);
    expect(works(structure, "serve-writes", new Set(["site/portland"]))).toBe(true);
    expect(works(structure, "serve-writes", new Set(["site/seattle"]))).toBe(false);
    expect(works(structure, "serve-reads", new Set(["site/seattle"]))).toBe(true);
    expect(works(structure, "fail-over", new Set())).toBe(false);
  });

  it("two clusters on one Hub are lost with it, and with its hosts", () => {
    const structure = structureOf("ratings-azure-stack-hub", [
      ["https://portal.orlando.azurestack.contoso.com", "https://portal.seattle.azurestack.contoso.com"],
      ["dataCentre: orlando-hub-1", "dataCentre: seattle-hub-1"],
    ]);
    const hosts = [1, 2, 3].map((host) => `host/seattle.azurestack.contoso.com/${host}`);
    expect(works(structure, "serve-writes", new Set(["hub/seattle.azurestack.contoso.com"]))).toBe(false);
    expect(works(structure, "serve-writes", new Set(hosts.slice(1)))).toBe(true);
    expect(works(structure, "serve-writes", new Set(hosts))).toBe(false);
  });

  it("an application without a store needs a site and a name only", () => {
    const structure = structureOf("ratings", [
      [
        exampleText("ratings").slice(
          exampleText("ratings").indexOf("stores:"),
          exampleText("ratings").indexOf("traffic:"),
        ),
        "stores: []\n",
      ],
      ["      connectsTo: [ratings-db]\n", ""],
      [
        exampleText("ratings").slice(
          exampleText("ratings").indexOf("backups:"),
          exampleText("ratings").indexOf("# Only the lab"),
        ),
        "",
      ],
    ]);
    expect(works(structure, "serve-writes", new Set(["site/seattle", "witness/boise"]))).toBe(true);
    expect(works(structure, "serve-writes", new Set(["site/seattle", "site/portland"]))).toBe(false);
  });

  it("places of a public cloud share their region", () => {
    const structure = structureOf("ratings", [
      ["dataCentre: portland-1, region: us-west,", "dataCentre: a, hosting: public-cloud, azureRegion: westus2,"],
      ["dataCentre: boise-1, region: us-west,", "dataCentre: b, hosting: public-cloud, azureRegion: westus2,"],
    ]);
    expect(works(structure, "serve-writes", new Set(["cloud-region/westus2"]))).toBe(false);
  });
});
