import type { ClusterErrorCode } from "../../ports/index.ts";

/** Every way in which the world is disturbed. All of them end: `forMs` later, or at once where there is none. */
export type Fault =
  /** Power lost: what was not on disk is gone. `silent`: no partner is told. */
  | { readonly kind: "site-killed"; readonly site: string; readonly silent: boolean; readonly forMs: number }
  | { readonly kind: "site-frozen"; readonly site: string; readonly forMs: number }
  /** All its links, as when a site's uplink fails. */
  | { readonly kind: "site-isolated"; readonly site: string; readonly forMs: number }
  | { readonly kind: "link-cut"; readonly a: string; readonly b: string; readonly forMs: number }
  /** Only what goes from `a` to `b` is lost. */
  | { readonly kind: "link-cut-one-way"; readonly a: string; readonly b: string; readonly forMs: number }
  | {
      readonly kind: "link-flapping";
      readonly a: string;
      readonly b: string;
      readonly everyMs: number;
      readonly forMs: number;
    }
  | {
      readonly kind: "link-slow";
      readonly a: string;
      readonly b: string;
      readonly extraMs: number;
      readonly forMs: number;
    }
  | {
      readonly kind: "link-lossy";
      readonly a: string;
      readonly b: string;
      readonly share: number;
      readonly forMs: number;
    }
  | { readonly kind: "controller-killed"; readonly site: string; readonly forMs: number }
  | { readonly kind: "controller-paused"; readonly site: string; readonly forMs: number }
  /** Taken for dead and replaced, it goes on after a pause beside its successor, and ends in the end. */
  | {
      readonly kind: "controller-doubled";
      readonly site: string;
      readonly pausedMs: number;
      readonly forMs: number;
    }
  | { readonly kind: "database-killed"; readonly site: string }
  | { readonly kind: "agent-killed"; readonly site: string; readonly forMs: number }
  /** What it is asked arrives late, and one request may overtake another. */
  | { readonly kind: "agent-slow"; readonly site: string; readonly extraMs: number; readonly forMs: number }
  | { readonly kind: "disk-full"; readonly site: string; readonly forMs: number }
  | { readonly kind: "api-server-down"; readonly voter: string; readonly forMs: number }
  | {
      readonly kind: "api-server-erring";
      readonly voter: string;
      readonly share: number;
      readonly code: ClusterErrorCode;
      readonly forMs: number;
    }
  | { readonly kind: "replies-lost"; readonly voter: string; readonly share: number; readonly forMs: number }
  | { readonly kind: "register-deleted"; readonly voter: string }
  | { readonly kind: "voter-rebuilt"; readonly voter: string }
  | { readonly kind: "voter-restored"; readonly voter: string; readonly backupAgeMs: number }
  | { readonly kind: "calendar-jumps"; readonly site: string; readonly byMs: number }
  | { readonly kind: "clock-drifts"; readonly site: string; readonly rate: number }
  /** An operator asks the controller of `site` for it: not a fault, and as disturbing. */
  | { readonly kind: "switchover"; readonly site: string; readonly to: string }
  /** By an operator who accepts any loss. Never by chance: the run must be told that its writes may be lost. */
  | { readonly kind: "failover-forced"; readonly to: string };

export type FaultKind = Fault["kind"];

export interface TimedFault {
  readonly atMs: number;
  readonly fault: Fault;
}

export function describeFault({ kind, ...details }: Fault): string {
  const words = Object.entries(details).map(
    ([name, value]) => `${name}=${typeof value === "number" ? Math.round(value * 1000) / 1000 : String(value)}`,
  );
  return `${kind} ${words.join(" ")}`;
}
