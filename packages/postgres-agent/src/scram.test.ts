import { describe, expect, it } from "vitest";
import { scramVerifier, verifies } from "./scram.ts";

describe("scramVerifier", () => {
  it("is what PostgreSQL would store", () => {
    // Salt, password and iterations of RFC 7677, section 3; the keys as PostgreSQL 18 computes them is shown end to end,
    // where the server lets the agent in by this verifier.
    const verifier = scramVerifier("pencil", Buffer.from("W22ZaJ0SNY7soEsUEjb6gQ==", "base64"), 4096);
    expect(verifier).toBe(
      "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=",
    );
  });

  it("is recognised with its password and with no other", () => {
    const verifier = scramVerifier("a password");
    expect(verifies(verifier, "a password")).toBe(true);
    expect(verifies(verifier, "another")).toBe(false);
    expect(verifies(undefined, "a password")).toBe(false);
    expect(verifies("md5abc", "a password")).toBe(false);
  });
});
