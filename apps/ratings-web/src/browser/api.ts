/** What the page knows of an item. */
export interface Item {
  readonly _id: string;
  readonly name: string;
  readonly img: string;
}

/** A row of the leaderboard as the API counts it. */
export interface Standing {
  readonly name: string;
  readonly img: string;
  readonly stars: number;
  readonly votes: number;
  readonly average: number;
}

export interface Page {
  readonly title: string;
  readonly subtitle: string;
}

/** What came of a call. `site` is who served it, also a failure, when anybody did. */
export type Reply<T> =
  | { readonly kind: "ok"; readonly site: string | null; readonly value: T }
  | {
      readonly kind: "refused";
      readonly site: string | null;
      readonly status: number;
      readonly message: string;
      /** A write that was refused may have been stored all the same. */
      readonly inDoubt: boolean;
    }
  | { readonly kind: "no-answer" };

/** Longer than the servers' own deadlines, so that their answer wins when there is one. */
const timeoutMs = 5000;

/** The ratings API as this page uses it. Nothing throws: each call ends in a Reply. */
export const api = {
  site: (code: string): Promise<Reply<{ readonly name: string; readonly pages: { readonly Home: Page } }>> =>
    call(`/api/sites/${code}`),
  items: (): Promise<Reply<readonly Item[]>> => call("/api/items"),
  standings: (): Promise<Reply<readonly Standing[]>> => call("/api/items/rated"),
  /** The same key again can only be counted once, whatever became of the first attempt. */
  rate: (itemId: string, rating: number, key: string): Promise<Reply<unknown>> =>
    call("/api/rate", {
      method: "POST",
      headers: { "Content-Type": "application/json", "Idempotency-Key": key },
      body: JSON.stringify({ ratings: [{ id: itemId, rating }] }),
    }),
};

async function call<T>(path: string, init: RequestInit = {}): Promise<Reply<T>> {
  try {
    const response = await fetch(path, { ...init, cache: "no-store", signal: AbortSignal.timeout(timeoutMs) });
    const site = response.headers.get("X-Served-By-Site");
    const body = parseEnvelope(await response.text());
    if (response.ok && body !== undefined) return { kind: "ok", site, value: body.payload as T };
    const message = body?.message ?? `the server answered ${response.status}`;
    return {
      kind: "refused",
      site,
      status: response.status,
      message,
      inDoubt: isInDoubt(response.status, body?.payload),
    };
  } catch {
    // fetch tells by one TypeError that nobody answered, and by a TimeoutError that nobody did in time.
    return { kind: "no-answer" };
  }
}

/** The API says so in its payload; a server error that says nothing leaves it open. */
function isInDoubt(status: number, payload: unknown): boolean {
  const outcome = typeof payload === "object" && payload !== null && "outcome" in payload ? payload.outcome : undefined;
  return outcome === undefined ? status >= 500 : outcome === "unknown";
}

/** Something between the page and the API may answer with anything. */
function parseEnvelope(text: string): { readonly message: string; readonly payload: unknown } | undefined {
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body !== "object" || body === null || !("message" in body) || !("payload" in body)) return undefined;
    return { message: String(body.message), payload: body.payload };
  } catch {
    return undefined;
  }
}

/** A key of 128 random bits. `crypto.randomUUID` would need HTTPS. */
export function randomKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
