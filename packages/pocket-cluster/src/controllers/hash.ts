/** No vowels and no digits that look like letters, so that no word comes out by accident (apimachinery's rand.SafeEncodeString). */
const SAFE = "bcdfghjklmnpqrstvwxz2456789";

/** A short name for a template: the same for the same content, whatever the order of its keys. */
export function templateHash(template: unknown, collisions = 0): string {
  const text = canonical(template) + (collisions === 0 ? "" : `#${collisions}`);
  let rest = (BigInt(fnv1a(text, 0x811c9dc5)) << 32n) | BigInt(fnv1a(text, 0x01234567));
  let name = "";
  for (; name.length < 10; rest /= BigInt(SAFE.length)) name += SAFE.charAt(Number(rest % BigInt(SAFE.length)));
  return name;
}

function fnv1a(text: string, seed: number): number {
  let hash = seed;
  for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return hash >>> 0;
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const entries = Object.entries(value)
    .filter(([, each]) => each !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, each]) => `${JSON.stringify(key)}:${canonical(each)}`).join()}}`;
}
