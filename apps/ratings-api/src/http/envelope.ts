import type { Context } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";

/** Every JSON answer of the contract: what happened, the HTTP status again, and what was asked for. */
export interface Envelope {
  readonly message: string;
  readonly status: number;
  readonly payload: unknown;
}

export function answer(c: Context, message: string, payload: unknown, status: ContentfulStatusCode = 200): Response {
  return c.json({ message, status, payload } satisfies Envelope, status);
}

export function badRequest(c: Context, problems: readonly string[]): Response {
  return answer(c, `bad request: ${problems.join("; ")}`, { problems }, 400);
}

/** For a moment only: the caller is told when to come again. */
export function tryAgain(c: Context, message: string, payload: unknown): Response {
  c.header("Retry-After", "1");
  return answer(c, message, payload, 503);
}
