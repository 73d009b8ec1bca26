import { Composer, Lexer, LineCounter, Parser, isAlias, isMap, isScalar, isSeq } from "yaml";
import type { CST, Document, Node, ParsedNode } from "yaml";
import type { Problem, Result, SourcePosition } from "../../../base/index.ts";
import { err, ok } from "../../../base/index.ts";
import { YamlDocument, keyText } from "./document.ts";
import type { SourceDocument } from "./document.ts";
import type { Path } from "./path.ts";
import { formatPath } from "./path.ts";

/** Far above what a fleet of a thousand sites needs; a file beyond them is a mistake or an attack. */
export const documentLimits = {
  characters: 4_000_000,
  depth: 40,
  nodes: 1_000_000,
  aliases: 100,
  lexemes: 1_500_000,
  problems: 100,
} as const;

/**
 * Reads YAML 1.2 (of which JSON is a part) into plain data. Never throws and never hangs: size, depth and aliases are
 * limited before anything is built from the text, because the YAML library's own builder recurses.
 */
export function readDocument(text: string, file: string): Result<SourceDocument, readonly Problem[]> {
  if (text.length > documentLimits.characters) {
    return err([
      tooComplex(
        `the file is longer than ${documentLimits.characters} characters`,
        { file, line: 1, column: 1 },
        "A fleet of a thousand sites is shorter, and is one file: look for what does not belong in it.",
      ),
    ]);
  }
  const lines = new LineCounter();
  const at = (offset: number): SourcePosition => positionAt(lines, file, offset);

  const tokens: CST.Token[] = [];
  let documents = 0;
  const lexemes = new BoundedLexemes(text);
  for (const token of tokensOf(lexemes, lines)) {
    if (lexemes.excess !== undefined) break;
    const deep = findDepthExcess(token);
    if (deep !== undefined) return err([tooComplex(deep.message, at(deep.offset))]);
    tokens.push(token);
    if (token.type === "document" && ++documents > 1) break;
  }
  if (lexemes.excess !== undefined) {
    const { message, offset } = lexemes.excess;
    lines.lineStarts = lineStarts(text, offset);
    return err([tooComplex(message, at(offset))]);
  }

  // Duplicate keys are looked for below: the library compares each key with each other one of its map.
  const [document, second] = new Composer({ uniqueKeys: false, logLevel: "silent" }).compose(tokens);
  if (document === undefined || document.contents === null) {
    const hint = "Start from a commented file: holdfast init";
    return err([{ code: "document-empty", message: "the file is empty", hint, at: at(0) }]);
  }
  if (document.errors.length > 0) {
    return err(
      document.errors.slice(0, documentLimits.problems).map((error) => syntaxProblem(error.message, at(error.pos[0]))),
    );
  }
  if (second !== undefined) {
    const offset = second.range[0];
    return err([
      syntaxProblem(
        "the file holds more than one YAML document",
        at(offset),
        "A fleet is one document: remove the line `---` and what follows.",
      ),
    ]);
  }
  return build(document, text, file, lines);
}

function build(
  document: Document.Parsed,
  text: string,
  file: string,
  lines: LineCounter,
): Result<SourceDocument, readonly Problem[]> {
  const reading = new Reading((offset) => positionAt(lines, file, offset));
  const root: Node | null = document.contents;
  const data = reading.plain(root, []);
  if (reading.problems.length > 0) return err(reading.problems);
  return ok(new YamlDocument({ file, text, data, root, lines, aliasTargets: reading.aliasTargets }));
}

/** One walk over the nodes, which turns them into plain data and gathers what is wrong with them. */
class Reading {
  readonly problems: Problem[] = [];
  readonly aliasTargets = new Map<Node, Node>();
  readonly #anchors = new Map<string, Node>();
  readonly #at: (offset: number) => SourcePosition;
  #nodes = 0;

  constructor(at: (offset: number) => SourcePosition) {
    this.#at = at;
  }

  plain(node: unknown, path: Path): unknown {
    this.#nodes += 1;
    if (this.problems.length >= documentLimits.problems) return null;
    if (this.#nodes > documentLimits.nodes || path.length > documentLimits.depth) {
      if (!this.problems.some((problem) => problem.code === "document-too-complex")) {
        this.problems.push(
          tooComplex("the document is too large or too deep once its aliases are followed", this.#positionOf(node)),
        );
      }
      return null;
    }
    if (isAlias(node)) {
      const target = this.#anchors.get(node.source);
      if (target === undefined) {
        this.problems.push(
          syntaxProblem(`no anchor "&${node.source}" comes before this alias`, this.#positionOf(node)),
        );
        return null;
      }
      this.aliasTargets.set(node, target);
      return this.plain(target, path);
    }
    if (isScalar(node)) {
      if (node.anchor !== undefined) this.#anchors.set(node.anchor, node);
      return this.#scalar(node.value, node, path);
    }
    if (isSeq(node)) {
      if (node.anchor !== undefined) this.#anchors.set(node.anchor, node);
      return node.items.map((item, index) => this.plain(item, [...path, index]));
    }
    if (isMap(node)) {
      if (node.anchor !== undefined) this.#anchors.set(node.anchor, node);
      return this.#map(node.items, path);
    }
    return null;
  }

  #map(items: readonly { key: unknown; value: unknown }[], path: Path): Record<string, unknown> {
    const map: Record<string, unknown> = {};
    const first = new Map<string, Node>();
    for (const { key, value } of items) {
      const name = keyText(key);
      if (!isScalar(key) || name === undefined) {
        this.problems.push(syntaxProblem("a key must be plain text", this.#positionOf(key)));
        continue;
      }
      const earlier = first.get(name);
      if (earlier !== undefined) {
        this.problems.push({
          code: "duplicate-key",
          message: `the key "${name}" stands twice in the same map`,
          hint: "Keep one of them: only one can count.",
          at: this.#positionOf(key),
          path: formatPath([...path, name]),
          related: [{ message: "first here", at: this.#positionOf(earlier) }],
        });
        continue;
      }
      if (name === "__proto__") {
        this.problems.push(syntaxProblem(`"__proto__" cannot be a key`, this.#positionOf(key)));
        continue;
      }
      first.set(name, key);
      map[name] = this.plain(value, [...path, name]);
    }
    return map;
  }

  #scalar(value: unknown, node: Node, path: Path): unknown {
    if (value === null || typeof value === "string" || typeof value === "boolean") return value;
    if (typeof value === "number" && Number.isFinite(value)) return value;
    this.problems.push({
      code: "wrong-type",
      message: "expected text, a finite number, true, false or nothing",
      at: this.#positionOf(node),
      path: formatPath(path),
    });
    return null;
  }

  #positionOf(node: unknown): SourcePosition {
    const [start, end] = (node as ParsedNode | null)?.range ?? [0, 1];
    const position = this.#at(start);
    return { ...position, length: Math.max(1, Math.min(end - start, 80)) };
  }
}

interface Excess {
  readonly message: string;
  readonly offset: number;
}

/** As the library's own `parse`, but the lexemes come from elsewhere. */
function* tokensOf(lexemes: BoundedLexemes, lines: LineCounter): Generator<CST.Token, void> {
  const parser = new Parser(lines.addNewLine);
  lines.addNewLine(0);
  for (const lexeme of lexemes) yield* parser.next(lexeme);
  yield* parser.end();
}

/**
 * The lexemes of a text, until there is more of something than the library's parser takes linear time for: nesting that
 * costs a character a level. Nesting by indentation costs a growing line a level, so the limit on the length of the file
 * bounds it.
 */
class BoundedLexemes implements Iterable<string> {
  readonly #text: string;
  /** Why they ended before the text did. */
  excess: Excess | undefined;

  constructor(text: string) {
    this.#text = text;
  }

  *[Symbol.iterator](): Generator<string, void> {
    let [offset, count, flow, indicators, aliases] = [0, 0, 0, 0, 0];
    for (const lexeme of new Lexer().lex(this.#text)) {
      // Byte order marks and the lexer's own marks of documents and scalars; the marks are no part of the text.
      if (lexeme !== "\u0002" && lexeme !== "\u0018" && lexeme !== "\u001f") {
        if (++count > documentLimits.lexemes) this.excess = { message: "the document has too many parts", offset };
        if (lexeme === "[" || lexeme === "{") flow += 1;
        else if (lexeme === "]" || lexeme === "}") flow -= 1;
        else if (lexeme === "-" || lexeme === "?") indicators += 1;
        else if (lexeme.endsWith("\n")) indicators = 0;
        else if (lexeme.startsWith("*")) aliases += 1;
        if (flow > documentLimits.depth || indicators > documentLimits.depth) this.excess = tooDeep(offset);
        if (aliases > documentLimits.aliases)
          this.excess = { message: `the document has more than ${documentLimits.aliases} aliases`, offset };
        if (this.excess !== undefined) return;
        offset += lexeme.length;
      }
      yield lexeme;
    }
  }
}

/** Walks a token without recursion: what is too deep here would overflow the stack of the composer. */
function findDepthExcess(token: CST.Token): Excess | undefined {
  const open: { token: CST.Token; depth: number }[] = [{ token, depth: 0 }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { token: current, depth } = next;
    if (depth > documentLimits.depth) return tooDeep(current.offset);
    if (current.type === "document" && current.value) open.push({ token: current.value, depth });
    if ("items" in current) {
      for (const item of current.items) {
        if (item.key) open.push({ token: item.key, depth: depth + 1 });
        if (item.value) open.push({ token: item.value, depth: depth + 1 });
      }
    }
  }
  return undefined;
}

function tooDeep(offset: number): Excess {
  return { message: `the document is nested more than ${documentLimits.depth} deep`, offset };
}

function lineStarts(text: string, end: number): number[] {
  return [0, ...[...text.slice(0, end).matchAll(/\n/g)].map((match) => match.index + 1)];
}

function positionAt(lines: LineCounter, file: string, offset: number): SourcePosition {
  const { line, col } = lines.linePos(offset);
  return { file, line: Math.max(line, 1), column: Math.max(col, 1) };
}

function syntaxProblem(message: string, at: SourcePosition, hint?: string): Problem {
  return { code: "yaml-syntax", message, at, ...(hint === undefined ? {} : { hint }) };
}

function tooComplex(
  message: string,
  at: SourcePosition,
  hint = "No fleet needs that: look for what does not belong in the file, and write out what aliases repeat.",
): Problem {
  return { code: "document-too-complex", message, hint, at };
}
