import { createServer, type Socket } from "node:net";
import { BSON, type Document, Long, ObjectId } from "mongodb";

/**
 * As much of a MongoDB server as the repository uses, in memory, so that the official driver can be tested where there is no
 * mongod: OP_MSG with sections 0 and 1 (and the OP_QUERY hello that a driver begins with), the commands below, and transactions
 * that see their own writes and take effect together at the commit. A command or operator it does not know is an error, never ignored.
 * https://github.com/mongodb/specifications/blob/master/source/message/OP_MSG.md
 */
export interface MongodbServer {
  url(database: string): string;
  /** From now on the commands named are read and never answered. */
  swallow(...commands: readonly string[]): void;
  /** From now on writes are refused as a secondary refuses them. */
  stepDown(): void;
  close(): Promise<void>;
}

type Collections = Map<string, Document[]>;
interface Transaction {
  readonly number: string;
  readonly database: string;
  readonly collections: Collections;
}

class CommandError extends Error {
  readonly code: number;
  readonly codeName: string;

  constructor(code: number, codeName: string, message = codeName) {
    super(message);
    this.code = code;
    this.codeName = codeName;
  }
}

export async function startMongodbServer(kind: "stand-alone" | "replica-set"): Promise<MongodbServer> {
  const databases = new Map<string, Collections>();
  const transactions = new Map<string, Transaction>();
  const sockets = new Set<Socket>();
  const swallowed = new Set<string>();
  let primary = true;
  let port = 0;

  function hello(): Document {
    const host = `127.0.0.1:${port}`;
    const set = {
      setName: "rs0",
      setVersion: 1,
      me: host,
      hosts: [host],
      ...(primary ? { primary: host } : { secondary: true }),
    };
    return {
      ...(kind === "replica-set" ? set : {}),
      helloOk: true,
      isWritablePrimary: primary,
      ismaster: primary,
      maxBsonObjectSize: 16_777_216,
      maxMessageSizeBytes: 48_000_000,
      maxWriteBatchSize: 100_000,
      logicalSessionTimeoutMinutes: 30,
      minWireVersion: 0,
      maxWireVersion: 25,
      readOnly: false,
    };
  }

  /** The collections a command works on: the database's, or its transaction's own copy. */
  function collectionsFor(command: Document): Collections {
    const name = String(command["$db"]);
    const committed = databases.get(name) ?? new Map<string, Document[]>();
    databases.set(name, committed);
    if (command["autocommit"] !== false) return committed;
    if (kind === "stand-alone")
      throw new CommandError(20, "IllegalOperation", "Transaction numbers are only allowed on a replica set member");
    const session = sessionOf(command);
    const number = String(command["txnNumber"]);
    if (command["startTransaction"] === true) {
      const copy = new Map([...committed].map(([key, documents]) => [key, structuredCopy(documents)]));
      transactions.set(session, { number, database: name, collections: copy });
    }
    const transaction = transactions.get(session);
    if (transaction?.number !== number) throw new CommandError(251, "NoSuchTransaction");
    return transaction.collections;
  }

  function run(command: Document): Document {
    const [verb] = Object.keys(command);
    const collection = (): Document[] => {
      const collections = collectionsFor(command);
      const name = String(command[String(verb)]);
      const documents = collections.get(name) ?? [];
      collections.set(name, documents);
      return documents;
    };
    const cursor = (firstBatch: Document[]): Document => ({
      cursor: { id: Long.ZERO, ns: `${command["$db"]}.${command[String(verb)]}`, firstBatch },
    });
    switch (verb) {
      case "hello":
      case "isMaster":
      case "ismaster":
        return hello();
      case "ping":
      case "endSessions":
        return {};
      case "createIndexes":
        collection();
        return {};
      case "find": {
        const limit = Number(command["limit"] ?? 0);
        const found = collection().filter((document) => matches(document, command["filter"] as Document));
        return cursor(limit > 0 ? found.slice(0, limit) : found);
      }
      case "aggregate":
        return cursor((command["pipeline"] as Document[]).reduce(stage, collection()));
      case "update":
        requirePrimary();
        return update(collection(), command["updates"] as Document[]);
      case "commitTransaction": {
        requirePrimary();
        const transaction = transactions.get(sessionOf(command));
        if (transaction === undefined) throw new CommandError(251, "NoSuchTransaction");
        databases.set(transaction.database, transaction.collections);
        transactions.delete(sessionOf(command));
        return {};
      }
      case "abortTransaction":
        transactions.delete(sessionOf(command));
        return {};
      default:
        throw new CommandError(59, "CommandNotFound", `no such command: '${String(verb)}'`);
    }
  }

  function requirePrimary(): void {
    if (!primary) throw new CommandError(10_107, "NotWritablePrimary", "not primary");
  }

  function answer(command: Document): Document {
    try {
      return { ...run(command), ok: 1 };
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      const { message, code, codeName } = error;
      const labels = code === 251 ? { errorLabels: ["TransientTransactionError"] } : {};
      return { ok: 0, errmsg: message, code, codeName, ...labels };
    }
  }

  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => undefined);
    let buffered = Buffer.alloc(0);
    socket.on("data", (chunk) => {
      buffered = Buffer.concat([buffered, chunk]);
      while (buffered.length >= 4 && buffered.length >= buffered.readInt32LE(0)) {
        const message = buffered.subarray(0, buffered.readInt32LE(0));
        buffered = buffered.subarray(message.length);
        const { command, reply } = decode(message);
        if (swallowed.has(String(Object.keys(command)[0]))) continue;
        socket.write(reply(answer(command)));
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  port = address.port;
  return {
    url: (database) =>
      `mongodb://127.0.0.1:${port}/${database}?${kind === "replica-set" ? "replicaSet=rs0" : "directConnection=true"}`,
    swallow: (...commands) => commands.forEach((command) => swallowed.add(command)),
    stepDown: () => (primary = false),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

const header = 16;
const opReply = 1;
const opQuery = 2004;
const opMsg = 2013;

/** One message and how to answer it. */
function decode(message: Buffer): { command: Document; reply: (body: Document) => Buffer } {
  const requestId = message.readInt32LE(4);
  const opCode = message.readInt32LE(12);
  const frame = (op: number, prefix: Buffer, body: Document): Buffer => {
    const bytes = BSON.serialize(body);
    const head = Buffer.alloc(header);
    head.writeInt32LE(header + prefix.length + bytes.length, 0);
    head.writeInt32LE(requestId, 8);
    head.writeInt32LE(op, 12);
    return Buffer.concat([head, prefix, bytes]);
  };
  if (opCode === opQuery) {
    // flags, collection name as C string, skip, limit; then the command.
    const start = message.indexOf(0, header + 4) + 1 + 8;
    const prefix = Buffer.alloc(20);
    prefix.writeInt32LE(8, 0);
    prefix.writeInt32LE(1, 16);
    return { command: BSON.deserialize(message.subarray(start)), reply: (body) => frame(opReply, prefix, body) };
  }
  if (opCode !== opMsg) throw new Error(`unknown operation ${opCode}`);
  let command: Document = {};
  const sequences: Document = {};
  for (let at = header + 4; at < message.length;) {
    const kind = message.readUInt8(at);
    const size = message.readInt32LE(at + 1);
    const section = message.subarray(at + 1, at + 1 + size);
    if (kind === 0) {
      command = BSON.deserialize(section);
    } else {
      const nameEnd = section.indexOf(0, 4);
      const documents: Document[] = [];
      for (let next = nameEnd + 1; next < section.length; next += section.readInt32LE(next)) {
        documents.push(BSON.deserialize(section.subarray(next, next + section.readInt32LE(next))));
      }
      sequences[section.toString("utf8", 4, nameEnd)] = documents;
    }
    at += 1 + size;
  }
  return { command: { ...command, ...sequences }, reply: (body) => frame(opMsg, Buffer.from([0, 0, 0, 0, 0]), body) };
}

function sessionOf(command: Document): string {
  return ((command["lsid"] as Document)["id"] as { toString(encoding: string): string }).toString("hex");
}

function structuredCopy(documents: readonly Document[]): Document[] {
  return documents.map((document) => BSON.deserialize(BSON.serialize(document)));
}

function same(a: unknown, b: unknown): boolean {
  return a instanceof ObjectId && b instanceof ObjectId ? a.equals(b) : a === b;
}

function matches(document: Document, filter: Document): boolean {
  return Object.entries(filter).every(([field, wanted]: [string, unknown]) => {
    const list = (wanted as Document | null)?.["$in"] as unknown[] | undefined;
    return (list ?? [wanted]).some((value) => same(document[field], value));
  });
}

function update(documents: Document[], updates: readonly Document[]): Document {
  const upserted: Document[] = [];
  for (const [index, { q, u, upsert }] of updates.entries()) {
    const [operator, ...others] = Object.keys(u as Document);
    if (operator !== "$setOnInsert" || others.length > 0 || upsert !== true)
      throw new CommandError(9, "FailedToParse", "only upserts with $setOnInsert");
    if (documents.some((document) => matches(document, q as Document))) continue;
    const document: Document = { ...(q as Document), ...((u as Document)["$setOnInsert"] as Document) };
    documents.push(document);
    upserted.push({ index, _id: document["_id"] as unknown });
  }
  return { n: updates.length, nModified: 0, ...(upserted.length > 0 ? { upserted } : {}) };
}

/** `$unwind` of a field, and `$group` with `$sum` of a field or a number: what the leaderboard needs. */
function stage(documents: Document[], { $unwind, $group, ...others }: Document): Document[] {
  if (Object.keys(others).length > 0) throw new CommandError(40_324, "UnknownStage");
  if (typeof $unwind === "string") {
    const field = $unwind.slice(1);
    return documents.flatMap((document) =>
      (document[field] as unknown[]).map((value) => ({ ...document, [field]: value })),
    );
  }
  const { _id, ...sums } = $group as Document;
  const groups = new Map<string, Document>();
  for (const document of documents) {
    const key: unknown = document[String(_id).slice(1)];
    const group = groups.get(String(key)) ?? { _id: key };
    groups.set(String(key), group);
    for (const [name, operation] of Object.entries(sums)) {
      const { $sum } = operation as { readonly $sum: string | number };
      const value = typeof $sum === "number" ? $sum : Number(document[$sum.slice(1)]);
      group[name] = Number(group[name] ?? 0) + value;
    }
  }
  return [...groups.values()];
}
