import { describeReference } from "../core/render/kubernetes/index.ts";
import type { ObjectReference } from "../core/render/kubernetes/index.ts";

export interface RolloutProgress {
  readonly kind: "applied" | "waiting" | "ready" | "failed" | "pruned" | "kept";
  /** The object that it is about; absent when about several. */
  readonly reference?: ObjectReference;
  /** One line for people. */
  readonly text: string;
}

export interface RolloutFailure {
  readonly reference: ObjectReference;
  readonly stage: "apply" | "become-ready" | "prune";
  readonly reason: string;
}

/** Everything that went wrong, object by object: one bad object does not hide the others. */
export class RolloutError extends Error {
  readonly failures: readonly RolloutFailure[];
  constructor(failures: readonly RolloutFailure[]) {
    const lines = failures.map(({ reference, reason }) => `${describeReference(reference)}: ${reason}`);
    super(lines.join("\n"));
    this.name = "RolloutError";
    this.failures = failures;
  }
}
