import { parseIpv4Range, rangesOverlap } from "../../spec/index.ts";

/**
 * The highest range of this size that lies in one of the spaces and overlaps none of `taken`: people number from below. It
 * jumps over what is in the way, so the work grows with the number of ranges and not with their size.
 */
export function freeRange(spaces: readonly string[], taken: readonly string[], prefix: number): string | undefined {
  const size = 2 ** (32 - prefix);
  const obstacles = taken.flatMap((text) => parseIpv4Range(text) ?? []);
  for (const text of spaces) {
    const space = parseIpv4Range(text);
    if (space === undefined || space.prefix > prefix) continue;
    let first = space.first + 2 ** (32 - space.prefix) - size;
    while (first >= space.first) {
      const candidate = { first, prefix };
      const obstacle = obstacles.find((other) => rangesOverlap(candidate, other));
      if (obstacle === undefined) return `${formatIpv4(first)}/${prefix}`;
      first = Math.floor(obstacle.first / size) * size - size;
    }
  }
  return undefined;
}

function formatIpv4(address: number): string {
  return [24, 16, 8, 0].map((bits) => Math.floor(address / 2 ** bits) % 256).join(".");
}
