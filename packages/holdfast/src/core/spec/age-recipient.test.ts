import { describe, expect, it } from "vitest";
import { isAgeRecipient } from "./age-recipient.ts";

/** Each is a public key whose private one nobody has. age 1.1.1 encrypts to both. */
const recipients = [
  "age127atz24at5vu9325ynw7crdcw2vc7el6nqezvta0lwaemw0f95nsmdf8c6",
  "age1r0q6gh6es9cgsy794962enmtpzx9d92m9eet26tmk9vms206y4kq0hxgdm",
];

describe("isAgeRecipient", () => {
  it.each(recipients)("takes %s (R93, R94)", (recipient) => {
    expect(isAgeRecipient(recipient)).toBe(true);
  });

  it("notices each wrong letter and each two that changed places", () => {
    const [recipient = ""] = recipients;
    for (let at = "age1".length; at < recipient.length; at += 1) {
      const wrong = recipient[at] === "q" ? "p" : "q";
      expect(isAgeRecipient(recipient.slice(0, at) + wrong + recipient.slice(at + 1))).toBe(false);
      const [a, b] = [recipient[at], recipient[at + 1]];
      if (b === undefined || a === b) continue;
      expect(isAgeRecipient(recipient.slice(0, at) + b + String(a) + recipient.slice(at + 2))).toBe(false);
    }
  });

  it.each([
    "",
    "age1",
    "age1qqqq",
    "AGE-SECRET-KEY-1QQQQ",
    "ssh-ed25519 AAAA",
    recipients[0]!.toUpperCase(),
    ` ${recipients[0]!}`,
  ])("refuses %j", (text) => {
    expect(isAgeRecipient(text)).toBe(false);
  });
});
