import type { Problem } from "../../base/index.ts";

/** A file of which nothing can be said but why: what every format shows instead of a report. */
export interface UnusableFile {
  /** As the person named it. */
  readonly file: string;
  readonly problems: readonly Problem[];
}

/** `at holdfast.yaml:3:7 kind`, as far as it is known. */
export function placeOf({ at, path }: Problem): string | undefined {
  if (at === undefined) return undefined;
  return `${at.file}:${at.line}:${at.column}${path === undefined ? "" : ` ${path}`}`;
}
