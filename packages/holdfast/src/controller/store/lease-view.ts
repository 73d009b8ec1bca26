import { elapsedMs, instant } from "../../base/index.ts";
import type { Instant } from "../../base/index.ts";
import type { Reading } from "../../core/quorum/index.ts";
import { isLater, momentOf, watchLease } from "../../core/failover/index.ts";
import type { Lease, LeaseWatch } from "../../core/failover/index.ts";

/**
 * What this site knows of a store's lease. Only what is decided may be acted on: a database remembers the highest term that it
 * was told of, and one that was never decided would lock it out of the one that was.
 */
export class LeaseView {
  #decided: Lease | undefined;
  #watch: LeaseWatch | undefined;
  /** Decided or not: what nobody may ever decide is a sign of life all the same, and no more than that. */
  #newest: { readonly lease: Lease; readonly since: Instant } | undefined;

  /** The latest that is known to be decided. */
  get lease(): Lease | undefined {
    return this.#decided;
  }

  /** Of the decided lease, and nothing newer was seen since then either. */
  get watch(): LeaseWatch | undefined {
    const [watch, newest] = [this.#watch, this.#newest];
    return watch && newest && { ...watch, stillSince: instant(Math.max(watch.stillSince, newest.since)) };
  }

  /** For how long nothing has moved, as far as this site can tell. */
  stillForMs(now: Instant): number {
    const { watch } = this;
    return watch ? elapsedMs(watch.stillSince, now) : Infinity;
  }

  /** Decided by a round or a reading that began at `at`. Answers whether it is news. */
  decided(lease: Lease, at: Instant): boolean {
    this.#see(lease, at);
    const known = this.#decided;
    // The same numbers with another stamp are news: what was seen first was lost before it was decided.
    if (known && (isLater(known, lease) || momentOf(known) === momentOf(lease))) return false;
    this.#decided = lease;
    const newest = this.#newest;
    const isNewest = newest !== undefined && momentOf(newest.lease) === momentOf(lease);
    this.#watch = watchLease(this.#watch, lease, isNewest ? newest.since : at);
    return true;
  }

  /** What a reading that began at `at` found. */
  read(reading: Reading<Lease>, at: Instant): boolean {
    if (reading.kind === "decided") return this.decided(reading.register.value, at);
    if (reading.kind === "undecided") this.#hear(reading.register.value, at);
    return false;
  }

  /** What this site's own voter holds. A new term is worth a reading: answers whether one is needed. */
  heard(lease: Lease, at: Instant): "known" | "read" {
    this.#hear(lease, at);
    const known = this.#decided;
    return known && lease.term === known.term && lease.phase === known.phase ? "known" : "read";
  }

  /** A change is made to what is decided only (StoreRegister), so whatever has been renewed was: all of it but the renewal's number. */
  #hear(lease: Lease, at: Instant): void {
    if (lease.renewal > 0) this.decided(lease, at);
    else this.#see(lease, at);
  }

  #see(lease: Lease, at: Instant): void {
    if (!this.#newest || isLater(lease, this.#newest.lease)) this.#newest = { lease, since: at };
  }
}
