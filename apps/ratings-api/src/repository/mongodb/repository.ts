import { performance } from "node:perf_hooks";
import {
  type Abortable,
  type AnyBulkWriteOperation,
  type ClientSession,
  type Collection,
  MongoClient,
  ObjectId,
} from "mongodb";
import type { Logger } from "pino";
import type { DatabaseConfiguration } from "../../configuration.ts";
import { firstContent } from "../../first-content.ts";
import type { Item, Rating, ThemedSite } from "../../ratings.ts";
import type { PoolState, RatingsRepository, WriteOutcome } from "../contract.ts";
import { LATE, withDeadline } from "../deadline.ts";
import { ReadRoute } from "../read-route.ts";
import { GivenUp, reasonOf, unavailable } from "./failures.ts";

/** What a write looks at must be what it will be stored beside; a transaction allows nothing else either. */
const readPreference = "primary";

/** Documents as the original application stores them, so that its databases can be taken over as they are. */
interface ItemDocument {
  readonly _id: ObjectId;
  readonly uid?: number;
  readonly name: string;
  readonly img: string;
  readonly __v: number;
}
interface SiteDocument {
  readonly _id: ObjectId;
  readonly name: string;
  readonly shortCode: string;
  readonly pages: ThemedSite["pages"];
}
interface RatingDocument {
  readonly _id: ObjectId;
  readonly itemRated: readonly ObjectId[];
  readonly rating: number;
  readonly raterIp: string | null;
  readonly timestamp: Date;
  readonly __v: number;
}

/**
 * Ratings in MongoDB. A rating's `_id` comes from the caller's key, so a retry meets the first attempt in the primary index. On a replica set a
 * submission is one transaction; a stand-alone server knows none, and there a retry with the same key completes what a crash left half done.
 */
export function openMongodbRepository(database: DatabaseConfiguration, log: Logger): RatingsRepository {
  const { url, readUrl, writeDeadlineMs, readDeadlineMs } = database;
  const primary = new Source("writes", url, database, log);
  const replica = readUrl === url ? primary : new Source("reads", readUrl, database, log);
  const route = new ReadRoute();
  let transactions: boolean | undefined;

  async function read<T>(
    query: (source: Source, options: Abortable) => Promise<T>,
    deadlineMs = readDeadlineMs,
  ): Promise<T> {
    const start = performance.now();
    const order = route.replicaFirst(start) ? [replica, primary] : [primary, replica];
    let failure: unknown;
    for (const [tried, source] of order.entries()) {
      const left = Math.round(deadlineMs - (performance.now() - start));
      if (left <= 0) break;
      try {
        const ms = tried === 0 && replica !== primary ? Math.ceil(left / 2) : left;
        const result = await query(source, { signal: AbortSignal.timeout(ms) });
        if (source === replica) route.replicaAnswered();
        return result;
      } catch (error) {
        if (source === replica && replica !== primary) route.replicaFailed(performance.now());
        failure ??= error;
      }
    }
    throw unavailable(failure);
  }

  /** Runs `work`, which calls `sending` just before the step that can store something, and answers within the deadline. */
  async function write(
    work: (session: ClientSession, sending: () => void) => Promise<WriteOutcome>,
  ): Promise<WriteOutcome> {
    const state = { sent: false, givenUp: false };
    const sending = (): void => {
      // The caller was told that nothing is stored: it must stay so.
      if (state.givenUp) throw new GivenUp();
      state.sent = true;
    };
    const writing = primary.client.withSession(async (session) => {
      transactions ??= await primary.hasTransactions();
      if (!transactions) return work(session, sending);
      return session.withTransaction(async () => {
        // Nothing is stored before the commit, which follows when this callback is done.
        const outcome = await work(session, () => undefined);
        if (outcome.kind === "saved") sending();
        return outcome;
      });
    });
    const notSure = (error: unknown): WriteOutcome => ({
      kind: state.sent ? "unknown" : "not-saved",
      reason: reasonOf(error),
    });
    try {
      const outcome = await withDeadline(writing, writeDeadlineMs);
      if (outcome !== LATE) return outcome;
      state.givenUp = true;
      return notSure(new GivenUp());
    } catch (error) {
      return notSure(error);
    }
  }

  return {
    async prepare() {
      try {
        if ((await withDeadline(prepare(primary), 4 * writeDeadlineMs)) === LATE) throw new GivenUp();
      } catch (error) {
        throw unavailable(error);
      }
      log.info("the database is set up");
    },

    items: () =>
      read(async (source, options) => {
        const documents = await source.items.find({}, options).toArray();
        return documents
          .map(itemOf)
          .sort((a, b) => (a.uid ?? Infinity) - (b.uid ?? Infinity) || a.name.localeCompare(b.name, "en"));
      }),

    tallies: () =>
      read(async (source, options) => {
        const [items, sums] = await Promise.all([
          source.items.find({}, options).toArray(),
          source.ratings
            .aggregate<{ readonly _id: ObjectId; readonly stars: number; readonly votes: number }>(
              [
                { $unwind: "$itemRated" },
                { $group: { _id: "$itemRated", stars: { $sum: "$rating" }, votes: { $sum: 1 } } },
              ],
              options,
            )
            .toArray(),
        ]);
        const byItem = new Map(sums.map((sum) => [sum._id.toHexString(), sum]));
        return items.map(({ _id, name, img }) => {
          const { stars, votes } = byItem.get(_id.toHexString()) ?? { stars: 0, votes: 0 };
          return { name, img, stars, votes };
        });
      }),

    themedSite: (shortCode) =>
      read(async (source, options) => {
        const site = await source.sites.findOne({ shortCode }, options);
        return site === null ? null : { id: site._id.toHexString(), name: site.name, shortCode, pages: site.pages };
      }),

    addItem: (item) =>
      write(async (session, sending) => {
        const document = itemDocument(item);
        sending();
        await primary.items.updateOne({ _id: document._id }, { $setOnInsert: document }, { upsert: true, session });
        const stored = await primary.items.findOne({ _id: document._id }, { session, readPreference });
        const same = stored !== null && stored.name === item.name && stored.img === item.img && stored.uid === item.uid;
        return same ? { kind: "saved" } : { kind: "key-reused" };
      }),

    addRatings: (ratings) =>
      write(async (session, sending) => {
        if (ratings.length === 0) return { kind: "saved" };
        const documents = ratings.map(ratingDocument);
        const itemIds = [...new Set(ratings.map(({ itemId }) => itemId))].map((id) => new ObjectId(id));
        const items = await primary.items.find({ _id: { $in: itemIds } }, { session, readPreference }).toArray();
        if (items.length < itemIds.length) return { kind: "unknown-item" };
        const stored = await primary.ratings
          .find({ _id: { $in: documents.map(({ _id }) => _id) } }, { session, readPreference })
          .toArray();
        const storedById = new Map(stored.map((document) => [document._id.toHexString(), document]));
        const reused = documents.some((document) => {
          const earlier = storedById.get(document._id.toHexString());
          return earlier !== undefined && !sameRating(earlier, document);
        });
        if (reused) return { kind: "key-reused" };
        sending();
        // Also what is there already is written again (to no effect): its acknowledgement then covers the first attempt's.
        await primary.ratings.bulkWrite(documents.map(upsert), { session });
        return { kind: "saved" };
      }),

    async checkReads(budgetMs) {
      await read((source, options) => source.items.findOne({}, { ...options, projection: { _id: 1 } }), budgetMs);
    },

    pools: () => [primary, ...(replica === primary ? [] : [replica])].map((source) => source.state()),

    async close() {
      await Promise.all([primary.client.close(), ...(replica === primary ? [] : [replica.client.close()])]);
    },
  };
}

/** One client and what the driver's events say about its pool, which it does not count itself. */
class Source {
  readonly client: MongoClient;
  readonly items: Collection<ItemDocument>;
  readonly sites: Collection<SiteDocument>;
  readonly ratings: Collection<RatingDocument>;
  readonly #name: PoolState["name"];
  #open = 0;
  #busy = 0;
  #waiting = 0;

  constructor(name: PoolState["name"], url: string, { poolSize, writeDeadlineMs }: DatabaseConfiguration, log: Logger) {
    this.#name = name;
    this.client = new MongoClient(url, {
      appName: "ratings-api",
      maxPoolSize: poolSize,
      maxIdleTimeMS: 30_000,
      connectTimeoutMS: 500,
      serverSelectionTimeoutMS: 500,
      waitQueueTimeoutMS: 500,
      heartbeatFrequencyMS: 500,
      // A commit that no majority confirms is given up by the server, too; a server that says nothing at all, by its socket.
      writeConcern: { w: "majority", wtimeoutMS: writeDeadlineMs },
      socketTimeoutMS: writeDeadlineMs + 1000,
      // Reads go on while there is no primary, unless the URL asks for something else.
      ...(/[?&]readPreference=/i.test(url) ? {} : { readPreference: "primaryPreferred" as const }),
    });
    const database = this.client.db();
    this.items = database.collection("items");
    this.sites = database.collection("sites");
    this.ratings = database.collection("ratings");
    this.client.on("connectionCreated", () => (this.#open += 1));
    this.client.on("connectionClosed", () => (this.#open -= 1));
    this.client.on("connectionCheckOutStarted", () => (this.#waiting += 1));
    this.client.on("connectionCheckOutFailed", () => (this.#waiting -= 1));
    this.client.on("connectionCheckedOut", () => {
      this.#waiting -= 1;
      this.#busy += 1;
    });
    this.client.on("connectionCheckedIn", () => (this.#busy -= 1));
    this.client.on("connectionPoolCleared", () => log.info({ pool: name }, "database connections were lost"));
  }

  state(): PoolState {
    return { name: this.#name, open: this.#open, idle: Math.max(0, this.#open - this.#busy), waiting: this.#waiting };
  }

  /** A replica set or a sharded cluster has transactions, a stand-alone server has not. */
  async hasTransactions(): Promise<boolean> {
    const hello = await this.client.db().command({ hello: 1 });
    return hello["setName"] !== undefined || hello["msg"] === "isdbgrid";
  }
}

/** Indexes and first content. A complete database is only read, so that it needs no primary. */
async function prepare({ items, sites, ratings }: Source): Promise<void> {
  if ((await items.findOne({})) !== null && (await sites.findOne({})) !== null) return;
  await ratings.createIndex({ itemRated: 1, rating: 1 });
  await sites.createIndex({ shortCode: 1 }, { unique: true }, undefined);
  await fill(items, firstContent.items.map(itemDocument));
  await fill(sites, firstContent.sites.map(siteDocument));
}

/** Fills an empty collection; instances that do so together insert the same ids, and only one of each stays. */
async function fill<D extends { readonly _id: ObjectId }>(
  collection: Collection<D>,
  documents: readonly D[],
): Promise<void> {
  const untyped = collection as unknown as Collection<{ _id: ObjectId }>;
  if ((await untyped.findOne({})) !== null) return;
  await untyped.bulkWrite(
    documents.map((document) => upsert<{ _id: ObjectId }>(document)),
    { ordered: false },
  );
}

/** Stores the document unless its id is there. */
function upsert<D extends { readonly _id: ObjectId }>({ _id, ...rest }: D): AnyBulkWriteOperation<D> {
  return {
    updateOne: { filter: { _id }, update: { $setOnInsert: rest }, upsert: true },
  } as unknown as AnyBulkWriteOperation<D>;
}

function itemDocument({ id, uid, name, img }: Item): ItemDocument {
  return { _id: new ObjectId(id), ...(uid === undefined ? {} : { uid }), name, img, __v: 0 };
}

function itemOf({ _id, uid, name, img }: ItemDocument): Item {
  return { id: _id.toHexString(), ...(uid === undefined ? {} : { uid }), name, img };
}

function siteDocument({ id, name, shortCode, pages }: ThemedSite): SiteDocument {
  return { _id: new ObjectId(id), name, shortCode, pages };
}

function ratingDocument({ id, itemId, rating, raterIp, ratedAt }: Rating): RatingDocument {
  return { _id: new ObjectId(id), itemRated: [new ObjectId(itemId)], rating, raterIp, timestamp: ratedAt, __v: 0 };
}

function sameRating(a: RatingDocument, b: RatingDocument): boolean {
  return a.rating === b.rating && a.itemRated[0]?.equals(b.itemRated[0]) === true;
}
