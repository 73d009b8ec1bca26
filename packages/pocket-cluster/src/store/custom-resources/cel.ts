import { equal, isList, isObject } from "../json.ts";
import type { Json } from "../json.ts";

/**
 * The Common Expression Language, as far as validation rules of CustomResourceDefinitions use it: literals, operators,
 * field access, indexing, `has`, the comprehension macros, optional fields, and the functions in `functions`. Integers and
 * doubles are one type here. A program outside of this does not compile, and its rule is then not enforced.
 * https://github.com/google/cel-spec/blob/master/doc/langdef.md
 */
export type Program = (variables: Scope) => Value;
type Scope = ReadonlyMap<string, Value>;
export type Value = Json | Optional;

export class CelError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "CelError";
  }
}

/** The result of `a.?b`: a value or none. */
class Optional {
  readonly value: Json | undefined;
  constructor(value: Json | undefined) {
    this.value = value;
  }
}

/** Longer programs are refused: a server limits their cost, too. */
const TOKENS_MAX = 2000;

const TOKEN =
  /\s*(?:(\d+\.\d+(?:[eE][+-]?\d+)?|0x[0-9a-fA-F]+|\d+)u?|(r?"(?:[^"\\]|\\.)*"|r?'(?:[^'\\]|\\.)*')|([A-Za-z_][A-Za-z0-9_]*)|(&&|\|\||==|!=|<=|>=|\.\?|[-+*/%!<>?:.,()[\]{}]))/y;

interface Token {
  readonly kind: "number" | "string" | "name" | "symbol";
  readonly text: string;
}

export function compileCel(source: string): Program {
  const parser = new Parser(tokenize(source));
  const program = parser.expression();
  parser.end();
  return program;
}

function tokenize(source: string): Token[] {
  const tokens: Token[] = [];
  const text = source.trim();
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const from = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    if (match === null) throw new CelError(`cannot read ${JSON.stringify(text.slice(from, from + 20))}`);
    const [, number, string, name, symbol] = match;
    if (number !== undefined) tokens.push({ kind: "number", text: number });
    else if (string !== undefined) tokens.push({ kind: "string", text: string });
    else if (name !== undefined) tokens.push({ kind: "name", text: name });
    else tokens.push({ kind: "symbol", text: symbol ?? "" });
    if (tokens.length > TOKENS_MAX) throw new CelError("the expression is too long");
  }
  return tokens;
}

const BINARY: readonly (readonly string[])[] = [
  ["||"],
  ["&&"],
  ["==", "!=", "<", "<=", ">", ">=", "in"],
  ["+", "-"],
  ["*", "/", "%"],
];
const MACROS = new Set(["all", "exists", "exists_one", "map", "filter"]);

class Parser {
  readonly #tokens: readonly Token[];
  #next = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  end(): void {
    if (this.#next < this.#tokens.length) throw new CelError(`unexpected ${this.#peek() ?? ""}`);
  }

  expression(): Program {
    const condition = this.#binary(0);
    if (!this.#take("?")) return condition;
    const yes = this.expression();
    this.#expect(":");
    const no = this.expression();
    return (scope) => (truth(condition(scope)) ? yes(scope) : no(scope));
  }

  #binary(level: number): Program {
    const operators = BINARY[level];
    if (operators === undefined) return this.#unary();
    let left = this.#binary(level + 1);
    for (let operator = this.#peek(); operator !== undefined && operators.includes(operator); operator = this.#peek()) {
      this.#next++;
      left = binaryProgram(operator, left, this.#binary(level + 1));
    }
    return left;
  }

  #unary(): Program {
    if (this.#take("!")) {
      const operand = this.#unary();
      return (scope) => !truth(operand(scope));
    }
    if (this.#take("-")) {
      const operand = this.#unary();
      return (scope) => -numeric(operand(scope));
    }
    return this.#member();
  }

  #member(): Program {
    let target = this.#primary();
    for (;;) {
      if (this.#take(".?")) {
        const name = this.#name();
        const of = target;
        target = (scope) => {
          const value = plain(of(scope));
          return new Optional(isObject(value) ? value[name] : undefined);
        };
      } else if (this.#take(".")) target = this.#selected(target);
      else if (this.#take("[")) {
        const index = this.expression();
        this.#expect("]");
        const of = target;
        target = (scope) => element(of(scope), plain(index(scope)));
      } else return target;
    }
  }

  #selected(of: Program): Program {
    const name = this.#name();
    if (!this.#take("(")) return (scope) => field(of(scope), unescape(name));
    if (MACROS.has(name)) return this.#macro(name, of);
    return call(name, [of, ...this.#arguments()]);
  }

  #macro(name: string, of: Program): Program {
    const variable = this.#name();
    this.#expect(",");
    const bodies = [this.expression()];
    while (this.#take(",")) bodies.push(this.expression());
    this.#expect(")");
    return macro(name, of, variable, bodies);
  }

  #primary(): Program {
    const token = this.#tokens[this.#next++];
    if (token === undefined) throw new CelError("the expression ends early");
    switch (token.kind) {
      case "number": {
        const value = Number(token.text);
        return () => value;
      }
      case "string": {
        const value = unquote(token.text);
        return () => value;
      }
      case "name":
        return this.#named(token.text);
      case "symbol":
        return this.#composed(token.text);
    }
  }

  #named(name: string): Program {
    const constants = new Map<string, Json>([
      ["true", true],
      ["false", false],
      ["null", null],
    ]);
    const constant = constants.get(name);
    if (constant !== undefined) return () => constant;
    if (!this.#take("(")) {
      return (scope) => {
        const value = scope.get(name);
        if (value === undefined) throw new CelError(`undeclared reference to '${name}'`);
        return value;
      };
    }
    if (name === "has") {
      const from = this.#next;
      const operand = this.expression();
      this.#expect(")");
      const last = this.#tokens[this.#next - 2];
      if (last?.kind !== "name" || from === this.#next - 2) throw new CelError("has() needs a field selection");
      return (scope) => has(operand, scope);
    }
    return call(name, this.#arguments());
  }

  #composed(symbol: string): Program {
    if (symbol === "(") {
      const inner = this.expression();
      this.#expect(")");
      return inner;
    }
    if (symbol === "[") {
      const items: Program[] = [];
      while (!this.#take("]")) {
        items.push(this.expression());
        if (!this.#take(",") && this.#peek() !== "]") throw new CelError("a list needs commas");
      }
      return (scope) => items.map((item) => plain(item(scope)));
    }
    if (symbol === "{") {
      const entries: [Program, Program][] = [];
      while (!this.#take("}")) {
        const key = this.expression();
        this.#expect(":");
        entries.push([key, this.expression()]);
        if (!this.#take(",") && this.#peek() !== "}") throw new CelError("a map needs commas");
      }
      return (scope) =>
        Object.fromEntries(entries.map(([key, value]) => [keyText(plain(key(scope))), plain(value(scope))]));
    }
    throw new CelError(`unexpected ${symbol}`);
  }

  #arguments(): Program[] {
    const programs: Program[] = [];
    if (this.#take(")")) return programs;
    do programs.push(this.expression());
    while (this.#take(","));
    this.#expect(")");
    return programs;
  }

  #name(): string {
    const token = this.#tokens[this.#next++];
    if (token?.kind !== "name") throw new CelError(`a name is missing before ${token?.text ?? "the end"}`);
    return token.text;
  }

  /** The next symbol or word operator. */
  #peek(): string | undefined {
    const token = this.#tokens[this.#next];
    return token?.kind === "symbol" || token?.text === "in" ? token.text : undefined;
  }

  #take(symbol: string): boolean {
    if (this.#peek() !== symbol) return false;
    this.#next++;
    return true;
  }

  #expect(symbol: string): void {
    if (!this.#take(symbol)) throw new CelError(`${symbol} is missing`);
  }
}

const ESCAPES: Readonly<Record<string, string>> = {
  n: "\n",
  t: "\t",
  r: "\r",
  "\\": "\\",
  '"': '"',
  "'": "'",
  "`": "`",
  "?": "?",
};

function unquote(text: string): string {
  if (text.startsWith("r")) return text.slice(2, -1);
  return text
    .slice(1, -1)
    .replace(/\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(.))/g, (_, u?: string, x?: string, c?: string) =>
      u !== undefined || x !== undefined
        ? String.fromCharCode(parseInt(u ?? x ?? "", 16))
        : (ESCAPES[c ?? ""] ?? c ?? ""),
    );
}

/** Field names that are no CEL names are written with these. */
function unescape(name: string): string {
  return name
    .replaceAll("__dot__", ".")
    .replaceAll("__dash__", "-")
    .replaceAll("__slash__", "/")
    .replaceAll("__underscores__", "__")
    .replace(/^__(\w+)__$/, "$1");
}

function plain(value: Value): Json {
  if (!(value instanceof Optional)) return value;
  if (value.value === undefined) throw new CelError("optional.none() dereference");
  return value.value;
}

function truth(value: Value): boolean {
  if (typeof value !== "boolean") throw new CelError("no such overload");
  return value;
}

function numeric(value: Value): number {
  if (typeof value !== "number") throw new CelError("no such overload");
  return value;
}

function field(of: Value, name: string): Value {
  if (of instanceof Optional) return new Optional(isObject(of.value) ? of.value[name] : undefined);
  if (!isObject(of)) throw new CelError("no such overload");
  const value = of[name];
  if (value === undefined) throw new CelError(`no such key: ${name}`);
  return value;
}

/** A key of a map: a string, or a number or truth value as one. */
function keyText(value: Json): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function element(of: Value, index: Json): Json {
  const target = plain(of);
  const value = isList(target) ? target[Number(index)] : isObject(target) ? target[keyText(index)] : undefined;
  if (value === undefined)
    throw new CelError(isList(target) ? `index out of bounds: ${keyText(index)}` : `no such key: ${keyText(index)}`);
  return value;
}

/** The macro: whether the selected field is there. */
function has(selection: Program, scope: Scope): boolean {
  try {
    const value = selection(scope);
    return !(value instanceof Optional) || value.value !== undefined;
  } catch (error) {
    if (error instanceof CelError && error.message.startsWith("no such key")) return false;
    throw error;
  }
}

function binaryProgram(operator: string, left: Program, right: Program): Program {
  switch (operator) {
    // Either side may decide alone, even when the other one fails.
    case "||":
      return (scope) => either(left, right, scope, true);
    case "&&":
      return (scope) => either(left, right, scope, false);
    default:
      return (scope) => binary(operator, plain(left(scope)), plain(right(scope)));
  }
}

function either(left: Program, right: Program, scope: Scope, decisive: boolean): boolean {
  let first: boolean;
  try {
    first = truth(left(scope));
  } catch (error) {
    if (error instanceof CelError && truth(right(scope)) === decisive) return decisive;
    throw error;
  }
  return first === decisive ? decisive : truth(right(scope));
}

function binary(operator: string, a: Json, b: Json): Json {
  switch (operator) {
    case "==":
      return equal(a, b);
    case "!=":
      return !equal(a, b);
    case "in":
      if (isList(b)) return b.some((each) => equal(each, a));
      return isObject(b) && typeof a === "string" && a in b;
    case "+":
      if (typeof a === "string" && typeof b === "string") return a + b;
      if (isList(a) && isList(b)) return [...a, ...b];
      return numeric(a) + numeric(b);
    case "-":
      return numeric(a) - numeric(b);
    case "*":
      return numeric(a) * numeric(b);
    case "/":
    case "%": {
      const [dividend, divisor] = [numeric(a), numeric(b)];
      if (divisor === 0) throw new CelError(operator === "/" ? "division by zero" : "modulus by zero");
      if (operator === "%") return dividend % divisor;
      const whole = Number.isInteger(dividend) && Number.isInteger(divisor);
      return whole ? Math.trunc(dividend / divisor) : dividend / divisor;
    }
    default:
      return compared(operator, a, b);
  }
}

function compared(operator: string, a: Json, b: Json): boolean {
  const same = typeof a === typeof b && (typeof a === "number" || typeof a === "string" || typeof a === "boolean");
  if (!same || typeof b === "object" || typeof a === "object") throw new CelError("no such overload");
  switch (operator) {
    case "<":
      return a < b;
    case "<=":
      return a <= b;
    case ">":
      return a > b;
    default:
      return a >= b;
  }
}

function macro(name: string, of: Program, variable: string, bodies: readonly Program[]): Program {
  const [first, second] = bodies;
  if (first === undefined || (second !== undefined && name !== "map"))
    throw new CelError(`${name} takes two arguments`);
  return (scope) => {
    const target = plain(of(scope));
    if (!isList(target) && !isObject(target)) throw new CelError("no such overload");
    const items = isList(target) ? target : Object.keys(target);
    const run = (body: Program, item: Json) => body(new Map(scope).set(variable, item));
    switch (name) {
      case "all":
        return items.every((item) => truth(run(first, item)));
      case "exists":
        return items.some((item) => truth(run(first, item)));
      case "exists_one":
        return items.filter((item) => truth(run(first, item))).length === 1;
      case "filter":
        return items.filter((item) => truth(run(first, item)));
      default:
        return second === undefined
          ? items.map((item) => plain(run(first, item)))
          : items.filter((item) => truth(run(first, item))).map((item) => plain(run(second, item)));
    }
  };
}

type Call = (...values: readonly (Json | undefined)[]) => Json;

function string(value: Json | undefined): string {
  if (typeof value !== "string") throw new CelError("no such overload");
  return value;
}
function list(value: Json | undefined): readonly Json[] {
  if (!isList(value)) throw new CelError("no such overload");
  return value;
}

const functions: Readonly<Record<string, Call>> = {
  size: (value) =>
    isList(value) ? value.length : isObject(value) ? Object.keys(value).length : Array.from(string(value)).length,
  matches: (text, pattern) => new RegExp(string(pattern), "u").test(string(text)),
  startsWith: (text, prefix) => string(text).startsWith(string(prefix)),
  endsWith: (text, suffix) => string(text).endsWith(string(suffix)),
  contains: (text, part) => string(text).includes(string(part)),
  lowerAscii: (text) => string(text).toLowerCase(),
  upperAscii: (text) => string(text).toUpperCase(),
  trim: (text) => string(text).trim(),
  split: (text, separator) => string(text).split(string(separator)),
  join: (items, separator = "") => list(items).map(string).join(string(separator)),
  replace: (text, from, to) => string(text).replaceAll(string(from), string(to)),
  indexOf: (text, part) =>
    isList(text) ? text.findIndex((each) => equal(each, part ?? null)) : string(text).indexOf(string(part)),
  substring: (text, from, to) => string(text).substring(numeric(from ?? 0), to === undefined ? undefined : numeric(to)),
  string: (value) => keyText(value ?? null),
  int: (value) => Math.trunc(Number(value)),
  double: (value) => Number(value),
  isSorted: (items) =>
    list(items).every((each, index, all) => index === 0 || compared("<=", all[index - 1] ?? null, each)),
  sum: (items) => list(items).reduce((sum: number, each) => sum + numeric(each), 0),
  min: (items) => Math.min(...list(items).map(numeric)),
  max: (items) => Math.max(...list(items).map(numeric)),
};

function call(name: string, programs: readonly Program[]): Program {
  const [target, argument] = programs;
  if (name === "orValue" && target !== undefined && argument !== undefined) {
    return (scope) => {
      const value = target(scope);
      return (value instanceof Optional ? value.value : value) ?? argument(scope);
    };
  }
  if (name === "hasValue" && target !== undefined) {
    return (scope) => {
      const value = target(scope);
      return !(value instanceof Optional) || value.value !== undefined;
    };
  }
  const known = functions[name];
  if (known === undefined) throw new CelError(`no function ${name}`);
  return (scope) => known(...programs.map((program) => plain(program(scope))));
}
