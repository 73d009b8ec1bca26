/** Something that must never happen, and did. */
export interface Violation {
  readonly kind: ViolationKind;
  readonly atMs: number;
  readonly message: string;
}

export type ViolationKind =
  | "two-primaries"
  | "lost-write"
  | "stale-read"
  | "not-fenced"
  | "no-recovery"
  | "not-in-sync"
  | "last-copy-deleted"
  | "program-failed";
