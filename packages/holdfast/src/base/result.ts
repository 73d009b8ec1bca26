import { unreachable } from "./assert.ts";

/** The outcome of something that may be refused: expected trouble is a value, never an exception. */
export type Result<T, E> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: E };

export function ok<T>(value: T): Result<T, never> {
  return { ok: true, value };
}

export function err<E>(error: E): Result<never, E> {
  return { ok: false, error };
}

/** The value, where a refusal would be our own mistake (a constant in a table, a value checked before). */
export function unwrap<T, E>(result: Result<T, E>): T {
  return result.ok ? result.value : unreachable(result.error as never);
}
