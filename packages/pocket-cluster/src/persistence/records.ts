import { crc32 } from "node:zlib";

/**
 * A file of records is lines of `<crc32 of the JSON, 8 hex digits> <JSON>\n`. Whatever a crash left half-written shows: the last
 * line lacks its newline, or its checksum does not fit.
 */
export function encodeRecord(json: string): string {
  return `${crc32(json).toString(16).padStart(8, "0")} ${json}\n`;
}

export interface DecodedRecords {
  readonly records: readonly unknown[];
  /** Bytes up to the end of the last good record. */
  readonly goodBytes: number;
  /** `torn`: only the end of the last write is missing. `corrupt`: good records follow a bad one, so the file was damaged. */
  readonly end: "whole" | "torn" | "corrupt";
}

export function decodeRecords(file: Buffer): DecodedRecords {
  const records: unknown[] = [];
  let goodBytes = 0;
  while (goodBytes < file.length) {
    const newline = file.indexOf(0x0a, goodBytes);
    if (newline < 0) return { records, goodBytes, end: "torn" };
    const json = checkedJson(file.subarray(goodBytes, newline));
    if (json === undefined) return { records, goodBytes, end: hasGoodRecord(file, newline + 1) ? "corrupt" : "torn" };
    records.push(JSON.parse(json));
    goodBytes = newline + 1;
  }
  return { records, goodBytes, end: "whole" };
}

function checkedJson(line: Buffer): string | undefined {
  if (line.length < 10 || line[8] !== 0x20) return undefined;
  const json = line.subarray(9);
  return line.toString("latin1", 0, 8) === crc32(json).toString(16).padStart(8, "0")
    ? json.toString("utf8")
    : undefined;
}

function hasGoodRecord(file: Buffer, from: number): boolean {
  for (let start = from; ;) {
    const newline = file.indexOf(0x0a, start);
    if (newline < 0) return false;
    if (checkedJson(file.subarray(start, newline)) !== undefined) return true;
    start = newline + 1;
  }
}
