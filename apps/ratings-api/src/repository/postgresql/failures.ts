import pg from "pg";
import { DatabaseUnavailable } from "../contract.ts";
import { errorCode, NoAnswer, NoConnection } from "./connections.ts";

/** The commit was reported with a warning: PostgreSQL says so when the wait for a standby was cut short. */
export class CommitInDoubt extends Error {
  override readonly name = "CommitInDoubt";
}

/**
 * What a failed statement tells. `certain`: nothing of it was or will be stored. `fault`: not an outage but a mistake of
 * ours or in the set-up (a syntax error, a missing right), which waiting does not cure.
 */
export interface Failure {
  readonly certain: boolean;
  readonly fault: boolean;
  readonly schemaMissing: boolean;
  readonly connectionLost: boolean;
  readonly code: string;
  readonly reason: string;
}

export function explain(error: unknown): Failure {
  const code = errorCode(error) ?? (error instanceof Error ? error.name : "unknown");
  const failure = (reason: string, more: Partial<Failure> = {}): Failure => ({
    certain: true,
    fault: false,
    schemaMissing: false,
    connectionLost: false,
    code,
    reason,
    ...more,
  });
  if (error instanceof NoConnection) return failure(whyNoConnection(code));
  if (error instanceof NoAnswer)
    return failure("the database did not confirm in time", { certain: false, code: "deadline" });
  if (error instanceof CommitInDoubt) {
    return failure("the database could not confirm that a second copy exists", { certain: false, code: "01000" });
  }
  if (!(error instanceof pg.DatabaseError))
    return failure("the connection to the database broke", { certain: false, connectionLost: true });
  // FATAL and PANIC end the session, perhaps after the commit was written and before its confirmation could be sent.
  if (error.severity !== "ERROR")
    return failure("the database is shutting down", { certain: false, connectionLost: true });
  if (code === "25006") return failure("the database takes no writes at the moment (it is read-only)");
  if (code === "42P01" || code === "3F000") return failure("the database is not set up yet", { schemaMissing: true });
  if (code === "55P03" || code === "57014" || code.startsWith("40"))
    return failure("an earlier attempt is still in progress");
  if (code.startsWith("53") || code.startsWith("58")) return failure("the database is out of a resource");
  return failure("the database refused the statement", { fault: true });
}

export function unavailable(error: unknown): DatabaseUnavailable {
  const { reason, code, schemaMissing } = explain(error);
  return new DatabaseUnavailable(reason, { code, schemaMissing, cause: error });
}

function whyNoConnection(code: string): string {
  if (code === "57P03") return "the database is starting or stopping";
  if (code === "53300") return "the database has no connection left";
  if (code.startsWith("28")) return "the database refused our credentials";
  if (code === "3D000") return "the database does not exist yet";
  return "the database cannot be reached";
}
