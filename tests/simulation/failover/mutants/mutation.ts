import { startKeeper } from "../../../../packages/holdfast/src/cli/simulate/keeper-program.ts";
import { failoverRules } from "../../../../packages/holdfast/src/core/failover/index.ts";
import type { considerRequest, FailoverRules } from "../../../../packages/holdfast/src/core/failover/index.ts";
import type { Fleet, PostgresqlStore, SiteName } from "../../../../packages/holdfast/src/core/spec/index.ts";
import type { Cluster, DatabaseControl, DesiredDatabase } from "../../../../packages/holdfast/src/ports/index.ts";
import type { AgentRules, SitePorts, StartSite } from "../../../../packages/holdfast/src/simulator/index.ts";

/** What is wrong with a program: the production keeper with other decisions, or with something false between it and its world. */
export interface Mutation {
  /** For each start of a controller anew, for what it remembers is lost with it. */
  readonly rules?: () => Partial<FailoverRules>;
  readonly database?: (database: DatabaseControl, ports: SitePorts, store: PostgresqlStore) => DatabaseControl;
  readonly cluster?: (cluster: Cluster, voter: SiteName, self: SiteName, ports: SitePorts) => Cluster;
  readonly consider?: typeof considerRequest;
  readonly agent?: Partial<AgentRules>;
}

/** A rule of the protocol, broken. */
export interface Mutant {
  readonly rule: string;
  readonly name: string;
  readonly mutation: Mutation;
}

export function startMutant(fleet: Fleet, store: PostgresqlStore, mutation: Mutation = {}): StartSite {
  return (site, ports) => {
    const { rules, consider, database, cluster: wrap } = mutation;
    const { peers } = ports;
    const wrapped: SitePorts = {
      ...ports,
      ...(database && { database: database(ports.database, ports, store) }),
      ...(wrap && {
        peers: {
          connect: async (voter, signal) => wrap(await peers.connect(voter, signal), voter, site, ports),
        },
      }),
    };
    const options = { rules: { ...failoverRules, ...rules?.() }, ...(consider && { consider }) };
    return startKeeper(fleet, store, site, wrapped, options);
  };
}

/** Every order is another by the time it comes to the database. */
export function orders(change: (order: DesiredDatabase) => DesiredDatabase): Mutation {
  return {
    database: (database) => ({
      state: (signal) => database.state(signal),
      desire: (order, signal) => database.desire(change(order), signal),
    }),
  };
}

/** A cluster of which some answers are false. */
export function instead(cluster: Cluster, changes: Partial<Cluster>): Cluster {
  return {
    get: (reference, signal) => cluster.get(reference, signal),
    list: (query, signal) => cluster.list(query, signal),
    create: (manifest, signal) => cluster.create(manifest, signal),
    replace: (manifest, signal) => cluster.replace(manifest, signal),
    delete: (reference, signal) => cluster.delete(reference, signal),
    apply: (manifest, signal) => cluster.apply(manifest, signal),
    follow: (query, onChange, signal, onTrouble) => cluster.follow(query, onChange, signal, onTrouble),
    ...changes,
  };
}

export function without<T extends object, Key extends keyof T>(object: T, key: Key): Omit<T, Key> {
  return Object.fromEntries(Object.entries(object).filter(([name]) => name !== key)) as Omit<T, Key>;
}
