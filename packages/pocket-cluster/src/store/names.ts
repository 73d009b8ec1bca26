/** Uids, generated names and timestamps, from the environment's randomness and clock. */

/** Letters and digits that make no words, as a server uses for generated names. */
const ALPHABET = "bcdfghjklmnpqrstvwxz2456789";

export function randomSuffix(random: () => number, length = 5): string {
  let suffix = "";
  for (let i = 0; i < length; i++) suffix += ALPHABET.charAt(Math.floor(random() * ALPHABET.length));
  return suffix;
}

/** RFC 9562, version 4. */
export function randomUid(random: () => number): string {
  const word = () =>
    Math.floor(random() * 2 ** 32)
      .toString(16)
      .padStart(8, "0");
  const hex = word() + word() + word() + word();
  const variant = ((parseInt(hex.charAt(16), 16) & 0x3) | 0x8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`;
}

/** RFC 3339 in whole seconds, as object metadata carries it. */
export function timestamp(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
