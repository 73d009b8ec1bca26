import { apiModelKeys } from "./known-keys.ts";
import type { KnownKeys } from "./known-keys.ts";

/** A place in an API model, read as the engine reads it: without regard to the case of keys, null as if it were absent. */
export class ModelReader {
  readonly #value: unknown;

  constructor(value: unknown) {
    this.#value = value;
  }

  at(...keys: readonly string[]): ModelReader {
    return keys.reduce<ModelReader>((reader, key) => reader.#member(key), this);
  }

  /** Members of an array. */
  items(): readonly ModelReader[] {
    return Array.isArray(this.#value) ? this.#value.map((item) => new ModelReader(item)) : [];
  }

  /** Members of a map whose keys the engine does not know; these do differ by case. */
  entries(): readonly (readonly [string, unknown])[] {
    return isObject(this.#value) ? Object.entries(this.#value) : [];
  }

  get present(): boolean {
    return this.#value !== undefined && this.#value !== null;
  }

  get text(): string {
    return typeof this.#value === "string" ? this.#value : "";
  }

  get number(): number {
    return typeof this.#value === "number" ? this.#value : 0;
  }

  get isTrue(): boolean {
    return this.#value === true;
  }

  #member(key: string): ModelReader {
    if (!isObject(this.#value)) return new ModelReader(undefined);
    const found = Object.entries(this.#value).find(([name]) => name.toLowerCase() === key.toLowerCase());
    return new ModelReader(found?.[1]);
  }
}

/** Names of keys that the engine does not know, wherever they stand. */
export function unknownKeys(value: unknown, known: KnownKeys = apiModelKeys): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((item) => unknownKeys(item, known));
  if (known.kind !== "object" || !isObject(value)) return [];
  return Object.entries(value).flatMap(([name, member]) => {
    const below = known.keys.get(name.toLowerCase());
    return below === undefined ? [name] : unknownKeys(member, below);
  });
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
