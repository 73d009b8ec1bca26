import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseBackupMessage } from "./messages.ts";

describe("parseBackupMessage", () => {
  it("reads each kind", () => {
    expect(parseBackupMessage(Buffer.from("nbase.tar\0\0"))).toEqual({
      kind: "archive",
      name: "base.tar",
      tablespace: "",
    });
    expect(parseBackupMessage(Buffer.from("n16384.tar\0/srv/é\0"))).toMatchObject({ tablespace: "/srv/é" });
    expect(parseBackupMessage(Buffer.from("m"))).toEqual({ kind: "manifest" });
    const progress = Buffer.alloc(9, 0);
    progress.write("p");
    progress.writeBigInt64BE(22_500_000n, 1);
    // At an odd place of a larger buffer, as it comes from the wire.
    const shifted = Buffer.concat([Buffer.alloc(3), progress]).subarray(3);
    expect(parseBackupMessage(shifted)).toEqual({ kind: "progress", bytes: 22_500_000n });
  });

  it("passes data on unchanged", () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const message = parseBackupMessage(Buffer.concat([Buffer.from("d"), bytes]));
        expect(message.kind === "data" && Buffer.from(message.bytes).equals(bytes)).toBe(true);
      }),
    );
  });

  it.each(["", "x", "nbase.tar", "nbase.tar\0", "nbase.tar\0\0more", "p", "p1234567", "p123456789"])(
    "refuses %j",
    (text) => {
      expect(() => parseBackupMessage(Buffer.from(text))).toThrow(/^base backup: /);
    },
  );

  it("fails on hostile bytes only in its own words", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        try {
          parseBackupMessage(bytes);
        } catch (error) {
          expect((error as Error).message).toMatch(/^base backup: /);
        }
      }),
    );
  });
});
