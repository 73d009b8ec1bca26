import { orderKey } from "./collection.ts";
import type { Collection } from "./collection.ts";
import { ApiError } from "./contract.ts";
import type { KubeObject, ListOptions, ListResult } from "./contract.ts";
import { badRequest } from "./errors.ts";

interface ListQuery {
  readonly collection: Collection;
  readonly options: ListOptions;
  /** Undefined: no selector, so that the number of remaining items is known. */
  readonly matches: ((object: KubeObject) => boolean) | undefined;
  readonly resourceVersion: number;
}

/** One page of a list. Every page shows the state as of the first, as long as the history reaches back that far. */
export function listPage({ collection, options, matches, resourceVersion }: ListQuery): ListResult {
  const token = options.continue === undefined || options.continue === "" ? undefined : readToken(options.continue);
  const version = token === undefined || token.version < 0 ? resourceVersion : token.version;
  if (token !== undefined && version < collection.forgottenThrough) throw tooOld(token);

  const limit = options.limit === undefined || options.limit <= 0 ? Infinity : options.limit;
  const start =
    token === undefined ? "" : options.namespace === undefined ? token.after : `${options.namespace}${token.after}`;
  const items: KubeObject[] = [];
  let remaining = 0;
  let more = false;
  const objects =
    token === undefined ? collection.objects(options.namespace) : collection.objectsAt(version, options.namespace);
  for (const object of objects) {
    if (token !== undefined && orderKey(object) <= start) continue;
    if (matches?.(object) === false) continue;
    if (items.length < limit) items.push(object);
    else {
      more = true;
      remaining++;
      // With a selector nobody is told how many remain, so one is enough to know that there is more.
      if (matches !== undefined) break;
    }
  }
  const last = items.at(-1);
  return {
    items,
    resourceVersion: String(version),
    ...(more && last !== undefined ? { continue: writeToken(version, last, options.namespace) } : {}),
    ...(more && matches === undefined ? { remainingItemCount: remaining } : {}),
  };
}

interface ContinueToken {
  /** -1: whatever is newest. */
  readonly version: number;
  /** The key after which the next page starts. */
  readonly after: string;
}

/** The form of a real server's tokens: base64url of `{v, rv, start}`, where `start` is the last key and a zero byte. */
function writeToken(version: number, last: KubeObject, namespace: string | undefined): string {
  const key = namespace === undefined ? orderKey(last) : `/${last.metadata.name}`;
  return encode(version, key);
}

function encode(version: number, key: string): string {
  const json = JSON.stringify({ v: "meta.k8s.io/v1", rv: version, start: `${key}\u0000` });
  return btoa(json).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

function readToken(token: string): ContinueToken {
  const text = decodeBase64Url(token);
  let parsed: { v?: unknown; rv?: unknown; start?: unknown };
  try {
    parsed = JSON.parse(text) as typeof parsed;
  } catch {
    throw badRequest(
      `invalid continue token: continue key is not valid: invalid character ${goQuoted(text)} looking for beginning of value`,
    );
  }
  if (parsed.v !== "meta.k8s.io/v1") {
    throw badRequest(
      "invalid continue token: continue key is not valid: server does not recognize this encoded version",
    );
  }
  if (typeof parsed.rv !== "number" || typeof parsed.start !== "string" || parsed.rv === 0) {
    throw badRequest(
      "invalid continue token: continue key is not valid: incorrect encoded start resourceVersion (version meta.k8s.io/v1)",
    );
  }
  return { version: parsed.rv, after: parsed.start.replace(/\u0000$/, "") };
}

function decodeBase64Url(token: string): string {
  try {
    return atob(token.replaceAll("-", "+").replaceAll("_", "/"));
  } catch {
    throw badRequest(
      `invalid continue token: continue key is not valid: illegal base64 data at input byte ${Math.max(0, token.search(/[^\w-]/))}`,
    );
  }
}

function goQuoted(text: string): string {
  const code = text.charCodeAt(0);
  return code >= 0x20 && code < 0x7f ? `'${text.charAt(0)}'` : `'\\u${code.toString(16).padStart(4, "0")}'`;
}

function tooOld(token: ContinueToken): ApiError {
  return new ApiError(
    410,
    "Expired",
    "The provided continue parameter is too old to display a consistent list result. You can start a new list without " +
      "the continue parameter, or use the continue token in this response to retrieve the remainder of the results. " +
      "Continuing with the provided token results in an inconsistent list - objects that were created, modified, or " +
      "deleted between the time the first chunk was returned and now may show up in the list.",
    undefined,
    encode(-1, token.after),
  );
}
