import { MongoNetworkError, MongoServerError, MongoServerSelectionError, MongoWriteConcernError } from "mongodb";
import { DatabaseUnavailable } from "../contract.ts";

/** The deadline came first. */
export class GivenUp extends Error {
  override readonly name = "GivenUp";
}

/** Fit for users: it says what is wrong and names no host. */
export function reasonOf(error: unknown): string {
  if (error instanceof MongoServerSelectionError) return "the database has no primary that can be reached";
  // An aborted read ends with the signal's reason.
  if (error instanceof GivenUp || (error instanceof Error && error.name === "TimeoutError"))
    return "the database did not answer in time";
  if (error instanceof MongoNetworkError) return "the connection to the database broke";
  if (error instanceof MongoWriteConcernError) return "the database could not confirm that a majority has it";
  if (error instanceof MongoServerError && notWritable.has(error.code))
    return "the database takes no writes at the moment";
  return "the database cannot be used at the moment";
}

export function codeOf(error: unknown): string {
  const code: unknown = error instanceof Error && "code" in error ? error.code : undefined;
  if (typeof code === "string" || typeof code === "number") return String(code);
  return error instanceof Error ? error.name : "unknown";
}

export function unavailable(error: unknown): DatabaseUnavailable {
  return new DatabaseUnavailable(reasonOf(error), { code: codeOf(error), cause: error });
}

/** NotWritablePrimary, NotPrimaryNoSecondaryOk, PrimarySteppedDown, InterruptedDueToReplStateChange, NotPrimaryOrSecondary. */
const notWritable = new Set<unknown>([10107, 13435, 189, 11602, 13436]);
