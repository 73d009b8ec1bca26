import type { LineCounter, Node, Pair, YAMLMap } from "yaml";
import { isAlias, isMap, isScalar, isSeq } from "yaml";
import type { SourcePosition } from "../../../base/index.ts";
import type { Path } from "./path.ts";

/** A document that was read: its plain data, and where each part of it stands in the text. */
export interface SourceDocument {
  readonly file: string;
  readonly text: string;
  /** Maps, lists, strings, finite numbers, booleans and nulls only; a tree of limited depth and size. */
  readonly data: unknown;
  /**
   * Where the path's value stands, or its key. A path that leads nowhere (something is missing) answers the nearest
   * place above it. A value that spans lines is pointed to by its key: that is where a reader looks for it.
   */
  positionOf(path: Path, part?: "key" | "value"): SourcePosition;
}

interface Place {
  readonly key?: Node;
  readonly value: Node;
}

export class YamlDocument implements SourceDocument {
  readonly file: string;
  readonly text: string;
  readonly data: unknown;
  readonly #root: Node | null;
  readonly #lines: LineCounter;
  readonly #aliasTargets: ReadonlyMap<Node, Node>;

  readonly #pairsOf = new WeakMap<Node, ReadonlyMap<string | undefined, Pair<Node, Node | null>>>();

  constructor(parts: {
    file: string;
    text: string;
    data: unknown;
    root: Node | null;
    lines: LineCounter;
    aliasTargets: ReadonlyMap<Node, Node>;
  }) {
    this.file = parts.file;
    this.text = parts.text;
    this.data = parts.data;
    this.#root = parts.root;
    this.#lines = parts.lines;
    this.#aliasTargets = parts.aliasTargets;
  }

  positionOf(path: Path, part: "key" | "value" = "value"): SourcePosition {
    const { place, complete } = this.#find(path);
    if (place === undefined) return { file: this.file, line: 1, column: 1 };
    const value = this.#rangeOf(place.value);
    const key = place.key && this.#rangeOf(place.key);
    const range = key !== undefined && (part === "key" || !complete || !this.#onOneLine(value)) ? key : value;
    return this.#position(range);
  }

  #find(path: Path): { place: Place | undefined; complete: boolean } {
    if (this.#root === null) return { place: undefined, complete: false };
    let place: Place = { value: this.#root };
    for (const step of path) {
      const next = this.#child(place.value, step);
      if (next === undefined) return { place, complete: false };
      place = next;
    }
    return { place, complete: true };
  }

  #child(parent: Node, step: string | number): Place | undefined {
    const node = isAlias(parent) ? this.#aliasTargets.get(parent) : parent;
    if (isSeq<Node>(node) && typeof step === "number") {
      const value = node.items[step];
      return value && { value };
    }
    if (!isMap<Node, Node | null>(node)) return undefined;
    const pair = this.#pairs(node).get(String(step));
    return pair && { key: pair.key, value: pair.value ?? pair.key };
  }

  /** Kept, so that a thousand problems in one map of thousands of keys do not look through it a thousand times. */
  #pairs(map: YAMLMap<Node, Node | null>): ReadonlyMap<string | undefined, Pair<Node, Node | null>> {
    let pairs = this.#pairsOf.get(map);
    if (pairs === undefined) {
      pairs = new Map(map.items.map((pair) => [keyText(pair.key), pair]));
      this.#pairsOf.set(map, pairs);
    }
    return pairs;
  }

  #rangeOf(node: Node): readonly [number, number] {
    const [start, end] = node.range ?? [0, 0];
    return [start, end];
  }

  #onOneLine([start, end]: readonly [number, number]): boolean {
    return !this.text.slice(start, end).trimEnd().includes("\n");
  }

  #position([start, end]: readonly [number, number]): SourcePosition {
    const { line, col } = this.#lines.linePos(start);
    const firstLine = this.text.slice(start, end).split(/\r?\n/, 1)[0] ?? "";
    return {
      file: this.file,
      line: Math.max(line, 1),
      column: Math.max(col, 1),
      length: Math.max(firstLine.trimEnd().length, 1),
    };
  }
}

/** Keys that YAML reads as numbers or booleans are what stands in the text. */
export function keyText(key: unknown): string | undefined {
  if (!isScalar(key)) return undefined;
  const { value } = key;
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean"
    ? String(value)
    : undefined;
}
