import { isList, isObject } from "../json.ts";
import type { Json, JsonObject } from "../json.ts";

/** An exchange with a real API server, as recorded in testdata/transcripts. */
export interface Exchange {
  readonly request: {
    readonly method: string;
    readonly path: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: unknown;
  };
  readonly response: {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    /** For a watch the list of its events. */
    readonly body: unknown;
  };
}

export interface Transcript {
  readonly about: string;
  readonly server: string;
  readonly exchanges: readonly Exchange[];
}

/**
 * What two runs of the same exchanges may differ in: times, uids, versions, generated names, tokens. The book learns which
 * of the recorded ones stands for which of ours, so that the rest can be compared exactly: the same recorded uid must
 * always be the same uid of ours, the same version the same version, and later versions later.
 */
export class Book {
  readonly #texts = new Map<string, string>();
  readonly #versions = new Map<number, number>();

  /** The recorded request as it would have been sent to us. */
  translate<T>(recorded: T): T {
    return this.#replaceIn(recorded as Json) as T;
  }

  /** Learns what stands for what in two answers. */
  learn(recorded: Json, ours: Json): void {
    if (isList(recorded) && isList(ours)) recorded.forEach((each, index) => this.learn(each, ours[index] ?? null));
    if (!isObject(recorded) || !isObject(ours)) return;
    for (const [key, value] of Object.entries(recorded)) {
      const other = ours[key];
      if (typeof value === "string" && typeof other === "string") {
        if (key === "uid" || key === "continue" || (key === "name" && recorded["generateName"] !== undefined)) {
          if (!this.#texts.has(value)) this.#texts.set(value, other);
        } else if (key === "resourceVersion") this.#learnVersion(Number(value), Number(other));
      } else if (other !== undefined) this.learn(value, other);
    }
  }

  #learnVersion(recorded: number, ours: number): void {
    if (!this.#versions.has(recorded)) this.#versions.set(recorded, ours);
  }

  /** Where our answer differs from the recorded one: a line a difference. */
  differences(recorded: Json, ours: Json, path = ""): string[] {
    if (typeof recorded === "string" && typeof ours === "string") return this.#textDifference(recorded, ours, path);
    if (isList(recorded) && isList(ours)) {
      const lines = recorded.length === ours.length ? [] : [`${path}: ${recorded.length} items, ours ${ours.length}`];
      return [...lines, ...recorded.flatMap((each, index) => this.#part(each, ours[index], `${path}[${index}]`))];
    }
    if (isObject(recorded) && isObject(ours)) {
      const translated = this.#replaceKeys(recorded);
      const keys = new Set([...Object.keys(translated), ...Object.keys(ours)]);
      return [...keys].sort().flatMap((key) => this.#part(translated[key], ours[key], `${path}.${key}`));
    }
    return Object.is(recorded, ours) ? [] : [`${path}: ${show(recorded)}, ours ${show(ours)}`];
  }

  #part(recorded: Json | undefined, ours: Json | undefined, path: string): string[] {
    if (recorded === undefined && ours === undefined) return [];
    if (recorded === undefined) return [`${path}: absent, ours ${show(ours)}`];
    if (ours === undefined) return [`${path}: ${show(recorded)}, ours absent`];
    return this.differences(recorded, ours, path);
  }

  #textDifference(recorded: string, ours: string, path: string): string[] {
    if (recorded === ours || this.#replaceText(recorded) === ours) return [];
    if (TIME.test(recorded) && TIME.test(ours)) return [];
    if (recorded.startsWith(CERTIFICATE) && ours.startsWith(CERTIFICATE)) return [];
    if (path.endsWith(".resourceVersion")) {
      const expected = this.#versions.get(Number(recorded));
      if (expected === undefined || expected === Number(ours)) return [];
    }
    // Every dry run makes up a uid of its own, and a generated volume's name is random wherever it is mentioned.
    if (path.endsWith(".uid") && !this.#texts.has(recorded)) return [];
    if (maskRandom(recorded) === maskRandom(ours)) return [];
    return [`${path}: ${show(recorded)}, ours ${show(ours)}`];
  }

  #replaceIn(value: Json): Json {
    if (typeof value === "string") return this.#replaceText(value);
    if (isList(value)) return value.map((each) => this.#replaceIn(each));
    if (!isObject(value)) return value;
    const result: Record<string, Json> = {};
    for (const [key, part] of Object.entries(this.#replaceKeys(value))) {
      const version = key === "resourceVersion" && typeof part === "string" ? this.#version(part) : undefined;
      result[key] = version ?? this.#replaceIn(part);
    }
    return result;
  }

  #replaceKeys(object: JsonObject): JsonObject {
    return Object.fromEntries(Object.entries(object).map(([key, value]) => [this.#replaceText(key), value]));
  }

  #replaceText(text: string): string {
    let result = text;
    for (const [recorded, ours] of this.#texts) result = result.replaceAll(recorded, ours);
    return result
      .replace(
        /(resourceVersion=)(\d+)/g,
        (_, name: string, version: string) => name + (this.#version(version) ?? version),
      )
      .replace(/(record \()(\d+)(\))/g, (_, before: string, version: string, after: string) =>
        [before, this.#version(version) ?? version, after].join(""),
      );
  }

  /** The version of ours that was newest when the recorded one was: the recording also saw writes of others. */
  #version(recorded: string): string | undefined {
    const known = [...this.#versions.keys()].filter((version) => version <= Number(recorded));
    if (known.length === 0) return undefined;
    return String(this.#versions.get(Math.max(...known)));
  }
}

const CERTIFICATE = "-----BEGIN CERTIFICATE-----";
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;

function maskRandom(text: string): string {
  return text.replace(/kube-api-access-\w{5}/g, "kube-api-access-?").replace(/^10\.96\.\d+\.\d+$/, "10.96.?.?");
}

function show(value: Json | undefined): string {
  const text = value === undefined ? "absent" : JSON.stringify(value);
  return text.length > 400 ? `${text.slice(0, 400)}...` : text;
}
