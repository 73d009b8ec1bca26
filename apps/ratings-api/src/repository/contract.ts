import type { Item, Rating, Tally, ThemedSite } from "../ratings.ts";

/** Where items and ratings are kept. Two databases implement it; `conformance.ts` is what both must do. */
export interface RatingsRepository {
  /**
   * Makes the schema and fills an empty database, however many instances do so at once; safe to repeat at any time.
   * Rejects with DatabaseUnavailable when no writable database is there; a database that is complete needs no writing.
   */
  prepare(): Promise<void>;
  /** Ordered by uid, then name. */
  items(): Promise<readonly Item[]>;
  /** One entry an item, items without ratings included; in no particular order. */
  tallies(): Promise<readonly Tally[]>;
  themedSite(shortCode: string): Promise<ThemedSite | null>;
  /** Stores the item unless its id is there; the same id with other content is `key-reused`. */
  addItem(item: Item): Promise<WriteOutcome>;
  /** Stores all of the ratings or none, each id at most once ever. Ids within one call differ. */
  addRatings(ratings: readonly Rating[]): Promise<WriteOutcome>;
  /** Resolves when reads can be served now; rejects with DatabaseUnavailable within the budget otherwise. */
  checkReads(budgetMs: number): Promise<void>;
  pools(): readonly PoolState[];
  /** Ends idle connections now and busy ones when they finish. */
  close(): Promise<void>;
}

/**
 * What became of a write. `saved` means durable as the database is told to be (synchronous standbys, majority). `not-saved` means certainly
 * nothing was stored. `unknown` means that it may have been: only a retry with the same ids can tell, and does no harm.
 */
export type WriteOutcome =
  | { readonly kind: "saved" }
  | { readonly kind: "not-saved"; readonly reason: string }
  | { readonly kind: "unknown"; readonly reason: string }
  | { readonly kind: "unknown-item" }
  | { readonly kind: "key-reused" };

export interface PoolState {
  readonly name: "writes" | "reads" | "reads-fallback";
  readonly open: number;
  readonly idle: number;
  readonly waiting: number;
}

/** No database could answer; the reason is fit for users and logs (no address, no credentials). */
export class DatabaseUnavailable extends Error {
  override readonly name = "DatabaseUnavailable";
  readonly code: string;
  /** The database answers, but the application's tables are not there (yet, or any more). */
  readonly schemaMissing: boolean;

  constructor(
    reason: string,
    options: { readonly code: string; readonly schemaMissing?: boolean; readonly cause?: unknown },
  ) {
    super(reason, { cause: options.cause });
    this.code = options.code;
    this.schemaMissing = options.schemaMissing ?? false;
  }
}
