import type { IncomingMessage } from "node:http";

/** The body is longer than allowed; the rest of it was not read. */
export class BodyTooLarge extends Error {
  override readonly name = "BodyTooLarge";
}

/** The whole body as text, at most `bytesMax` of it. */
export async function readBody(request: IncomingMessage, bytesMax: number): Promise<string> {
  if (Number(request.headers["content-length"] ?? 0) > bytesMax) throw new BodyTooLarge();
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > bytesMax) throw new BodyTooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
