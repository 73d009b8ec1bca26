import { beforeEach, describe, expect, it } from "vitest";
import { parseStoreRequest, REQUEST_LABEL, requestConfigMap } from "../../packages/holdfast/src/api-contract/index.ts";
import type { StoreAnswer, StoreRequest } from "../../packages/holdfast/src/api-contract/index.ts";
import { applyTransition, failoverSettings } from "../../packages/holdfast/src/core/failover/index.ts";
import type { Lease, RequestSight, Transition } from "../../packages/holdfast/src/core/failover/index.ts";
import { portland, seattle, serving } from "../../packages/holdfast/src/core/failover/testing/samples.ts";
import type { PostgresqlStore } from "../../packages/holdfast/src/core/spec/index.ts";
import { SimulatedCluster, VirtualClock } from "../../packages/holdfast/src/simulator/index.ts";
import { Trouble } from "../../packages/holdfast/src/controller/trouble.ts";
import { RequestKeeper } from "../../packages/holdfast/src/controller/store/request-keeper.ts";

const store = {
  name: "ratings-db",
  sites: [seattle, portland],
  durability: "replicated",
  whenAlone: "continue",
  failback: "approved",
  soakMs: 60_000,
  lease: { renewMs: 250, ttlMs: 1000, fenceMarginMs: 200 },
} as unknown as PostgresqlStore;
const request: Omit<StoreRequest, "id" | "at"> = { kind: "switchover", to: portland, reason: "maintenance" };

/** A site with a register that changes when it is told to, and answers only while a majority does. */
class Site {
  readonly clock = new VirtualClock();
  readonly cluster: SimulatedCluster;
  readonly log: string[] = [];
  readonly tried: Transition[] = [];
  lease: Lease | undefined = serving();
  stillMs = 10;
  hasMajority = true;
  /** Just before the next change. */
  meanwhile: () => void = () => undefined;
  #requests = this.#keeper();
  #stop = new AbortController();

  constructor() {
    let seed = 1;
    const random = () => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647;
    this.cluster = new SimulatedCluster({ now: () => this.clock.wallTime().getTime(), random });
    this.restart();
  }

  restart(): void {
    this.#stop.abort();
    this.#stop = new AbortController();
    this.#requests = this.#keeper();
  }

  #keeper(): RequestKeeper {
    const database = { role: "standby", term: 5, revision: 7, position: "0/7" } as RequestSight["database"];
    const sight = (): RequestSight => {
      return { lease: this.lease, stillMs: this.stillMs, database, trouble: this.hasMajority ? "" : "no majority" };
    };
    const keeper = {
      get sight() {
        return sight();
      },
      change: (transition: Transition) => {
        this.tried.push(transition);
        this.meanwhile();
        if (!this.hasMajority || !this.lease) return Promise.resolve(undefined);
        this.lease = applyTransition(this.lease, transition, failoverSettings(store, portland)) ?? this.lease;
        return Promise.resolve(this.lease);
      },
    };
    const log = { info: (line: string) => this.log.push(line), warn: (line: string) => this.log.push(`! ${line}`) };
    return new RequestKeeper({}, store, portland, keeper, { clock: this.clock, cluster: this.cluster, log });
  }

  async ask(id: string, change: Partial<StoreRequest> = {}): Promise<void> {
    const asked = { ...request, id, at: this.clock.wallTime().toISOString(), ...change };
    const metadata = { ...requestConfigMap(store.name), labels: { [REQUEST_LABEL]: store.name } };
    const data = { "request.json": JSON.stringify(asked) };
    await this.cluster.apply({ apiVersion: "v1", kind: "ConfigMap", metadata, data });
  }

  /** Turns of the loop, as often as it wants them. */
  async run(turns = 5): Promise<void> {
    const { signal } = this.#stop;
    void this.#requests.follow(
      () => undefined,
      signal,
      new Trouble("following", { info: () => undefined, warn: () => undefined }),
    );
    for (let turn = 0; turn < turns; turn++) {
      await this.clock.advance(0);
      const restMs = await this.#requests.turn(signal);
      if (restMs <= 1000) await this.clock.advance(restMs);
    }
  }

  async answer(): Promise<StoreAnswer | undefined> {
    const object = await this.cluster.get({ apiVersion: "v1", kind: "ConfigMap", ...requestConfigMap(store.name) });
    const parsed = parseStoreRequest(object?.["data"] as Record<string, string>);
    return parsed.ok ? parsed.value.answer : undefined;
  }

  async said(): Promise<string> {
    const answer = await this.answer();
    return answer ? `${answer.state}: ${answer.message}` : "nothing";
  }

  /** The primary steps down, and portland takes over. */
  switchOver(): void {
    const policy = failoverSettings(store, portland);
    const { term } = this.lease!;
    this.lease = applyTransition(this.lease!, { kind: "step-down", by: seattle, term, position: "0/9" }, policy);
    const report = { by: portland, term: term + 1, position: "0/9", conclude: false, at: "later" } as const;
    this.lease = applyTransition(this.lease!, { kind: "report", ...report }, policy);
  }
}

let site: Site;
beforeEach(async () => {
  site = new Site();
  await site.cluster.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name: "holdfast-system" } });
});

describe("a request", () => {
  it("is accepted, put to the register once, and done when the register says so", async () => {
    await site.ask("r1");
    await site.run();
    expect(await site.said()).toBe("accepted: seattle stops, and portland takes over when it has everything");
    expect(site.lease?.switchover).toEqual({ to: portland, request: "r1", reason: "maintenance" });
    site.switchOver();
    await site.run();
    expect(await site.said()).toBe("done: portland is primary in term 6: without loss");
    await site.run();
    expect(site.tried).toHaveLength(1);
    expect(site.log).toEqual([
      "a request for a switchover is accepted: seattle stops, and portland takes over when it has everything",
      "a request for a switchover is done: portland is primary in term 6: without loss",
    ]);
  });

  it("is refused with the reason, and the next one is another", async () => {
    await site.ask("r1", { to: "tacoma" });
    await site.run();
    expect(await site.said()).toBe("refused: tacoma is not a site of this store: its sites are seattle, portland");
    await site.ask("r2");
    expect(await site.said()).toBe("nothing");
    await site.run();
    expect(await site.answer()).toMatchObject({ id: "r2", state: "accepted" });
  });

  it("names its loss also in the last answer", async () => {
    site.lease = serving({ syncStandbys: [], behindSince: { [portland]: "2025-12-31T23:59:00.000Z" } });
    site.stillMs = 5000;
    await site.ask("f1", { kind: "failover", acceptDataLoss: true, beyondRpo: true });
    await site.run();
    const { loss } = (await site.answer())!;
    expect(loss).toEqual({ since: "2025-12-31T23:59:00.000Z", until: "2025-12-31T23:59:55.800Z" });
    site.lease = applyTransition(
      site.lease,
      { kind: "report", by: portland, term: 6, position: "0/7", conclude: false, at: "later" },
      failoverSettings(store, portland),
    );
    await site.run();
    expect(await site.answer()).toMatchObject({ state: "done", loss });
    expect(site.log.every((line) => line.startsWith("! a request for a failover is"))).toBe(true);
  });

  it("fails when it came to nothing, with what happened instead", async () => {
    await site.ask("r1");
    await site.run();
    site.lease = serving({ revision: 9 });
    await site.run();
    expect(await site.said()).toContain("failed: it did not come about in time, and seattle is primary");
    expect(site.tried).toHaveLength(1);
  });

  it("is considered again when the lease moved before it was put to the register", async () => {
    site.meanwhile = () => (site.lease = serving({ revision: 9, syncStandbys: [] }));
    await site.ask("r1");
    await site.run();
    expect(await site.said()).toContain("refused: portland is not in sync");
  });

  it("fails when no majority answers, and may be told so too early", async () => {
    site.hasMajority = false;
    await site.ask("r1");
    await site.run(50);
    expect(await site.said()).toContain("accepted");
    await site.run(60);
    expect(await site.said()).toContain("failed: the register could not be changed (no majority)");
  });
});

describe("a controller that was killed", () => {
  it("before it wrote anything begins anew", async () => {
    await site.ask("r1");
    site.restart();
    await site.run();
    expect(site.tried).toHaveLength(1);
  });

  it("between its answer and the register never does it later", async () => {
    site.hasMajority = false;
    await site.ask("r1");
    await site.run();
    site.restart();
    site.hasMajority = true;
    const before = site.tried.length;
    await site.run();
    expect(await site.said()).toContain("failed: the controller ended before it saw what came of it");
    expect(site.tried).toHaveLength(before);
  });

  it("after the register took it goes on to follow it", async () => {
    await site.ask("r1");
    await site.run();
    site.restart();
    await site.run();
    expect(await site.said()).toContain("accepted");
    site.switchOver();
    await site.run();
    expect(await site.said()).toBe("done: portland is primary in term 6: without loss");
  });
});

it("does nothing that was replaced by another request while it was being answered", async () => {
  await site.ask("r1");
  const replace = site.cluster.replace.bind(site.cluster);
  site.cluster.replace = async (manifest, signal) => {
    site.cluster.replace = replace;
    await site.ask("r2", { to: "tacoma" });
    return replace(manifest, signal);
  };
  await site.run();
  expect(site.tried).toEqual([]);
  expect(await site.answer()).toMatchObject({ id: "r2", state: "refused" });
});

it("overlooks what is no request", async () => {
  const metadata = { ...requestConfigMap(store.name), labels: { [REQUEST_LABEL]: store.name } };
  await site.cluster.apply({ apiVersion: "v1", kind: "ConfigMap", metadata, data: { "request.json": "{" } });
  await site.run();
  expect(site.log).toEqual([]);
});
