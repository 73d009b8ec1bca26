import { badRequest } from "../errors.ts";
import { labelKeyProblem, labelValueProblem } from "../kinds/names.ts";

export type LabelTest = (labels: Readonly<Record<string, string>> | undefined) => boolean;

/**
 * Parses a label selector, `app=web,tier!=db,zone in (a,b),!old,size>3`, as
 * https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/ gives its grammar.
 */
export function parseLabelSelector(text: string | undefined): LabelTest | undefined {
  if (text === undefined || text.trim() === "") return undefined;
  const tokens = [...text.matchAll(/\s*(==|!=|[=!,()<>]|[^\s=!,()<>]+)\s*/gy)].map((match) => match[1] ?? "");
  const tests = new Parser(tokens, text).requirements();
  return (labels) => tests.every((test) => test(labels));
}

class Parser {
  readonly #tokens: readonly string[];
  readonly #text: string;
  #next = 0;

  constructor(tokens: readonly string[], text: string) {
    this.#tokens = tokens;
    this.#text = text;
  }

  requirements(): LabelTest[] {
    const tests = [this.#requirement()];
    while (this.#next < this.#tokens.length) {
      this.#expect(",");
      tests.push(this.#requirement());
    }
    return tests;
  }

  #requirement(): LabelTest {
    if (this.#peek() === "!") {
      this.#next++;
      const absent = this.#key();
      return (labels) => labels?.[absent] === undefined;
    }
    const key = this.#key();
    const operator = this.#peek();
    if (operator === undefined || operator === ",") return (labels) => labels?.[key] !== undefined;
    this.#next++;
    switch (operator) {
      case "=":
      case "==": {
        const value = this.#value();
        return (labels) => labels?.[key] === value;
      }
      case "!=": {
        const value = this.#value();
        return (labels) => labels?.[key] !== value;
      }
      case "in": {
        const values = this.#values();
        return (labels) => labels?.[key] !== undefined && values.has(labels[key]);
      }
      case "notin": {
        const values = this.#values();
        return (labels) => labels?.[key] === undefined || !values.has(labels[key]);
      }
      case ">":
      case "<": {
        const text = this.#value();
        if (!/^-?\d+$/.test(text)) {
          throw this.#error(`for 'Gt', 'Lt' operators, the value must be an integer`);
        }
        const bound = Number(text);
        return (labels) => {
          const value = labels?.[key];
          if (value === undefined || !/^-?\d+$/.test(value)) return false;
          return operator === ">" ? Number(value) > bound : Number(value) < bound;
        };
      }
      default:
        throw this.#error(`found '${operator}', expected: in, notin, =, ==, !=, gt, lt`);
    }
  }

  #key(): string {
    const key = this.#tokens[this.#next++];
    if (key === undefined || /^[=!,()<>]/.test(key))
      throw this.#error(`found '${key ?? ""}', expected: !, identifier, or ','`);
    const problem = labelKeyProblem(key);
    if (problem !== undefined)
      throw badRequest(`unable to parse requirement: <nil>: Invalid value: ${JSON.stringify(key)}: ${problem}`);
    return key;
  }

  /** A value may be left out: `app=` asks for the empty one. */
  #value(): string {
    const token = this.#peek();
    if (token === undefined || token === ",") return "";
    if (/^[=!()<>]/.test(token)) throw this.#error(`found '${token}', expected: identifier`);
    this.#next++;
    const problem = labelValueProblem(token);
    if (problem !== undefined)
      throw badRequest(
        `unable to parse requirement: values[0][${token}]: Invalid value: ${JSON.stringify(token)}: ${problem}`,
      );
    return token;
  }

  #values(): ReadonlySet<string> {
    this.#expect("(");
    const values = new Set<string>([this.#listed()]);
    while (this.#peek() === ",") {
      this.#next++;
      values.add(this.#listed());
    }
    this.#expect(")");
    return values;
  }

  #listed(): string {
    const token = this.#peek();
    if (token === "," || token === ")") return "";
    return this.#value();
  }

  #peek(): string | undefined {
    return this.#tokens[this.#next];
  }

  #expect(token: string): void {
    const found = this.#tokens[this.#next++];
    if (found !== token) throw this.#error(`found '${found ?? ""}', expected: '${token}'`);
  }

  #error(why: string): Error {
    return badRequest(`unable to parse requirement: ${why} (in ${JSON.stringify(this.#text)})`);
  }
}

interface LabelSelectorObject {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly {
    readonly key: string;
    readonly operator: string;
    readonly values?: readonly string[];
  }[];
}

/** The test that an object's `spec.selector` (metav1.LabelSelector) makes; an absent one selects nothing, an empty one all. */
export function labelSelectorTest(selector: unknown): LabelTest {
  if (typeof selector !== "object" || selector === null) return () => false;
  const { matchLabels, matchExpressions } = selector as LabelSelectorObject;
  const wanted = Object.entries(matchLabels ?? {});
  const expressions = (matchExpressions ?? []).map(({ operator, values }) => {
    const listed = new Set(values ?? []);
    switch (operator) {
      case "In":
        return (value: string | undefined) => value !== undefined && listed.has(value);
      case "NotIn":
        return (value: string | undefined) => value === undefined || !listed.has(value);
      case "Exists":
        return (value: string | undefined) => value !== undefined;
      case "DoesNotExist":
        return (value: string | undefined) => value === undefined;
      default:
        return () => false;
    }
  });
  const keys = (matchExpressions ?? []).map(({ key }) => key);
  return (labels) =>
    wanted.every(([key, value]) => labels?.[key] === value) &&
    expressions.every((test, index) => test(labels?.[keys[index] ?? ""]));
}

/** A LabelSelector as the text that a Scale's `status.selector` carries, `app=web,tier in (a,b)`. */
export function labelSelectorText(selector: unknown): string {
  if (typeof selector !== "object" || selector === null) return "";
  const { matchLabels, matchExpressions } = selector as LabelSelectorObject;
  const parts = Object.entries(matchLabels ?? {}).map(([key, value]) => [key, `${key}=${value}`] as const);
  const more = (matchExpressions ?? []).map(({ key, operator, values }) => {
    const list = [...(values ?? [])].sort().join(",");
    const texts: Readonly<Record<string, string>> = {
      In: `${key} in (${list})`,
      NotIn: `${key} notin (${list})`,
      Exists: key,
      DoesNotExist: `!${key}`,
    };
    return [key, texts[operator] ?? ""] as const;
  });
  return [...parts, ...more]
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([, text]) => text)
    .join(",");
}
