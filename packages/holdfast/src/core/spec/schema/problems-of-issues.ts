import type * as z from "zod";
import type { $ZodRawIssue } from "zod/v4/core";
import type { Problem, ProblemCode, SourcePosition } from "../../../base/index.ts";
import type { SourceDocument } from "../document/index.ts";
import { formatPath, valueAt } from "../document/index.ts";
import { didYouMean, suggest } from "../suggest.ts";

type Issue = z.core.$ZodIssue;
type Path = readonly (string | number)[];

/**
 * Turns what zod found into problems that a person can act on. zod's own issues do not say which keys a map takes,
 * so `remember`, given to zod as its error map, keeps that for each map with an unknown key.
 */
export class IssueTranslator {
  readonly #document: SourceDocument;
  readonly #knownKeys = new WeakMap<object, readonly string[]>();

  constructor(document: SourceDocument) {
    this.#document = document;
  }

  readonly remember = (issue: $ZodRawIssue): undefined => {
    if (issue.code !== "unrecognized_keys" || typeof issue.input !== "object") return;
    const definition = issue.inst?._zod.def as { shape?: object } | undefined;
    if (definition?.shape !== undefined) this.#knownKeys.set(issue.input, Object.keys(definition.shape));
  };

  problems(issues: readonly Issue[]): Problem[] {
    const problems = issues.flatMap((issue) => this.#translate(issue, []));
    const seen = new Set<string>();
    return problems.filter((problem) => {
      const keys = [`${problem.code} ${problem.path ?? ""}`, placeKey(problem)];
      const isNew = !keys.some((key) => seen.has(key));
      for (const key of keys) seen.add(key);
      return isNew;
    });
  }

  #translate(issue: Issue, above: Path): Problem[] {
    const path = [...above, ...(issue.path as Path)];
    const value = valueAt(this.#document.data, path);
    switch (issue.code) {
      case "unrecognized_keys":
        return issue.keys.map((key) => this.#unknownKey([...path, key], key, value));
      case "invalid_union":
        return this.#union(issue, path, value);
      case "invalid_key":
        return [
          this.#problem(
            "invalid-value",
            path,
            `${issue.issues[0]?.message ?? "expected another key"} as the key`,
            undefined,
            "key",
          ),
        ];
      case "invalid_value":
        if (value === undefined) return [this.#missing(path)];
        return [this.#wrongValue(issue.message, path, value, issue.values.map(String))];
      case "invalid_type":
        if (value === undefined) return [this.#missing(path)];
        return [
          this.#problem(
            "wrong-type",
            path,
            otherKind(issue.message, value),
            path.length === 0 ? ROOT_HINT : quotingHint(issue.message, value),
          ),
        ];
      case "too_small":
      case "too_big":
        return [
          this.#problem(
            "invalid-value",
            path,
            Array.isArray(value) ? issue.message : foundInstead(issue.message, value),
          ),
        ];
      default:
        return [this.#wrongValue(issue.message, path, value, [])];
    }
  }

  /** Where a map was written for a union of scalars and a map, its inner problems say more than "none fits". */
  #union(issue: Extract<Issue, { code: "invalid_union" }>, path: Path, value: unknown): Problem[] {
    if ("discriminator" in issue && typeof issue.discriminator === "string") {
      if (value === undefined && valueAt(this.#document.data, path.slice(0, -1)) === undefined)
        return [this.#missing(path.slice(0, -1))];
      const options = "options" in issue && Array.isArray(issue.options) ? issue.options.map(String) : [];
      if (value === undefined) return [this.#missing(path, options)];
      return [this.#wrongValue(`expected ${options.join(", ")}`, path, value, options)];
    }
    if (value === undefined) return [this.#missing(path)];
    if (typeof value === "object") {
      const inner = issue.errors.find((issues) =>
        issues.every((one) => one.path.length > 0 || one.code === "unrecognized_keys"),
      );
      if (inner !== undefined) return inner.flatMap((one) => this.#translate(one, path));
    }
    return [this.#wrongValue(issue.message, path, value, [])];
  }

  #unknownKey(path: Path, key: string, map: unknown): Problem {
    const known = this.#knownKeys.get(map as object) ?? [];
    return this.#problem("unknown-key", path, `unknown key "${shorten(key)}"`, suggest(key, known, "Keys here"), "key");
  }

  #missing(path: Path, options: readonly string[] = []): Problem {
    const parent = path.slice(0, -1);
    const hint = options.length > 0 ? `Give one of ${options.join(", ")}.` : undefined;
    const where = parent.length === 0 ? "the file" : `"${formatPath(parent)}"`;
    return this.#problem("missing-key", path, `"${String(path.at(-1))}" is missing in ${where}`, hint);
  }

  #wrongValue(
    message: string,
    path: Path,
    value: unknown,
    options: readonly string[],
    code: ProblemCode = "invalid-value",
  ): Problem {
    const hint =
      typeof value === "string" && options.length > 0 ? didYouMean(value, options) : quotingHint(message, value);
    return this.#problem(code, path, foundInstead(message, value), hint);
  }

  #problem(code: ProblemCode, path: Path, message: string, hint?: string, part?: "key"): Problem {
    const at: SourcePosition = this.#document.positionOf(path, part);
    return { code, message, ...(hint === undefined ? {} : { hint }), at, path: formatPath(path) };
  }
}

const ROOT_HINT = "A fleet file is a map of keys such as sites and stores: holdfast init writes one to start from.";

/** An alias stands for the same text at two paths: what is wrong with it is wrong once. */
function placeKey({ code, at, path = "" }: Problem): string {
  const last = path.slice(Math.max(path.lastIndexOf("."), path.lastIndexOf("["), 0));
  return `${code} ${at?.line ?? 0}:${at?.column ?? 0} ${last}`;
}

/** Where text stands for something else, that it is text says enough. */
function otherKind(message: string, value: unknown): string {
  const found = foundInstead(message, value);
  return typeof value === "string" && value !== "" ? `${found}, found text` : found;
}

function foundInstead(message: string, value: unknown): string {
  const expected = message.startsWith("expected")
    ? message
    : message
        .replace(/^Invalid input: /, "")
        .replace(/, received .*$/, "")
        .replace(/\b(?:object|record|array|string|boolean)\b/, (word) => kindWords[word] ?? word);
  const found = describe(value);
  return found === undefined ? expected : `${expected}, found ${found}`;
}

/** What zod calls a kind, in the words that the rest of a message uses. */
const kindWords: Readonly<Record<string, string>> = {
  object: "a map",
  record: "a map",
  array: "a list",
  string: "text",
  boolean: "true or false",
};

/** Text is not repeated: it may be a secret, and the source line is shown beside the message anyway. */
function describe(value: unknown): string | undefined {
  if (value === null || value === undefined) return "nothing";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "a map";
  if (typeof value === "string") return value === "" ? "an empty text" : undefined;
  if (typeof value === "number") return `the number ${value}`;
  return value === true ? "true" : "false";
}

/** YAML reads 1.34 as a number and yes as text; quotes make it what was meant. */
function quotingHint(message: string, value: unknown): string | undefined {
  const wantsText = !/number|true or false|list|map|record|array|object/.test(message);
  return wantsText && (typeof value === "number" || typeof value === "boolean") ? "Put it in quotes." : undefined;
}

function shorten(text: string): string {
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
