/** Orders two positions in a write-ahead log (pg_lsn as text: two hexadecimal numbers of 32 bits). Throws on anything else. */
export function comparePositions(a: string, b: string): number {
  const [x, y] = [parsePosition(a), parsePosition(b)];
  return x === y ? 0 : x < y ? -1 : 1;
}

function parsePosition(text: string): bigint {
  const match = /^([0-9a-f]{1,8})\/([0-9a-f]{1,8})$/i.exec(text);
  if (!match) throw new Error(`no position in a write-ahead log: ${text}`);
  return (BigInt(`0x${match[1] ?? ""}`) << 32n) + BigInt(`0x${match[2] ?? ""}`);
}
