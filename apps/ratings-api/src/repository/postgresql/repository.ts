import "./node-runtime.ts";
import { performance } from "node:perf_hooks";
import pg from "pg";
import type { Logger } from "pino";
import type { DatabaseConfiguration } from "../../configuration.ts";
import { firstContent } from "../../first-content.ts";
import type { Item, Tally, ThemedSite } from "../../ratings.ts";
import { DatabaseUnavailable, type RatingsRepository, type WriteOutcome } from "../contract.ts";
import { ReadRoute } from "../read-route.ts";
import { type Client, Connections, NoAnswer } from "./connections.ts";
import { CommitInDoubt, explain, type Failure, unavailable } from "./failures.ts";
import * as queries from "./queries.ts";
import { fillItems, fillSites, isComplete, isFilled, schema, schemaLock } from "./schema.ts";
import { StalledCommits } from "./stalled-commits.ts";

/** Ratings in PostgreSQL. Reads and writes have pools of their own: writes that wait for a standby must not hold up reads. */
export function openPostgresqlRepository(database: DatabaseConfiguration, log: Logger): RatingsRepository {
  const { url, readUrl, writeDeadlineMs, readDeadlineMs, poolSize } = database;
  const lost = (pool: string) => (code: string) => log.info({ pool, code }, "a database connection was lost");
  const open = (
    name: "writes" | "reads" | "reads-fallback",
    connectionString: string,
    more: pg.PoolConfig,
  ): Connections => new Connections({ ...more, name, connectionString, max: poolSize }, lost(name));

  // A writer that waits for a lock past its deadline was given up by us: the server must not keep it.
  const writes = open("writes", url, { lock_timeout: writeDeadlineMs });
  const reads = open("reads", readUrl, { statement_timeout: readDeadlineMs });
  const hasReplica = readUrl !== url;
  const fallback = hasReplica
    ? open("reads-fallback", url, { statement_timeout: readDeadlineMs, idleTimeoutMillis: 10_000 })
    : undefined;
  const route = new ReadRoute();
  const stalledCommits = new StalledCommits(writes);

  /** Asks one database, then the other; a database without a replica gets a second chance on a fresh connection. */
  async function read<Row extends pg.QueryResultRow>(
    query: pg.QueryConfig,
    deadlineMs = readDeadlineMs,
  ): Promise<Row[]> {
    const start = performance.now();
    const replicaFirst = route.replicaFirst(start);
    const other = fallback ?? reads;
    const order = replicaFirst ? [reads, other] : [other, reads];
    let failure: unknown;
    for (const [tried, source] of order.entries()) {
      const left = deadlineMs - (performance.now() - start);
      try {
        const { rows } = await source.use(tried === 0 ? left / 2 : left, (client) => client.query<Row>(query));
        if (hasReplica && source === reads) route.replicaAnswered();
        return rows;
      } catch (error) {
        if (hasReplica && source === reads) route.replicaFailed(performance.now());
        failure ??= error;
      }
    }
    throw unavailable(failure);
  }

  /**
   * Runs one autocommitted statement. A broken connection gets a second attempt: the ids make that harmless, and it turns most "unknown" into
   * "saved". A write that nobody confirmed in time is given up by closing its connection; it is never cancelled.
   */
  async function write<Row extends pg.QueryResultRow>(query: pg.QueryConfig): Promise<Written<Row>> {
    const deadline = performance.now() + writeDeadlineMs;
    let inDoubt: Failure | undefined;
    for (let attempt = 1; ; attempt += 1) {
      const refusal = await stalledCommits.refusal();
      if (refusal !== undefined) return { failure: inDoubt ?? refusal };
      try {
        const rows = await writes.use(deadline - performance.now(), (client) => confirmed<Row>(client, query));
        return { rows };
      } catch (error) {
        if (error instanceof NoAnswer && error.processId !== null) stalledCommits.gaveUp(error.processId);
        const failure = explain(error);
        const constraint = error instanceof pg.DatabaseError ? error.constraint : undefined;
        if (constraint !== undefined) return { constraint, sqlState: failure.code };
        if (failure.fault) throw error;
        // The first attempt may have been stored even if the second certainly was not.
        if (!failure.certain) inDoubt ??= failure;
        const again = attempt === 1 && failure.connectionLost && performance.now() < deadline;
        if (!again) return { failure: inDoubt ?? failure };
      }
    }
  }

  return {
    async prepare() {
      if (await isPrepared()) return;
      try {
        await writes.use(writeDeadlineMs, prepareSchema);
      } catch (error) {
        if (explain(error).fault) throw error;
        throw unavailable(error);
      }
      log.info("the database is set up");
    },

    async items() {
      const rows = await read<ItemRow>(queries.selectItems);
      return rows.map(({ id, uid, name, img }) => (uid === null ? { id, name, img } : { id, uid, name, img }));
    },

    tallies: () => read<Tally>(queries.selectTallies),

    async themedSite(shortCode) {
      const [row] = await read<SiteRow>({ ...queries.selectSite, values: [shortCode] });
      return row === undefined ? null : { id: row.id, name: row.name, shortCode: row.short_code, pages: row.pages };
    },

    async addItem({ id, uid, name, img }) {
      const written = await write<ItemRow>({ ...queries.insertItem, values: [id, uid ?? null, name, img] });
      if (!("rows" in written)) return outcomeOf(written);
      const [stored] = written.rows;
      const same = stored?.name === name && stored.img === img && stored.uid === (uid ?? null);
      return same ? { kind: "saved" } : { kind: "key-reused" };
    },

    async addRatings(ratings) {
      const [first] = ratings;
      if (first === undefined) return { kind: "saved" };
      const values = [
        ratings.map(({ id }) => id),
        ratings.map(({ itemId }) => itemId),
        ratings.map(({ rating }) => rating),
        first.raterIp,
        first.ratedAt,
      ];
      return outcomeOf(await write({ ...queries.insertRatings, values }));
    },

    async checkReads(budgetMs) {
      await read(queries.selectAnything, budgetMs);
    },

    pools: () => [writes, reads, ...(fallback === undefined ? [] : [fallback])].map((pool) => pool.state()),

    async close() {
      await Promise.all([writes.end(), reads.end(), fallback?.end()]);
    },
  };

  /** A replica that has everything got it from a primary that has. */
  async function isPrepared(): Promise<boolean> {
    try {
      const [complete] = await read<{ complete: boolean }>(isComplete);
      if (complete?.complete !== true) return false;
      const [filled] = await read<{ filled: boolean }>(isFilled);
      return filled?.filled === true;
    } catch (error) {
      if (error instanceof DatabaseUnavailable) return false;
      throw error;
    }
  }
}

interface ItemRow {
  readonly id: string;
  readonly uid: number | null;
  readonly name: string;
  readonly img: string;
}

interface SiteRow {
  readonly id: string;
  readonly short_code: string;
  readonly name: string;
  readonly pages: ThemedSite["pages"];
}

type Written<Row> =
  { readonly rows: Row[] } | { readonly constraint: string; readonly sqlState: string } | { readonly failure: Failure };

function outcomeOf(written: Written<unknown>): WriteOutcome {
  if ("rows" in written) return { kind: "saved" };
  if ("failure" in written) {
    const { certain, reason } = written.failure;
    return { kind: certain ? "not-saved" : "unknown", reason };
  }
  if (written.sqlState === "23503") return { kind: "unknown-item" };
  if (written.constraint === queries.keyReusedConstraint) return { kind: "key-reused" };
  throw new Error(`the database refused a row that had been checked: ${written.constraint}`);
}

/** The rows, if the server confirmed the commit without reservation. */
async function confirmed<Row extends pg.QueryResultRow>(client: Client, query: pg.QueryConfig): Promise<Row[]> {
  const warnings: unknown[] = [];
  const notice = (message: { readonly severity: string | undefined }): void => {
    if (message.severity === "WARNING") warnings.push(message);
  };
  client.on("notice", notice);
  try {
    const { rows } = await client.query<Row>(query);
    if (warnings.length > 0) throw new CommitInDoubt("the commit was confirmed with a warning");
    return rows;
  } finally {
    client.off("notice", notice);
  }
}

async function prepareSchema(client: Client): Promise<void> {
  await client.query("BEGIN");
  try {
    await client.query("SELECT pg_advisory_xact_lock($1)", [schemaLock]);
    await client.query(schema);
    await client.query(fillItems, [JSON.stringify(firstContent.items satisfies readonly Item[])]);
    await client.query(fillSites, [JSON.stringify(firstContent.sites)]);
    await confirmed(client, { text: "COMMIT" });
  } catch (error) {
    // Harmless if the connection is gone; else it would go back to the pool inside a failed transaction.
    await client.query("ROLLBACK").catch(() => undefined);
    throw error;
  }
}
