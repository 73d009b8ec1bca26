/**
 * A position in the write-ahead log: a byte offset of 64 bits, written by PostgreSQL as two hexadecimal halves, "16/B374D848"
 * (documentation, "pg_lsn Type"). As text it does not sort: "9/0" stands after "10/0".
 */
export type Lsn = bigint;

const LSN = /^([0-9A-Fa-f]{1,8})\/([0-9A-Fa-f]{1,8})$/;

export function parseLsn(text: string): Lsn | undefined {
  const [, high, low] = LSN.exec(text) ?? [];
  return high !== undefined && low !== undefined ? (BigInt(`0x${high}`) << 32n) | BigInt(`0x${low}`) : undefined;
}

export function formatLsn(lsn: Lsn): string {
  return `${(lsn >> 32n).toString(16)}/${(lsn & 0xffff_ffffn).toString(16)}`.toUpperCase();
}

/** The later of those that are known. */
export function latest(...positions: readonly (Lsn | undefined)[]): Lsn | undefined {
  return positions.reduce((a, b) => (a === undefined || (b !== undefined && b > a) ? b : a), undefined);
}
