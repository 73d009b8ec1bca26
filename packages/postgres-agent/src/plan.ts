import type { DesiredState } from "./contract.ts";

/** What the agent sees of its own server, as far as the next step depends on it. */
export interface Observed {
  readonly hasData: boolean;
  /** "starting": the process lives but does not answer queries (yet, or any more). */
  readonly server: "stopped" | "starting" | "running";
  /** In recovery nothing can be written, by nobody. Of a stopped server: would it start in recovery? */
  readonly inRecovery: boolean;
  /** Does the running server have the settings in effect that follow from what is desired? */
  readonly settingsInEffect: boolean;
  /** Are roles, database, records and slots as desired? */
  readonly prepared: boolean;
  /** Is a WAL receiver alive? */
  readonly receiving: boolean;
  /** May this server follow the desired upstream (lineage.ts)? */
  readonly upstream: { readonly kind: "unknown" | "follow" | "clone" | "refuse"; readonly reason: string };
}

export type Step =
  | { readonly kind: "settled" }
  /** Nothing to do but to look again soon. */
  | { readonly kind: "wait"; readonly reason: string }
  | { readonly kind: "initialize" }
  | { readonly kind: "clone"; readonly reason: string }
  | { readonly kind: "enter-recovery" }
  | { readonly kind: "start" }
  | { readonly kind: "stop"; readonly reason: string }
  | { readonly kind: "configure" }
  | { readonly kind: "examine-upstream" }
  | { readonly kind: "promote" }
  | { readonly kind: "prepare" };

/** The next single step from what is to what is desired; done again after each step, so a crash anywhere is safe. */
export function plan(desired: DesiredState | undefined, observed: Observed): Step {
  if (desired === undefined) return { kind: "wait", reason: "nobody has said yet what this server is to be" };
  switch (desired.role) {
    case "primary":
      return planPrimary(desired, observed);
    case "fenced":
      return planReadOnly(observed, () => planFenced(observed)) ?? { kind: "wait", reason: "there is no data here" };
    case "standby":
      return (
        planReadOnly(observed, () => planFollowing(observed)) ?? { kind: "clone", reason: "there is no data here" }
      );
  }
}

function planPrimary(desired: DesiredState, observed: Observed): Step {
  if (!observed.hasData) {
    if (observed.server !== "stopped") return { kind: "stop", reason: "its data is gone" };
    if (desired.initialize ?? desired.term <= 1) return { kind: "initialize" };
    return { kind: "wait", reason: `the folder is empty though this is term ${desired.term}: data was lost here` };
  }
  if (observed.server === "stopped") return { kind: "start" };
  if (observed.server === "starting") return waitForAnswer;
  // Before the promotion, so that from the first write on a commit waits for whom it has to.
  if (!observed.settingsInEffect) return { kind: "configure" };
  if (observed.inRecovery) return { kind: "promote" };
  if (!observed.prepared) return { kind: "prepare" };
  return { kind: "settled" };
}

/**
 * What standby and fenced share: a server in recovery. A writable one is stopped first, whatever else there is to do and
 * even if it does not answer: this is the fence. `default_transaction_read_only` would be none, a session can switch it off.
 */
function planReadOnly(observed: Observed, andThen: () => Step): Step | undefined {
  const lives = observed.server !== "stopped";
  if (lives && !observed.inRecovery) return { kind: "stop", reason: "it may not be written to" };
  if (!observed.hasData) return lives ? { kind: "stop", reason: "its data is gone" } : undefined;
  if (observed.server === "stopped" && !observed.inRecovery) return { kind: "enter-recovery" };
  return andThen();
}

function planFenced(observed: Observed): Step {
  if (observed.server === "stopped") return { kind: "start" };
  if (observed.server === "starting") return waitForAnswer;
  if (!observed.settingsInEffect) return { kind: "configure" };
  if (observed.receiving) return { kind: "wait", reason: "the last changes are still coming in" };
  return { kind: "settled" };
}

function planFollowing(observed: Observed): Step {
  const { upstream } = observed;
  if (upstream.kind === "clone") {
    if (observed.server !== "stopped") return { kind: "stop", reason: upstream.reason };
    return { kind: "clone", reason: upstream.reason };
  }
  if (observed.server === "stopped") return { kind: "start" };
  if (observed.server === "starting") return waitForAnswer;
  // With an upstream that is not (yet) known to fit, these are settings that follow nobody.
  if (!observed.settingsInEffect) return { kind: "configure" };
  if (upstream.kind !== "follow") return { kind: "examine-upstream" };
  if (!observed.prepared) return { kind: "prepare" };
  return { kind: "settled" };
}

const waitForAnswer: Step = { kind: "wait", reason: "the server does not answer yet" };

/** A step in words, for whoever asks why the server is not yet what it should be. */
export function describeStep(step: Step): string {
  switch (step.kind) {
    case "initialize":
      return "making a new database";
    case "clone":
      return `cloning the upstream, because ${step.reason}`;
    case "stop":
      return `stopping the server, because ${step.reason}`;
    case "enter-recovery":
    case "start":
      return "starting the server";
    case "configure":
      return "changing the server's settings";
    case "examine-upstream":
      return "examining the upstream";
    case "promote":
      return "promoting the server";
    case "prepare":
      return "preparing the database";
    default:
      return "";
  }
}
