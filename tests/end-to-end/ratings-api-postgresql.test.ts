import pg from "pg";
import { pino } from "pino";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { DatabaseConfiguration } from "../../apps/ratings-api/src/configuration.ts";
import { firstContent } from "../../apps/ratings-api/src/first-content.ts";
import { randomId } from "../../apps/ratings-api/src/ids.ts";
import { startPostgresqlServer, type PostgresqlServer } from "../../apps/ratings-api/src/testing/postgresql-server.ts";
import { ratingsRepositoryConformance } from "../../apps/ratings-api/src/repository/conformance.ts";
import type { RatingsRepository } from "../../apps/ratings-api/src/repository/contract.ts";
import { openPostgresqlRepository } from "../../apps/ratings-api/src/repository/postgresql/repository.ts";

let server: PostgresqlServer;
let databases = 0;

beforeAll(async () => {
  server = await startPostgresqlServer();
}, 30_000);
afterAll(() => server.remove(), 30_000);

async function sql(text: string, database = "postgres"): Promise<pg.QueryResult> {
  const client = new pg.Client(server.url(database));
  await client.connect();
  try {
    return await client.query(text);
  } finally {
    await client.end();
  }
}

/** Commits wait for a standby that never comes, from the moment this resolves. */
async function requireMissingStandby(): Promise<void> {
  await sql("ALTER SYSTEM SET synchronous_standby_names = 'nobody'");
  await sql("SELECT pg_reload_conf()");
  // The setting is in effect when the checkpointer says so to all, some time after the reload: when a commit waits.
  while (!(await commitWaits()));
}

async function commitWaits(): Promise<boolean> {
  const client = new pg.Client(server.url("postgres"));
  client.on("error", () => undefined);
  await client.connect();
  const { rows } = await client.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
  const pid = rows[0]?.pid ?? 0;
  const outcome = { committed: false };
  const commit = client.query("SELECT pg_logical_emit_message(true, 'test', '')").then(
    () => (outcome.committed = true),
    () => undefined,
  );
  for (;;) {
    const waiting = await sql(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = ${pid} AND wait_event = 'SyncRep'`,
    );
    if (outcome.committed || waiting.rowCount === 1) break;
  }
  await commit;
  await client.end();
  return !outcome.committed;
}

async function goOnAlone(): Promise<void> {
  await sql("ALTER SYSTEM RESET synchronous_standby_names");
  await sql("SELECT pg_reload_conf()");
}

async function newDatabase(): Promise<string> {
  const name = `ratings_${(databases += 1)}`;
  await sql(`CREATE DATABASE ${name}`);
  return name;
}

function open(database: string, more: Partial<DatabaseConfiguration> = {}): RatingsRepository {
  const url = server.url(database);
  const configuration = {
    engine: "postgresql",
    url,
    readUrl: url,
    writeDeadlineMs: 1500,
    readDeadlineMs: 1000,
    poolSize: 5,
  } as const;
  return openPostgresqlRepository({ ...configuration, ...more }, pino({ level: "silent" }));
}

async function prepare(repository: RatingsRepository): Promise<void> {
  await repository.prepare();
  await repository.close();
}

const rating = () => ({
  id: randomId(),
  itemId: firstContent.items[0]!.id,
  rating: 3,
  raterIp: null,
  ratedAt: new Date(),
});

describe("PostgreSQL", () => {
  ratingsRepositoryConformance(async () => {
    const database = await newDatabase();
    return [open(database), open(database)];
  });

  it("rests on a real unique key", async () => {
    const database = await newDatabase();
    const repository = open(database);
    await repository.prepare();
    const one = rating();
    await repository.addRatings([one]);
    await expect(
      sql(
        `INSERT INTO ratings (id, item_id, rating, rated_at) VALUES ('${one.id}', '${one.itemId}', 1, now())`,
        database,
      ),
    ).rejects.toMatchObject({ code: "23505" });
    await repository.close();
  });
});

/** Far above the deadlines of these tests, far below "for ever". */
const SOON_MS = 4000;

describe("PostgreSQL in trouble", () => {
  // A failed test must not leave the others waiting for a standby.
  afterEach(goOnAlone);

  it("says at once that nothing was saved when nobody listens", async () => {
    const nobody = "postgresql://ratings:hunter2@127.0.0.1:1/ratings";
    const repository = open("postgres", { url: nobody, readUrl: nobody });
    const start = performance.now();
    expect(await repository.addRatings([rating()])).toMatchObject({ kind: "not-saved" });
    const failure: unknown = await repository.items().catch((error: unknown) => error);
    expect(failure).toMatchObject({ name: "DatabaseUnavailable", code: "ECONNREFUSED" });
    expect(String(failure)).not.toContain("hunter2");
    expect(performance.now() - start).toBeLessThan(SOON_MS);
    await repository.close();
  });

  it("says that nothing was saved when the server is read-only, and saves on the same instance when it no longer is", async () => {
    const database = await newDatabase();
    const repository = open(database);
    await repository.prepare();
    await sql(`ALTER DATABASE ${database} SET default_transaction_read_only = on`);
    const again = open(database);
    expect(await again.addRatings([rating()])).toEqual({
      kind: "not-saved",
      reason: expect.stringContaining("read-only"),
    });
    await sql(`ALTER DATABASE ${database} SET default_transaction_read_only = off`);
    expect(await again.addRatings([rating()])).toEqual({ kind: "saved" });
    await Promise.all([repository.close(), again.close()]);
  });

  it("serves reads from the other database while the replica is away, refused or not set up yet", async () => {
    const database = await newDatabase();
    await prepare(open(database));
    const empty = await newDatabase();
    for (const readUrl of ["postgresql://127.0.0.1:1/ratings", server.url("no_such_database"), server.url(empty)]) {
      const repository = open(database, { readUrl });
      await repository.prepare();
      expect(await repository.items()).toHaveLength(firstContent.items.length);
      await expect(repository.checkReads(300)).resolves.toBeUndefined();
      await repository.close();
    }
  });

  it("serves reads from the replica while the primary is away, and needs no primary to find it set up", async () => {
    const database = await newDatabase();
    await prepare(open(database));
    const repository = open(database, { url: "postgresql://127.0.0.1:1/ratings", readUrl: server.url(database) });
    await repository.prepare();
    expect(await repository.items()).toHaveLength(firstContent.items.length);
    expect(await repository.addRatings([rating()])).toMatchObject({ kind: "not-saved" });
    await repository.close();
  });

  it("tells a missing schema from an outage", async () => {
    const repository = open(await newDatabase());
    await expect(repository.items()).rejects.toMatchObject({ schemaMissing: true });
    await expect(repository.checkReads(300)).rejects.toMatchObject({ schemaMissing: true });
    await repository.close();
  });

  it("does not wait longer than the deadline for a missing standby, does not use up connections, and goes on when commits do", async () => {
    const database = await newDatabase();
    const repository = open(database, { writeDeadlineMs: 300 });
    await repository.prepare();
    await requireMissingStandby();
    const first = rating();
    const start = performance.now();
    expect(await repository.addRatings([first])).toMatchObject({ kind: "unknown" });
    expect(performance.now() - start).toBeLessThan(SOON_MS);

    const inDoubt: string[] = [];
    for (let i = 0; i < 60; i += 1) inDoubt.push((await repository.addRatings([rating()])).kind);
    expect(new Set(inDoubt)).toEqual(new Set(["not-saved"]));
    const { rows } = await sql("SELECT count(*)::int AS n FROM pg_stat_activity WHERE wait_event = 'SyncRep'");
    expect(rows).toEqual([{ n: 1 }]);
    await expect(repository.items()).resolves.toBeDefined();

    await goOnAlone();
    await expect.poll(() => repository.addRatings([first]), { interval: 20 }).toEqual({ kind: "saved" });
    expect((await repository.tallies()).reduce((sum, { votes }) => sum + votes, 0)).toBe(1);
    await repository.close();
  });

  it("takes a commit whose wait for the standby was cancelled for unknown, and its retry waits again", async () => {
    const database = await newDatabase();
    const repository = open(database, { writeDeadlineMs: 1000 });
    await repository.prepare();
    await requireMissingStandby();
    const one = rating();
    const cancel = async () => {
      const text = "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'";
      await expect.poll(async () => (await sql(text)).rowCount, { interval: 10 }).toBe(1);
    };
    const [outcome] = await Promise.all([repository.addRatings([one]), cancel()]);
    expect(outcome).toMatchObject({ kind: "unknown" });
    // The row is there, on this server only: a retry that found it and reported it as saved would break the promise.
    const [retry] = await Promise.all([repository.addRatings([one]), cancel()]);
    expect(retry).toMatchObject({ kind: "unknown" });
    await goOnAlone();
    expect(await repository.addRatings([one])).toEqual({ kind: "saved" });
    await repository.close();
  });

  it("answers within its deadlines while the server is frozen, and recovers when it thaws", async () => {
    const database = await newDatabase();
    const repository = open(database, { writeDeadlineMs: 400, readDeadlineMs: 300 });
    await repository.prepare();
    await repository.items();
    server.freeze();
    try {
      const start = performance.now();
      const [outcome, read] = await Promise.all([
        repository.addRatings([rating()]),
        repository.items().catch((error: unknown) => error),
      ]);
      expect(outcome.kind).not.toBe("saved");
      expect(read).toMatchObject({ name: "DatabaseUnavailable" });
      expect(performance.now() - start).toBeLessThan(SOON_MS);
    } finally {
      server.thaw();
    }
    await expect.poll(() => repository.addRatings([rating()]), { interval: 20 }).toEqual({ kind: "saved" });
    await repository.close();
  });

  it("works on fresh connections as soon as a killed server is back", async () => {
    const database = await newDatabase();
    const repository = open(database);
    await repository.prepare();
    await Promise.all([repository.items(), repository.addRatings([rating()])]);
    await server.kill();
    expect(await repository.addRatings([rating()])).toMatchObject({ kind: "not-saved" });
    await expect(repository.checkReads(300)).rejects.toMatchObject({ name: "DatabaseUnavailable" });
    await server.start();
    expect(await repository.addRatings([rating()])).toEqual({ kind: "saved" });
    await expect(repository.checkReads(300)).resolves.toBeUndefined();
    await repository.close();
  });
});
