/**
 * FNV-1a with 64 bits, as 16 hexadecimal digits. It only has to tell one configuration from the next, so that pods roll
 * when theirs changes; nobody can gain from a collision, so nothing stronger is needed (and core uses no Node built-ins).
 * The product with the prime 2^40 + 0x1b3 is built from 32-bit halves.
 */
export function digest(text: string): string {
  let low = 0x84222325;
  let high = 0xcbf29ce4;
  for (let index = 0; index < text.length; index++) {
    low = (low ^ text.charCodeAt(index)) >>> 0;
    const product = low * 0x1b3;
    high = (Math.imul(high, 0x1b3) + Math.floor(product / 0x1_0000_0000) + (low << 8)) >>> 0;
    low = product >>> 0;
  }
  return high.toString(16).padStart(8, "0") + low.toString(16).padStart(8, "0");
}
