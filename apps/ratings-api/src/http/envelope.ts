/** An answer as a value; the listener writes it. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Every JSON answer of the contract: what happened, the HTTP status again, and what was asked for. */
export interface Envelope {
  readonly message: string;
  readonly status: number;
  readonly payload: unknown;
}

export function answer(message: string, payload: unknown, status = 200, headers: Reply["headers"] = {}): Reply {
  const body = JSON.stringify({ message, status, payload } satisfies Envelope);
  return { status, headers: { "Content-Type": "application/json; charset=utf-8", ...headers }, body };
}

export function text(body: string, status = 200, headers: Reply["headers"] = {}): Reply {
  return { status, headers: { "Content-Type": "text/plain; charset=utf-8", ...headers }, body };
}

export function badRequest(problems: readonly string[]): Reply {
  return answer(`bad request: ${problems.join("; ")}`, { problems }, 400);
}

/** For a moment only: the caller is told when to come again. */
export function tryAgain(message: string, payload: unknown): Reply {
  return answer(message, payload, 503, { "Retry-After": "1" });
}
