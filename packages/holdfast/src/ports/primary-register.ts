import type { SiteName } from "../core/spec/index.ts";

/** Who may write to a store. Read here and decided elsewhere: no controller ever makes itself primary. */
export interface PrimaryRegister {
  /** Rejects while the answer is not known; waits no longer than the signal allows. */
  read(store: string, signal: AbortSignal): Promise<PrimaryRecord>;
}

export interface PrimaryRecord {
  readonly primary: SiteName;
  /** Grows with every change of primary. */
  readonly term: number;
}
