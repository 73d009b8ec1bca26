import { createHash } from "node:crypto";

/**
 * Resource Manager's template expressions, read and evaluated far enough to see what a template means: names, ids, and what refers to
 * what. A syntax error, an unknown function or a name that is not declared throws.
 * https://learn.microsoft.com/azure/azure-resource-manager/templates/template-expressions
 */
export interface Scope {
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly resourceGroup: string;
  readonly used: {
    readonly parameters: Set<string>;
    readonly variables: Set<string>;
    readonly references: Set<string>;
  };
}

export const SUBSCRIPTION = "/subscriptions/00000000-0000-0000-0000-000000000001";

/** Every text of the value that is an expression is replaced by what it gives. */
export function evaluate(value: unknown, scope: Scope): unknown {
  if (typeof value === "string") return evaluateText(value, scope);
  if (Array.isArray(value)) return value.map((item) => evaluate(item, scope));
  if (typeof value !== "object" || value === null) return value;
  const members = Object.entries(value).map(([key, member]) => [key, evaluate(member, scope)] as const);
  return Object.fromEntries(members.filter(([, member]) => member !== null));
}

function evaluateText(text: string, scope: Scope): unknown {
  if (!text.startsWith("[")) return text;
  if (text.startsWith("[[")) return text.slice(1);
  if (!text.endsWith("]")) throw new Error(`no end of the expression: ${text}`);
  const reader = new Reader(text.slice(1, -1), scope);
  const result = reader.expression();
  reader.end();
  return unknowns.has(result as object) ? String(result) : result;
}

/** What only Azure knows: any property of it is a text that says where it comes from. */
function unknown(from: string): unknown {
  const asText = (key: string | symbol) => key === "toString" || key === Symbol.toPrimitive;
  const value = new Proxy(
    {},
    { get: (_target, key) => (asText(key) ? () => from : unknown(`${from}.${String(key)}`)) },
  );
  unknowns.add(value);
  return value;
}

const unknowns = new WeakSet<object>();

class Reader {
  readonly #text: string;
  readonly #scope: Scope;
  #at = 0;

  constructor(text: string, scope: Scope) {
    this.#text = text;
    this.#scope = scope;
  }

  expression(): unknown {
    const [string] = this.#match(/'(?:[^']|'')*'/y) ?? [];
    let value: unknown;
    if (string !== undefined) value = string.slice(1, -1).replaceAll("''", "'");
    else value = this.#number() ?? this.#call();
    for (;;) {
      if (this.#take(".")) value = property(value, this.#name());
      else if (this.#take("[")) {
        value = property(value, this.expression() as string | number);
        this.#need("]");
      } else return value;
    }
  }

  end(): void {
    if (this.#at !== this.#text.length) throw this.#error("unexpected text");
  }

  #number(): number | undefined {
    const [digits] = this.#match(/-?\d+/y) ?? [];
    return digits === undefined ? undefined : Number(digits);
  }

  #call(): unknown {
    const name = this.#name();
    this.#need("(");
    const values: unknown[] = [];
    if (!this.#take(")")) {
      do values.push(this.expression());
      while (this.#take(","));
      this.#need(")");
    }
    const call = functions[name];
    if (call === undefined) throw this.#error(`unknown function ${name}`);
    return call(this.#scope, ...values);
  }

  #name(): string {
    const [name] = this.#match(/[A-Za-z_]\w*/y) ?? [];
    if (name === undefined) throw this.#error("expected a name");
    return name;
  }

  #match(pattern: RegExp): RegExpExecArray | undefined {
    while (this.#text[this.#at] === " ") this.#at += 1;
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text) ?? undefined;
    if (match !== undefined) this.#at += match[0].length;
    return match;
  }

  #take(token: string): boolean {
    while (this.#text[this.#at] === " ") this.#at += 1;
    if (this.#text[this.#at] !== token) return false;
    this.#at += 1;
    return true;
  }

  #need(token: string): void {
    if (!this.#take(token)) throw this.#error(`expected ${token}`);
  }

  #error(what: string): Error {
    return new Error(`${what} at ${this.#at} of ${this.#text}`);
  }
}

function property(value: unknown, key: string | number): unknown {
  const member = (value as Record<string | number, unknown>)[key];
  if (member === undefined) throw new Error(`nothing has a property ${key} here`);
  return member;
}

type Function = (scope: Scope, ...values: readonly unknown[]) => unknown;

const functions: Readonly<Record<string, Function>> = {
  parameters: ({ parameters, used }, name) => declared(parameters, name as string, used.parameters),
  variables: (scope, name) => evaluate(declared(scope.variables, name as string, scope.used.variables), scope),
  concat: (_scope, ...parts) => parts.map(text).join(""),
  resourceId: ({ resourceGroup }, ...values) => resourceId(resourceGroup, values.map(text)),
  resourceGroup: ({ resourceGroup }) => ({ id: `${SUBSCRIPTION}/resourceGroups/${resourceGroup}`, location: "here" }),
  subscription: () => ({ id: SUBSCRIPTION, tenantId: "00000000-0000-0000-0000-000000000002" }),
  reference: ({ used }, id) => {
    used.references.add(text(id));
    return unknown(`reference(${text(id)})`);
  },
  // Both sides are read, as a mistake on either is one.
  if: (_scope, condition, yes, no) => {
    if (typeof condition !== "boolean") throw new Error("a condition is true or false");
    return condition ? yes : no;
  },
  empty: (_scope, value) => value === "",
  json: (_scope, value) => JSON.parse(text(value)) as unknown,
  guid: (_scope, ...parts) => guidOf(parts.map(text)),
  base64: (_scope, value) => Buffer.from(text(value)).toString("base64"),
};

/** Of the right form, and the same for the same parts. */
function guidOf(parts: readonly string[]): string {
  const hex = createHash("sha256").update(parts.join("\n")).digest("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join("-");
}

function declared(values: Readonly<Record<string, unknown>>, name: string, used: Set<string>): unknown {
  if (!Object.hasOwn(values, name)) throw new Error(`${name} is not declared`);
  used.add(name);
  return values[name];
}

function text(value: unknown): string {
  if (unknowns.has(value as object)) return String(value);
  if (typeof value !== "string" && typeof value !== "number") throw new Error(`no text: ${JSON.stringify(value)}`);
  return String(value);
}

/** `resourceId([subscription,] [group,] type, name for each part of the type...)`. */
function resourceId(resourceGroup: string, values: readonly string[]): string {
  const at = values.findIndex((value) => /^Microsoft\.[A-Za-z]+\//.test(value));
  if (at < 0) throw new Error("resourceId names no type");
  const [provider, ...types] = values[at]?.split("/") ?? [];
  const names = values.slice(at + 1);
  if (names.length !== types.length)
    throw new Error(`${values[at] ?? ""} needs ${types.length} names, not ${names.length}`);
  const parts = types.map((type, index) => `/${type}/${names[index] ?? ""}`).join("");
  const group = at === 0 ? resourceGroup : (values[at - 1] ?? "");
  return `${SUBSCRIPTION}/resourceGroups/${group}/providers/${provider ?? ""}${parts}`;
}
