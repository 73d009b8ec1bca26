import fc from "fast-check";
import { expect, it } from "vitest";
import { goJsonError } from "./go-json.ts";

it.each([
  ["{not json", "invalid character 'n' looking for beginning of object key string"],
  ["", "unexpected end of JSON input"],
  ['{"a": [1, 2', "unexpected end of JSON input"],
  ["nonsense", "invalid character 'o' in literal null (expecting 'u')"],
  ['{"a" 1}', "invalid character '1' after object key"],
  ['{"a": 1 "b"}', "invalid character '\"' after object key:value pair"],
  ["[1 2]", "invalid character '2' after array element"],
  ["{} x", "invalid character 'x' after top-level value"],
  ["-x", "invalid character 'x' in numeric literal"],
  ['"a\nb"', "invalid character '\\n' in string literal"],
  ['"\\q"', "invalid character 'q' in string escape code"],
  ["<yaml>", "invalid character '<' looking for beginning of value"],
])("says of %j what Go says", (text, message) => {
  expect(goJsonError(text)).toBe(message);
});

it("finds fault with exactly what JSON.parse refuses", () => {
  const pieces = fc.constantFrom(
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    '"a"',
    "1",
    "-",
    "0.5",
    "1e",
    "true",
    "nul",
    " ",
    "\\",
    '"',
  );
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 12 }), (parts) => {
      const text = parts.join("");
      let isJson = true;
      try {
        JSON.parse(text);
      } catch {
        isJson = false;
      }
      expect(goJsonError(text) === "invalid JSON").toBe(isJson);
    }),
    { numRuns: 2_000 },
  );
});
