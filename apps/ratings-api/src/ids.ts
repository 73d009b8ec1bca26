import { createHash, randomBytes } from "node:crypto";

const ID = /^[0-9a-f]{24}$/;

export function isId(text: string): boolean {
  return ID.test(text);
}

export function randomId(): string {
  return randomBytes(12).toString("hex");
}

/**
 * The id that a key of the caller always leads to. A retry carries the same key, so it meets the row of the first attempt
 * in the database's own unique index, whichever instance, site or process answers it. 96 bits of SHA-256; parts are length-prefixed so that
 * ("ab", "c") and ("a", "bc") differ.
 */
export function idFromKey(...parts: readonly string[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(`${Buffer.byteLength(part)}:${part}`);
  return hash.digest("hex").slice(0, 24);
}
