import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { connect, type AddressInfo, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer } from "node:tls";
import { MongoClient } from "mongodb";
import { pino } from "pino";
import { afterEach, describe, expect, it } from "vitest";
import { firstContent } from "../../first-content.ts";
import { randomId } from "../../ids.ts";
import { startMongodbServer, type MongodbServer } from "../../testing/mongodb-server.ts";
import { ratingsRepositoryConformance } from "../conformance.ts";
import type { RatingsRepository } from "../contract.ts";
import { openMongodbRepository } from "./repository.ts";

function open(
  url: string,
  more: { readonly readUrl?: string; readonly writeDeadlineMs?: number } = {},
): RatingsRepository {
  const configuration = {
    engine: "mongodb",
    url,
    readUrl: url,
    writeDeadlineMs: 1500,
    readDeadlineMs: 1000,
    poolSize: 5,
  } as const;
  return openMongodbRepository({ ...configuration, ...more }, pino({ level: "silent" }));
}

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function start(kind: "stand-alone" | "replica-set"): Promise<MongodbServer> {
  const server = await startMongodbServer(kind);
  closers.push(() => server.close());
  return server;
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

describe.each(["stand-alone", "replica-set"] as const)("MongoDB (%s, the test's own server)", (kind) => {
  ratingsRepositoryConformance(async () => {
    const server = await start(kind);
    const url = server.url("ratings");
    return [open(url), open(url)];
  });
});

describe.skipIf(process.env["CI"] === undefined && spawnSync("openssl", ["version"]).status !== 0)(
  "a server with a certificate of its own authority (skipped where openssl is absent)",
  () => {
    /** A front with TLS before the test's own server. */
    async function startWithTls() {
      const folder = mkdtempSync(join(tmpdir(), "ratings-mongodb-"));
      closers.push(() => rm(folder, { recursive: true }));
      const [key, certificate] = [join(folder, "key.pem"), join(folder, "ca.crt")];
      const made = spawnSync("openssl", [
        ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1"],
        ...["-subj", "/O=ratings", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate],
      ]);
      expect(made.status, made.stderr.toString()).toBe(0);
      const inner = Number(new URL((await start("stand-alone")).url("ratings").replace("mongodb:", "http:")).port);
      const sockets = new Set<Socket>();
      const front = createServer({ key: readFileSync(key), cert: readFileSync(certificate) }, (socket) => {
        const onward = connect(inner, "127.0.0.1");
        for (const each of [socket, onward]) {
          sockets.add(each);
          each.on("error", () => undefined).on("close", () => [socket, onward].map((other) => other.destroy()));
        }
        socket.pipe(onward).pipe(socket);
      });
      front.on("tlsClientError", () => undefined);
      await new Promise<void>((resolve) => front.listen(0, "127.0.0.1", resolve));
      closers.push(async () => {
        for (const socket of sockets) socket.destroy();
        await new Promise((resolve) => front.close(resolve));
      });
      const { port } = front.address() as AddressInfo;
      return { url: `mongodb://127.0.0.1:${port}/ratings?tls=true`, certificate };
    }

    it("is believed when the URL names the authority's file, and else not", async () => {
      const { url, certificate } = await startWithTls();
      const repository = open(`${url}&tlsCAFile=${certificate}`);
      closers.push(() => repository.close());
      await repository.prepare();
      expect(await repository.items()).toHaveLength(firstContent.items.length);
      const doubting = open(url);
      closers.push(() => doubting.close());
      await expect(doubting.items()).rejects.toMatchObject({ name: "DatabaseUnavailable" });
    });
  },
);

// There is no package of mongod for this project's machines: whoever has one names it.
const realServer = process.env["MONGODB_TEST_URI"];
if (realServer !== undefined)
  describe("MongoDB (a real server, MONGODB_TEST_URI)", () => {
    ratingsRepositoryConformance(() => {
      const url = new URL(realServer);
      url.pathname = `/ratings_test_${randomId()}`;
      closers.push(async () => {
        const client = new MongoClient(url.href);
        await client.db().dropDatabase();
        await client.close();
      });
      return Promise.resolve([open(url.href), open(url.href)] as const);
    });
  });

describe("MongoDB in trouble", () => {
  it("says that nothing was saved when nobody listens", async () => {
    const repository = open("mongodb://ratings:hunter2@127.0.0.1:1/ratings?directConnection=true");
    closers.push(() => repository.close());
    expect(await repository.addRatings([rating()])).toMatchObject({
      kind: "not-saved",
      reason: expect.stringContaining("no primary"),
    });
    const failure: unknown = await repository.items().catch((error: unknown) => error);
    expect(failure).toMatchObject({ name: "DatabaseUnavailable" });
    expect(String(failure)).not.toContain("hunter2");
  });

  it("still reads and refuses writes while there is no primary", async () => {
    const server = await start("replica-set");
    await prepare(open(server.url("ratings")));
    server.stepDown();
    const repository = open(server.url("ratings"));
    closers.push(() => repository.close());
    expect(await repository.items()).toHaveLength(firstContent.items.length);
    expect(await repository.addRatings([rating()])).toMatchObject({ kind: "not-saved" });
  });

  it.each([
    ["stand-alone", "update"],
    ["replica-set", "commitTransaction"],
  ] as const)("does not know what became of a write (%s) whose %s is not answered", async (kind, command) => {
    const server = await start(kind);
    const repository = open(server.url("ratings"), { writeDeadlineMs: 300 });
    closers.push(() => repository.close());
    await repository.prepare();
    server.swallow(command);
    const started = performance.now();
    expect(await repository.addRatings([rating()])).toMatchObject({ kind: "unknown" });
    expect(performance.now() - started).toBeLessThan(600);
  });

  it("knows that nothing was saved when time ran out before the commit", async () => {
    const server = await start("replica-set");
    const repository = open(server.url("ratings"), { writeDeadlineMs: 300 });
    closers.push(() => repository.close());
    await repository.prepare();
    server.swallow("update");
    expect(await repository.addRatings([rating()])).toMatchObject({ kind: "not-saved" });
  });

  it("serves reads from the primary while the read URL's server is away", async () => {
    const server = await start("stand-alone");
    const url = server.url("ratings");
    const repository = open(url, { readUrl: "mongodb://127.0.0.1:1/ratings?directConnection=true" });
    closers.push(() => repository.close());
    await repository.prepare();
    expect(await repository.items()).toHaveLength(firstContent.items.length);
    await expect(repository.checkReads(300)).resolves.toBeUndefined();
  });
});
