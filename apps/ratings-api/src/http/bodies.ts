import { isIP } from "node:net";
import { idFromKey, isId, randomId } from "../ids.ts";
import type { Item, Rating } from "../ratings.ts";

export type Parsed<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problems: readonly string[] };

const ratingsMax = 100;
const textMax = 200;

/** Visible ASCII, as the Idempotency-Key draft's string is when it is not quoted; absent is fine. */
export function parseIdempotencyKey(header: string | undefined): Parsed<string | undefined> {
  if (header === undefined) return { ok: true, value: undefined };
  if (/^[\x21-\x7e]{1,255}$/.test(header)) return { ok: true, value: header };
  return { ok: false, problems: ["the header Idempotency-Key must be 1 to 255 visible ASCII characters"] };
}

/**
 * The body of POST /api/rate: `{userIp?, ratings: [{id, rating, ratingId?}]}`. `id` names the item. A rating's own id comes from its
 * `ratingId`, or from the request's key and its place in the list, so that the same request again leads to the same ids.
 */
export function parseRatings(body: unknown, key: string | undefined, ratedAt: Date): Parsed<readonly Rating[]> {
  if (!isObject(body))
    return { ok: false, problems: ['the body must be a JSON object like {"ratings": [{"id": "...", "rating": 5}]}'] };
  const problems: string[] = [];
  const { userIp, ratings } = body;
  const raterIp = userIp === undefined || userIp === null || userIp === "" ? null : userIp;
  // Not echoed back: it is somebody's address.
  if (raterIp !== null && (typeof raterIp !== "string" || isIP(raterIp) === 0))
    problems.push("userIp must be an IP address, or absent");
  if (!Array.isArray(ratings) || ratings.length > ratingsMax) {
    problems.push(`ratings must be a list of at most ${ratingsMax} entries`);
    return { ok: false, problems };
  }
  const fallbackKey = key ?? randomId();
  const seen = new Set<string>();
  const values = ratings.map((entry: unknown, index): Rating => {
    const at = `ratings[${index}]`;
    const { id, rating, ratingId } = isObject(entry) ? entry : {};
    if (typeof id !== "string" || !isId(id)) problems.push(`${at}.id must be an item's id: 24 hexadecimal digits`);
    if (typeof rating !== "number" || !(rating >= 0 && rating <= 5))
      problems.push(`${at}.rating must be a number from 0 to 5`);
    if (ratingId !== undefined && (typeof ratingId !== "string" || !/^[\x21-\x7e]{1,255}$/.test(ratingId))) {
      problems.push(`${at}.ratingId must be 1 to 255 visible ASCII characters, or absent`);
    }
    const ownId =
      typeof ratingId === "string" ? idFromKey("rating", ratingId) : idFromKey("rating", fallbackKey, String(index));
    if (seen.has(ownId)) problems.push(`${at}.ratingId is used twice`);
    seen.add(ownId);
    return { id: ownId, itemId: String(id), rating: Number(rating), raterIp: raterIp as string | null, ratedAt };
  });
  return problems.length > 0 ? { ok: false, problems } : { ok: true, value: values };
}

/** The body of POST /api/item: `{uid?, name, img}`. */
export function parseItem(body: unknown, key: string | undefined): Parsed<Item> {
  if (!isObject(body))
    return {
      ok: false,
      problems: ['the body must be a JSON object like {"name": "Mango", "img": "/static/img/fruits/mango.svg"}'],
    };
  const problems: string[] = [];
  const { uid, name, img } = body;
  const text = (value: unknown, at: string): string => {
    const trimmed = typeof value === "string" ? value.trim() : "";
    if (trimmed === "" || trimmed.length > textMax) problems.push(`${at} must be a text of 1 to ${textMax} characters`);
    // PostgreSQL stores no NUL, and nobody needs control characters in a name.
    else if (/\p{Cc}/u.test(trimmed)) problems.push(`${at} must not contain control characters`);
    return trimmed;
  };
  if (uid !== undefined && (typeof uid !== "number" || !Number.isFinite(uid)))
    problems.push("uid must be a number, or absent");
  const item = {
    id: key === undefined ? randomId() : idFromKey("item", key),
    ...(typeof uid === "number" ? { uid } : {}),
    name: text(name, "name"),
    img: text(img, "img"),
  };
  // A page shows it as a picture's source: another origin would learn who looks.
  if (item.img !== "" && !/^\/(?!\/)/.test(item.img))
    problems.push("img must be a path on this host, like /static/img/fruits/mango.svg");
  return problems.length > 0 ? { ok: false, problems } : { ok: true, value: item };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
