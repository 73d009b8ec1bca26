import type { IncomingMessage } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { ClusterError } from "../../ports/index.ts";
import type { KubernetesObject, ListQuery } from "../../ports/index.ts";
import type { ApiClient } from "./api-client.ts";
import { listAll, selectors } from "./list.ts";

interface FollowOptions {
  readonly client: ApiClient;
  /** Of the collection; asked again after trouble, for the kind may only be defined by then. */
  readonly path: () => Promise<string>;
  readonly query: ListQuery;
  readonly onChange: (objects: readonly KubernetesObject[]) => void;
  readonly onTrouble: (error: ClusterError) => void;
  readonly signal: AbortSignal;
}

/** The server ends a watch after this; it says how far it has come (a bookmark) before. */
const WATCH_SECONDS = 300;
/** Servers send a bookmark a minute: a watch that is silent for longer may be dead, and asking again costs little. */
const SILENCE_MS = 90_000;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;
/** A watch that lasted is a good sign: the pauses begin anew. A server that ends each at once is asked ever more rarely. */
const LASTING_MS = 1_000;

/**
 * List, then watch from there; again from the last version seen when the watch ends, from a new list when the server no longer
 * knows that version. https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes
 */
export async function follow(options: FollowOptions): Promise<void> {
  const { signal, onTrouble } = options;
  const known = new KnownObjects(options.onChange);
  const aborted = (): boolean => signal.aborted;
  let version: string | undefined;
  let failures = 0;
  while (!aborted()) {
    const began = performance.now();
    try {
      version = await followFrom(version, options, known);
    } catch (error) {
      if (aborted()) return;
      // An error of onChange is its owner's mistake, not trouble with the server.
      if (!(error instanceof ClusterError)) throw error;
      // Unless the server was only out of reach, what it said of the version may be the trouble.
      if (error.code !== "unreachable" && error.code !== "timeout") version = undefined;
      onTrouble(error);
    }
    failures = performance.now() - began > LASTING_MS ? 0 : failures + 1;
    await pause(failures, signal);
  }
}

/** One watch, after a list where there is no version to watch from. Answers what to watch from next. */
async function followFrom(
  version: string | undefined,
  options: FollowOptions,
  known: KnownObjects,
): Promise<string | undefined> {
  const { client, query, signal } = options;
  const path = await options.path();
  if (version !== undefined) return watch(options, path, version, known);
  const list = await listAll(client, path, query, signal);
  known.replaceAll(list.objects);
  return watch(options, path, list.resourceVersion, known);
}

/** Longer with each failure, and never the same for all: many followers must not come back at the same moment. */
async function pause(failures: number, signal: AbortSignal): Promise<void> {
  const longest = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** failures);
  await sleep(longest * (0.5 + Math.random() / 2), undefined, { signal }).catch(() => undefined);
}

/** Until the watch ends; answers the version to go on from, or undefined when a new list is needed. */
async function watch(
  { client, query, signal }: FollowOptions,
  path: string,
  from: string,
  known: KnownObjects,
): Promise<string | undefined> {
  const silence = new AbortController();
  const response = await openWatch();
  let timer = setTimeout(() => silence.abort(), SILENCE_MS);
  let version: string | undefined = from;
  try {
    for await (const lines of jsonLines(response)) {
      clearTimeout(timer);
      timer = setTimeout(() => silence.abort(), SILENCE_MS);
      version = known.change(lines as readonly WatchEvent[], query, version);
      if (version === undefined) return undefined;
    }
  } catch (error) {
    signal.throwIfAborted();
    // A broken connection loses nothing: the next watch goes on from the last version.
    if (!isBrokenStream(error, silence.signal)) throw error;
  } finally {
    clearTimeout(timer);
    response.destroy();
  }
  return version;

  async function openWatch(): Promise<IncomingMessage> {
    const parameters = new URLSearchParams({
      watch: "1",
      resourceVersion: from,
      allowWatchBookmarks: "true",
      timeoutSeconds: String(Math.round(WATCH_SECONDS * (0.75 + Math.random() / 2))),
      ...selectors(query),
    });
    return client.stream({
      method: "GET",
      path: `${path}?${parameters.toString()}`,
      doing: `watch ${query.kind}s`,
      signal: AbortSignal.any([signal, silence.signal]),
    });
  }
}

function isBrokenStream(error: unknown, silence: AbortSignal): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return (
    silence.aborted || (code !== undefined && ["ECONNRESET", "EPIPE", "ERR_STREAM_PREMATURE_CLOSE"].includes(code))
  );
}

/** All complete lines of each piece that arrives, parsed: a burst of events is one change. */
async function* jsonLines(response: IncomingMessage): AsyncGenerator<readonly unknown[]> {
  response.setEncoding("utf8");
  let rest = "";
  for await (const piece of response as AsyncIterable<string>) {
    const lines = (rest + piece).split("\n");
    rest = lines.pop() ?? "";
    const whole = lines.filter((line) => line !== "");
    if (whole.length > 0) yield whole.map(parse);
  }
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (cause) {
    throw new ClusterError("unreachable", "watch: the server sent what is not JSON", { cause });
  }
}

interface WatchEvent {
  readonly type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK" | "ERROR";
  readonly object: KubernetesObject & { readonly code?: number; readonly message?: string };
}

/** The current set, told after each change. */
class KnownObjects {
  readonly #objects = new Map<string, KubernetesObject>();
  readonly #onChange: (objects: readonly KubernetesObject[]) => void;

  constructor(onChange: (objects: readonly KubernetesObject[]) => void) {
    this.#onChange = onChange;
  }

  replaceAll(objects: readonly KubernetesObject[]): void {
    this.#objects.clear();
    for (const object of objects) this.#objects.set(nameOf(object), object);
    this.#tell();
  }

  /** Answers the version that the events lead to; undefined when the server no longer has what came after `version`. */
  change(events: readonly WatchEvent[], { apiVersion, kind }: ListQuery, version: string): string | undefined {
    let latest = version;
    let changed = false;
    for (const { type, object } of events) {
      if (type === "ERROR") {
        if (object.code === 410) return undefined;
        throw new ClusterError("unreachable", `watch ${kind}s: ${object.message ?? "the server reports an error"}`);
      }
      latest = object.metadata.resourceVersion ?? latest;
      if (type === "BOOKMARK") continue;
      changed = true;
      if (type === "DELETED") this.#objects.delete(nameOf(object));
      else this.#objects.set(nameOf(object), { ...object, apiVersion, kind });
    }
    if (changed) this.#tell();
    return latest;
  }

  #tell(): void {
    this.#onChange([...this.#objects.values()]);
  }
}

function nameOf({ metadata }: KubernetesObject): string {
  return `${metadata.namespace ?? ""}/${metadata.name}`;
}
