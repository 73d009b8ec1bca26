import type { IncomingMessage } from "node:http";
import { ApiError } from "../store/index.ts";
import { badRequest } from "./answer.ts";
import { goJsonError } from "./go-json.ts";

/** As etcd-backed servers have it: no object is larger than this. */
const BODY_BYTES_MAX = 3 << 20;

/** The whole body; 413 as soon as it is known to be too long. */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  if (Number(request.headers["content-length"] ?? 0) > BODY_BYTES_MAX) throw tooLarge();
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > BODY_BYTES_MAX) throw tooLarge();
    chunks.push(chunk);
  }
  const [only] = chunks;
  return chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks, length);
}

function tooLarge(): ApiError {
  return new ApiError(413, "RequestEntityTooLarge", `Request entity too large: limit is ${BODY_BYTES_MAX}`, {});
}

/** Decodes an object (`kind` says what was expected, for the message) from JSON, YAML or protobuf; 415 for anything else. */
export async function decodeObject(body: Buffer, contentType: string | undefined, kind: string): Promise<unknown> {
  switch (mediaType(contentType)) {
    case "":
    case "application/json":
      return parseJson(body, (problem) =>
        badRequest(
          `the object provided is unrecognized (must be of type ${kind}): couldn't get version/kind; json parse error: ${problem} (${summary(body)})`,
        ),
      );
    case "application/yaml":
      return parseYaml(body);
    case "application/vnd.kubernetes.protobuf":
      return parseProtobuf(body, kind);
    default:
      throw new ApiError(
        415,
        "UnsupportedMediaType",
        "the body of the request was in an unknown format - accepted media types include: application/json, application/yaml, application/vnd.kubernetes.protobuf",
        {},
      );
  }
}

export function mediaType(contentType: string | undefined): string {
  return (contentType ?? "").split(";", 1)[0]?.trim().toLowerCase() ?? "";
}

export function parseJson(body: Buffer, problem: (why: string) => ApiError): unknown {
  const text = body.toString("utf8");
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw problem(goJsonError(text));
  }
}

/** YAML is rare (kubectl sends JSON), so its parser is loaded when it is first needed. */
export async function parseYaml(body: Buffer): Promise<unknown> {
  const text = body.toString("utf8");
  try {
    // JSON is YAML, and what clients send as YAML mostly is JSON.
    return JSON.parse(text) as unknown;
  } catch {
    const { parse } = await import("yaml");
    try {
      return parse(text) as unknown;
    } catch (error) {
      throw badRequest(`error parsing YAML: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}

/** Loaded when first needed, as the table of messages is large and most clients speak JSON. */
async function parseProtobuf(body: Buffer, kind: string): Promise<unknown> {
  const { decodeProtobuf, WireError } = await import("./protobuf/index.ts");
  try {
    return decodeProtobuf(body);
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    throw badRequest(
      `the object provided is unrecognized (must be of type ${kind}): ${error.message} (${summary(body)})`,
    );
  }
}

/** The start of the body, as the server shows it: text that begins like an object, else hexadecimal. */
function summary(body: Buffer): string {
  if (body.length === 0) return "<empty>";
  const shown = body.subarray(0, 30);
  const text = body[0] === 0x7b ? shown.toString("utf8") : shown.toString("hex");
  return body.length > 30 ? `${text} ...` : text;
}
