import type { ServerResponse } from "node:http";
import { ApiError, statusOf } from "../store/index.ts";

/** What a handler answers. Bodies are JSON text already, so that an object's encoding can be kept. */
export type Answer =
  | {
      readonly kind: "text";
      readonly status: number;
      readonly contentType: string;
      readonly body: string;
      readonly headers?: Readonly<Record<string, string | readonly string[]>>;
    }
  /** The handler writes to the response itself; it resolves when the stream has ended. */
  | { readonly kind: "stream"; readonly run: (response: ServerResponse) => Promise<void> };

export const JSON_TYPE = "application/json";
const PLAIN_TYPE = "text/plain; charset=utf-8";

export function jsonAnswer(status: number, value: unknown, contentType = JSON_TYPE): Answer {
  return { kind: "text", status, contentType, body: `${JSON.stringify(value)}\n` };
}

export function plainAnswer(status: number, body: string): Answer {
  return { kind: "text", status, contentType: PLAIN_TYPE, body };
}

/** What a real server answers for paths and resources that it does not have. */
export function pageNotFound(): Answer {
  return plainAnswer(404, "404 page not found\n");
}

export function errorAnswer(error: ApiError): Answer {
  const retry = error.details?.["retryAfterSeconds"];
  const answer = jsonAnswer(error.code, statusOf(error));
  if (answer.kind !== "text" || typeof retry !== "number") return answer;
  return { ...answer, headers: { "Retry-After": String(retry) } };
}

export function methodNotAllowed(): ApiError {
  return new ApiError(405, "MethodNotAllowed", "the server does not allow this method on the requested resource", {});
}

export function badRequest(message: string): ApiError {
  return new ApiError(400, "BadRequest", message);
}
