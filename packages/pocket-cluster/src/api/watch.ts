import type { ServerResponse } from "node:http";
import type { KubeObject, ResourceType, WatchEvent, WatchOptions } from "../store/index.ts";
import type { Answer } from "./answer.ts";
import { invalidOption, booleanOption, integerOption, listOptions } from "./options.ts";
import type { Call, Cluster } from "./context.ts";
import { encodeObject } from "./encoding.ts";
import { columnsOf, partialMetadata, renderTable } from "./tables/index.ts";
import { includeObjectOf } from "./views.ts";

/** A reader that has this much unread is cut off: it lists again, instead of the server keeping its backlog. */
const UNREAD_BYTES_MAX = 4 << 20;
const BOOKMARK_EVERY_MS = 60_000;
/** Without `timeoutSeconds` a watch ends after 30 to 60 minutes, so that clients do not all return at once. */
const TIMEOUT_MIN_SECONDS = 1800;
/** A day: longer does not fit a timer, and no client minds watching anew. */
const TIMEOUT_MAX_SECONDS = 86_400;

/** Streams the changes of a type as lines of JSON. */
export function watchAnswer(cluster: Cluster, call: Call, type: ResourceType, namespace: string | undefined): Answer {
  const { query } = call;
  const bookmarks = booleanOption(query, "allowWatchBookmarks") === true;
  const start = startOf(cluster, query);
  const { labelSelector, fieldSelector } = listOptions(query);
  const options: WatchOptions = {
    ...(namespace === undefined ? {} : { namespace }),
    ...(labelSelector === undefined ? {} : { labelSelector }),
    ...(fieldSelector === undefined ? {} : { fieldSelector }),
    ...(start.resourceVersion === undefined ? {} : { resourceVersion: start.resourceVersion }),
  };
  const encode = eventEncoder(cluster, call, type);
  // Zero is what clients send for "no timeout of mine".
  const askedSeconds = integerOption(query, "timeoutSeconds") ?? 0;
  const timeoutSeconds =
    askedSeconds > 0 ? Math.min(askedSeconds, TIMEOUT_MAX_SECONDS) : TIMEOUT_MIN_SECONDS * (1 + Math.random());
  const apiVersion = type.group === "" ? type.version : `${type.group}/${type.version}`;
  const bookmark = (annotations?: object): WatchEvent => ({
    type: "BOOKMARK",
    object: {
      kind: type.kind,
      apiVersion,
      metadata: {
        resourceVersion: cluster.store.resourceVersion(),
        ...(annotations === undefined ? {} : { annotations }),
      },
    },
  });

  // The store may refuse (a bad selector): that is an answer of its own, so it is asked before the stream begins.
  const stream = new EventStream(encode);
  const unwatch = cluster.store.watch(type, options, (event) => stream.send(event));
  if (start.announceEnd) stream.send(bookmark({ "k8s.io/initial-events-end": "true" }));

  return {
    kind: "stream",
    run: (response) =>
      new Promise((resolve) => {
        const bookmarkTimer = setInterval(() => bookmarks && stream.send(bookmark()), BOOKMARK_EVERY_MS);
        const timeout = setTimeout(() => {
          if (bookmarks) stream.send(bookmark());
          stream.end();
        }, timeoutSeconds * 1000);
        const end = (): void => stream.end();
        cluster.closing.addEventListener("abort", end, { once: true });
        response.once("close", () => {
          unwatch();
          clearInterval(bookmarkTimer);
          clearTimeout(timeout);
          cluster.closing.removeEventListener("abort", end);
          resolve();
        });
        stream.open(response);
      }),
  };
}

interface Start {
  /** Absent: the present objects come first, as ADDED. */
  readonly resourceVersion: string | undefined;
  /** Tell the client where the present objects end (`sendInitialEvents`). */
  readonly announceEnd: boolean;
}

function startOf(cluster: Cluster, query: URLSearchParams): Start {
  const resourceVersion = query.get("resourceVersion") ?? "";
  switch (booleanOption(query, "sendInitialEvents")) {
    case true:
      if (query.get("resourceVersionMatch") !== "NotOlderThan") {
        const message = "Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan";
        throw invalidOption("ListOptions", "resourceVersionMatch", "FieldValueForbidden", message);
      }
      return { resourceVersion: undefined, announceEnd: booleanOption(query, "allowWatchBookmarks") === true };
    case false:
      return {
        resourceVersion: resourceVersion === "" ? cluster.store.resourceVersion() : resourceVersion,
        announceEnd: false,
      };
    case undefined:
      return { resourceVersion: ["", "0"].includes(resourceVersion) ? undefined : resourceVersion, announceEnd: false };
  }
}

/** Gathers what happens in one turn of the event loop into one write. */
class EventStream {
  readonly #encode: (event: WatchEvent) => string;
  #pending: string[] = [];
  #response: ServerResponse | undefined;
  #isScheduled = false;
  #isEnding = false;
  /** The present objects may be more than a slow reader's allowance; they were asked for. */
  #unreadMax = UNREAD_BYTES_MAX;

  constructor(encode: (event: WatchEvent) => string) {
    this.#encode = encode;
  }

  send(event: WatchEvent): void {
    if (this.#isEnding) return;
    this.#pending.push(this.#encode(event));
    if (event.type === "ERROR") this.#isEnding = true;
    this.#schedule();
  }

  open(response: ServerResponse): void {
    this.#response = response;
    response.writeHead(200, { "Content-Type": "application/json", "Cache-Control": "no-cache, private" });
    response.flushHeaders();
    this.#unreadMax += 2 * this.#pending.reduce((sum, line) => sum + line.length, 0);
    this.#flush();
  }

  end(): void {
    this.#isEnding = true;
    this.#schedule();
  }

  #schedule(): void {
    if (this.#isScheduled || this.#response === undefined) return;
    this.#isScheduled = true;
    setImmediate(() => this.#flush());
  }

  #flush(): void {
    this.#isScheduled = false;
    const response = this.#response;
    if (response === undefined || response.destroyed) return;
    const text = this.#pending.join("");
    this.#pending = [];
    if (response.writableLength + text.length > this.#unreadMax) response.destroy();
    else if (this.#isEnding) response.end(text);
    else if (text !== "") response.write(text);
  }
}

function eventEncoder(cluster: Cluster, call: Call, type: ResourceType): (event: WatchEvent) => string {
  const line = (event: WatchEvent, json: string): string => `{"type":"${event.type}","object":${json}}\n`;
  const whole = (event: WatchEvent): string =>
    line(
      event,
      event.type === "ERROR" || event.type === "BOOKMARK"
        ? JSON.stringify(event.object)
        : encodeObject(event.object as KubeObject),
    );
  switch (call.accepted.view) {
    case "partial":
      return (event) =>
        event.type === "ERROR"
          ? whole(event)
          : line(event, JSON.stringify(partialMetadata(event.object as KubeObject)));
    case "table": {
      const columns = columnsOf(type, cluster.store);
      const includeObject = includeObjectOf(call.query);
      let isFirst = true;
      return (event) => {
        if (event.type === "ERROR") return whole(event);
        const object = event.object as KubeObject;
        const withDefinitions = isFirst;
        isFirst = false;
        const rows = event.type === "BOOKMARK" ? [] : [object];
        const metadata = { resourceVersion: object.metadata.resourceVersion };
        return line(
          event,
          JSON.stringify(renderTable(rows, metadata, { columns, now: cluster.now(), includeObject, withDefinitions })),
        );
      };
    }
    default:
      return whole;
  }
}
