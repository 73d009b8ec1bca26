import { firstContent } from "../first-content.ts";
import type { Item, Rating, ThemedSite } from "../ratings.ts";
import type { DatabaseUnavailable } from "../repository/contract.ts";
import { type RatingsRepository, type WriteOutcome } from "../repository/contract.ts";

/** Ratings in memory, and the trouble that a test of the HTTP layer wants to see answered. */
export class MemoryRepository implements RatingsRepository {
  /** What reads fail with, when set. */
  readTrouble: DatabaseUnavailable | undefined;
  /** What becomes of writes, when set. */
  writeTrouble: WriteOutcome | undefined;
  readonly ratings: Map<string, Rating>;
  readonly #items: Map<string, Item>;
  readonly #sites: Map<string, ThemedSite>;

  /** A second instance on the same data takes the first. */
  constructor(shared?: MemoryRepository) {
    this.ratings = shared === undefined ? new Map<string, Rating>() : shared.ratings;
    this.#items = shared === undefined ? new Map<string, Item>() : shared.#items;
    this.#sites = shared === undefined ? new Map<string, ThemedSite>() : shared.#sites;
  }

  async prepare(): Promise<void> {
    await this.checkReads();
    if (this.#items.size === 0) for (const item of firstContent.items) this.#items.set(item.id, item);
    for (const site of firstContent.sites) this.#sites.set(site.shortCode, site);
  }

  async items(): Promise<readonly Item[]> {
    await this.checkReads();
    return [...this.#items.values()].sort((a, b) => (a.uid ?? Infinity) - (b.uid ?? Infinity));
  }

  async tallies() {
    const items = await this.items();
    return items.map(({ id, name, img }) => {
      const given = [...this.ratings.values()].filter(({ itemId }) => itemId === id).map(({ rating }) => rating);
      return { name, img, stars: given.reduce((sum, rating) => sum + rating, 0), votes: given.length };
    });
  }

  async themedSite(shortCode: string): Promise<ThemedSite | null> {
    await this.checkReads();
    return this.#sites.get(shortCode) ?? null;
  }

  addItem(item: Item): Promise<WriteOutcome> {
    if (this.writeTrouble !== undefined) return Promise.resolve(this.writeTrouble);
    const stored = this.#items.get(item.id);
    if (stored !== undefined && JSON.stringify(stored) !== JSON.stringify(item))
      return Promise.resolve({ kind: "key-reused" });
    this.#items.set(item.id, item);
    return Promise.resolve({ kind: "saved" });
  }

  addRatings(ratings: readonly Rating[]): Promise<WriteOutcome> {
    if (this.writeTrouble !== undefined) return Promise.resolve(this.writeTrouble);
    if (ratings.some(({ itemId }) => !this.#items.has(itemId))) return Promise.resolve({ kind: "unknown-item" });
    const differs = ratings.some(({ id, itemId, rating }) => {
      const stored = this.ratings.get(id);
      return stored !== undefined && (stored.itemId !== itemId || stored.rating !== rating);
    });
    if (differs) return Promise.resolve({ kind: "key-reused" });
    for (const rating of ratings) if (!this.ratings.has(rating.id)) this.ratings.set(rating.id, rating);
    return Promise.resolve({ kind: "saved" });
  }

  checkReads(): Promise<void> {
    return this.readTrouble === undefined ? Promise.resolve() : Promise.reject(this.readTrouble);
  }

  pools() {
    return [{ name: "writes", open: 1, idle: 1, waiting: 0 }] as const;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
