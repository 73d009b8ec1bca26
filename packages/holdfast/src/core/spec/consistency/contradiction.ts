import type { Path } from "../document/index.ts";

/** Two parts of the file that cannot both be meant. */
export interface Contradiction {
  readonly path: Path;
  readonly part?: "key";
  readonly message: string;
  readonly hint?: string;
  /** The other part. */
  readonly other?: { readonly path: Path; readonly message: string };
}
