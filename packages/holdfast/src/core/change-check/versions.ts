/** `1.34.4`, as the fleet file's schema has checked; negative: `a` is older. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [numbersOf(a), numbersOf(b)];
  return left.map((part, index) => part - (right[index] ?? 0)).find((difference) => difference !== 0) ?? 0;
}

export function minorOf(version: string): number {
  return numbersOf(version)[1] ?? 0;
}

function numbersOf(version: string): number[] {
  return version.split(".").map(Number);
}
