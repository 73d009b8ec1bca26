import type { Progress } from "./base-backup/receive.ts";
import type { AgentState, DesiredState } from "./contract.ts";
import { formatLsn } from "./lsn.ts";
import type { Snapshot } from "./observe.ts";
import { parseSyncStandbys } from "./settings.ts";

/** What the agent knows when it is asked for its state. */
export interface Known {
  readonly term: number;
  readonly revision: number;
  readonly settledRevision: number;
  readonly clock: AgentState["clock"];
  readonly freeBytes: number | undefined;
  readonly desiredRole: DesiredState["role"] | undefined;
  readonly reason: string;
  readonly cloning: Progress | undefined;
  readonly lives: boolean;
  /** Now. */
  readonly snapshot: Snapshot | undefined;
  /** In recovery still, but told to end it. */
  readonly promoting: boolean;
  /** When it last answered, since it was started. */
  readonly last: Snapshot | undefined;
  /** Of that snapshot: does the server have the settings in effect that follow from what is desired? */
  settingsInEffect(snapshot: Snapshot): boolean;
}

export function reportState(known: Known): AgentState {
  const { term, revision, settledRevision, clock, freeBytes, reason, cloning, snapshot, last } = known;
  const ofTheAgent = { term, revision, settledRevision, clock, ...(freeBytes === undefined ? {} : { freeBytes }) };
  const nothingKnown = { ...ofTheAgent, syncStandbys: [], replicas: [] };
  if (cloning !== undefined) return { ...nothingKnown, role: "cloning", reason, clone: cloning };
  if (snapshot === undefined) {
    // A server that does not answer may still be writable: it is called what it last was.
    const role = !known.lives ? "stopped" : last === undefined ? "starting" : reportRole(known, last);
    return { ...nothingKnown, role, reason: reason || "the server does not answer" };
  }
  const { position, replayPosition, inRecovery } = snapshot;
  return {
    ...ofTheAgent,
    role: reportRole(known, snapshot),
    reason,
    systemIdentifier: snapshot.systemIdentifier,
    timeline: snapshot.timeline,
    ...(position === undefined ? {} : { position: formatLsn(position) }),
    ...(replayPosition === undefined ? {} : { replayPosition: formatLsn(replayPosition) }),
    ...(inRecovery ? { streaming: snapshot.streaming } : {}),
    syncStandbys: inRecovery ? [] : parseSyncStandbys(snapshot.syncStandbyNames),
    replicas: snapshot.replicas,
  };
}

/** What it is, not what it should be. */
export function reportRole(known: Known, snapshot: Snapshot): AgentState["role"] {
  if (!snapshot.inRecovery) return "primary";
  if (known.promoting) return "starting";
  if (snapshot.receiving || known.desiredRole === "standby") return "standby";
  // Whoever asks for "fenced" wants to know that nothing more is received: so it is not said before.
  return known.settingsInEffect(snapshot) ? "fenced" : "standby";
}
