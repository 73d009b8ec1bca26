import type { SiteName } from "../../../packages/holdfast/src/core/spec/index.ts";
import type { Manifest } from "../../../packages/holdfast/src/ports/index.ts";
import type { SitePorts, SiteProgram, StartSite } from "../../../packages/holdfast/src/simulator/index.ts";
import { hostOf, lease, sites, voters } from "./fleet.ts";

/** Programs that are wrong on purpose, or do nothing clever: what the simulator must find, and must not find, is known. */

const others = (self: SiteName): readonly SiteName[] => sites.filter((site) => site !== self);

/** One turn of each loop never lasts longer than the agent's patience, and no trouble ends it. */
function every(ms: number, { clock }: SitePorts, turn: (signal: AbortSignal) => Promise<void>): SiteProgram {
  return {
    run: async (signal) => {
      while (!signal.aborted) {
        await turn(signal).catch(() => undefined);
        await clock.sleep(ms, signal);
      }
    },
  };
}

/** The first site is primary for ever, and its commits wait for all standbys. It loses nothing and never fails over. */
export const staticProgram: StartSite = (self, ports) =>
  every(200, ports, async (signal) => {
    const [primary] = sites;
    const order = { term: 1, standbys: others(self) };
    if (self === primary)
      await ports.database.desire({ ...order, role: "primary", syncStandbys: others(self) }, signal);
    else await ports.database.desire(standbyOf(primary!, 1), signal);
  });

/**
 * Who does not hear from the primary's cluster for a while makes itself primary: a time-out without a majority, and commits that wait
 * for nobody. What breaks first depends on the fault.
 */
export const naiveProgram: StartSite = (self, ports) => {
  let term = 1;
  let primary = sites[0]!;
  let heard = ports.clock.now();
  return every(100, ports, async (signal) => {
    const impatient = new AbortController();
    void ports.clock.sleep(300).then(() => impatient.abort(new Error("no answer")));
    await ports.peers
      .connect(primary, signal)
      .then((cluster) => cluster.list({ apiVersion: "v1", kind: "ConfigMap" }, impatient.signal))
      .then(() => (heard = ports.clock.now()))
      .catch(() => undefined);
    if (primary !== self && ports.clock.now() - heard > 1000) {
      term += 1;
      primary = self;
    }
    const asPrimary = { role: "primary", term, syncStandbys: [], standbys: others(self) } as const;
    await ports.database.desire(primary === self ? asPrimary : standbyOf(primary, term), signal);
  });
};

/** What a keeper costs without thinking: each renewal is a write to every voter and an order; standbys follow a voter. */
export const loadProgram: StartSite = (self, ports) => {
  const reference = { apiVersion: "v1", kind: "ConfigMap", namespace: "holdfast-system", name: "register" };
  const manifest = (count: number): Manifest => ({
    ...reference,
    metadata: { name: "register", namespace: "holdfast-system", labels: { "holdfast.dev/register": "db" } },
    data: { state: JSON.stringify({ count, padding: "x".repeat(400) }) },
  });
  const known = new Map<SiteName, Manifest>();
  let count = 0;
  const write = async (voter: SiteName, signal: AbortSignal): Promise<void> => {
    const cluster = await ports.peers.connect(voter, signal);
    const before = known.get(voter) ?? (await cluster.get(reference, signal));
    try {
      const next = manifest(count);
      const { resourceVersion } = before?.metadata ?? {};
      const metadata = { ...next.metadata, ...(resourceVersion !== undefined && { resourceVersion }) };
      known.set(
        voter,
        before ? await cluster.replace({ ...next, metadata }, signal) : await cluster.create(next, signal),
      );
    } catch {
      known.delete(voter);
    }
  };
  if (self !== sites[0]) {
    const standby = staticProgram(self, ports);
    return {
      run: async (signal) => {
        const own = await ports.peers.connect(self, signal);
        const query = { apiVersion: "v1", kind: "ConfigMap", labelSelector: "holdfast.dev/register" };
        await Promise.all([own.follow(query, () => JSON.stringify(count), signal), standby.run(signal)]);
      },
    };
  }
  return every(lease.renewMs, ports, async (signal) => {
    count += 1;
    const bound = new AbortController();
    const asked = ports.clock.sleep(lease.ttlMs, bound.signal).then(() => bound.abort(new Error("too late")));
    await Promise.all(voters.map((voter) => write(voter, bound.signal)));
    bound.abort();
    await asked;
    const order = { role: "primary", term: 1, syncStandbys: others(self), standbys: others(self) } as const;
    await ports.database.desire(order, signal);
  });
};

function standbyOf(primary: SiteName, term: number) {
  return {
    role: "standby",
    term,
    upstream: { host: hostOf(primary), port: 15432 },
    syncStandbys: [],
    standbys: [],
  } as const;
}
