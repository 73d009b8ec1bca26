/**
 * Where and why a text is no JSON, in the words of Go's `encoding/json`, which a Kubernetes server passes on. Called only after
 * `JSON.parse` failed.
 */
export function goJsonError(text: string): string {
  const scanner = new Scanner(text);
  try {
    scanner.value();
    scanner.space();
    if (!scanner.atEnd()) scanner.fail("after top-level value");
  } catch (error) {
    if (error instanceof SyntaxProblem) return error.message;
    throw error;
  }
  // Go's grammar is JSON's: what JSON.parse refused, the scanner refuses, except for surrogate details that Go repairs.
  return "invalid JSON";
}

class SyntaxProblem extends Error {}

class Scanner {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  atEnd(): boolean {
    return this.#at >= this.#text.length;
  }

  fail(where: string): never {
    if (this.atEnd()) throw new SyntaxProblem("unexpected end of JSON input");
    throw new SyntaxProblem(`invalid character ${quoted(this.#text.charAt(this.#at))} ${where}`);
  }

  space(): void {
    while (" \t\r\n".includes(this.#text.charAt(this.#at)) && !this.atEnd()) this.#at += 1;
  }

  value(): void {
    this.space();
    const first = this.#text.charAt(this.#at);
    if (first === "{") this.#members();
    else if (first === "[") this.#elements();
    else if (first === '"') this.#string();
    else if (first === "t") this.#literal("true");
    else if (first === "f") this.#literal("false");
    else if (first === "n") this.#literal("null");
    else this.#number();
  }

  #members(): void {
    this.#at += 1;
    this.space();
    if (this.#take("}")) return;
    for (;;) {
      this.space();
      if (this.#text.charAt(this.#at) !== '"') this.fail("looking for beginning of object key string");
      this.#string();
      this.space();
      if (!this.#take(":")) this.fail("after object key");
      this.value();
      this.space();
      if (this.#take("}")) return;
      if (!this.#take(",")) this.fail("after object key:value pair");
    }
  }

  #elements(): void {
    this.#at += 1;
    this.space();
    if (this.#take("]")) return;
    for (;;) {
      this.value();
      this.space();
      if (this.#take("]")) return;
      if (!this.#take(",")) this.fail("after array element");
    }
  }

  #string(): void {
    this.#at += 1;
    for (;;) {
      if (this.atEnd()) this.fail("in string literal");
      const character = this.#text.charAt(this.#at);
      if (character < " ") this.fail("in string literal");
      this.#at += 1;
      if (character === '"') return;
      if (character === "\\") this.#escape();
    }
  }

  #escape(): void {
    if (this.#take("u")) {
      for (let digit = 0; digit < 4; digit += 1) {
        if (!/[0-9a-fA-F]/.test(this.#text.charAt(this.#at))) this.fail("in \\u hexadecimal character escape");
        this.#at += 1;
      }
    } else if (this.atEnd() || !'"\\/bfnrt'.includes(this.#text.charAt(this.#at))) {
      this.fail("in string escape code");
    } else this.#at += 1;
  }

  #literal(word: string): void {
    for (const letter of Array.from(word)) {
      if (!this.#take(letter)) this.fail(`in literal ${word} (expecting ${quoted(letter)})`);
    }
  }

  #number(): void {
    const isNegative = this.#take("-");
    if (!/\d/.test(this.#text.charAt(this.#at)))
      this.fail(isNegative ? "in numeric literal" : "looking for beginning of value");
    if (!this.#take("0")) this.#digits();
    if (this.#take(".")) {
      if (!/\d/.test(this.#text.charAt(this.#at))) this.fail("after decimal point in numeric literal");
      this.#digits();
    }
    if (this.#take("e") || this.#take("E")) {
      if (!this.#take("+")) this.#take("-");
      if (!/\d/.test(this.#text.charAt(this.#at))) this.fail("in exponent of numeric literal");
      this.#digits();
    }
  }

  #digits(): void {
    while (/\d/.test(this.#text.charAt(this.#at))) this.#at += 1;
  }

  #take(character: string): boolean {
    if (this.#text.charAt(this.#at) !== character) return false;
    this.#at += 1;
    return true;
  }
}

function quoted(character: string): string {
  if (character === "'") return "'\\''";
  if (character === '"') return `'"'`;
  return `'${JSON.stringify(character).slice(1, -1)}'`;
}
