import { err, ok } from "../base/index.ts";
import type { Result } from "../base/index.ts";
import type { OperatorRequest, PossibleLoss } from "../core/failover/index.ts";

/**
 * How an operator asks a site's controller for a change of primary: a ConfigMap in the namespace holdfast-system of that site's cluster, so that
 * whoever may write there may ask, and nothing else has to be reached. The controller answers in the same object.
 */
export type StoreRequest = OperatorRequest;

export interface StoreAnswer {
  /** Of the request that it answers. */
  readonly id: string;
  /** `accepted`: it is being done; the others are final. */
  readonly state: "accepted" | "refused" | "done" | "failed";
  /** What happened, or why not. */
  readonly message: string;
  /** ISO 8601, by the site's calendar. */
  readonly at: string;
  readonly loss?: PossibleLoss;
}

/** Label of a request; its value is the store. */
export const REQUEST_LABEL = "holdfast.dev/request";
export const requestKeys = { request: "request.json", answer: "answer.json" } as const;

export function requestConfigMap(store: string): { readonly namespace: string; readonly name: string } {
  return { namespace: "holdfast-system", name: `holdfast-request-${store}` };
}

/** `data` of the ConfigMap. An answer to an older request is none. */
export function parseStoreRequest(
  data: Readonly<Record<string, string>> | undefined,
): Result<{ readonly request: StoreRequest; readonly answer?: StoreAnswer }, string> {
  const request = parseObject(data?.[requestKeys.request]) as Partial<StoreRequest> | undefined;
  if (!request) return err(`${requestKeys.request} is no JSON object`);
  const { id, kind, to, reason, acceptDataLoss, beyondRpo, at } = request;
  if (kind !== "switchover" && kind !== "failover") return err("`kind` is neither switchover nor failover");
  if (!isText(id) || !isText(to) || !isText(reason) || !isText(at))
    return err("`id`, `to`, `reason` and `at` are text");
  const parsed: StoreRequest = {
    id,
    kind,
    to,
    reason,
    at,
    // Only a plain yes is a yes to losing something.
    ...(acceptDataLoss === true && { acceptDataLoss }),
    ...(beyondRpo === true && { beyondRpo }),
  };
  const answer = parseObject(data?.[requestKeys.answer]) as StoreAnswer | undefined;
  return ok({ request: parsed, ...(answer?.id === id && { answer }) });
}

/** A person may write it by hand, and it is kept in the register. */
const LONGEST_TEXT = 1000;

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "" && value.length <= LONGEST_TEXT;
}

function parseObject(text: string | undefined): object | undefined {
  try {
    const value = JSON.parse(text ?? "") as unknown;
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
