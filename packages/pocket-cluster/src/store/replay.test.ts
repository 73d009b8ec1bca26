import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createStore } from "./index.ts";
import type { Json } from "./json.ts";
import { request } from "./testing/requests.ts";
import { Book } from "./testing/transcript.ts";
import type { Transcript } from "./testing/transcript.ts";
import { recordedOrder, unrecorded } from "./testing/unrecorded.ts";

const folder = join(import.meta.dirname, "../../testdata/transcripts");

/** What a store cannot answer, because it is the API server's: how things go over the wire. */
const wire: Readonly<Record<string, string>> = {
  "crud 11": "a body that is no JSON never reaches the store",
  "patches 6": "a media type that is no patch never reaches the store",
  "lists-and-watches 10": "tables are made by the API server",
  "lists-and-watches 11": "metadata lists are made by the API server",
  "lists-and-watches 12": "tables are made by the API server",
  "custom-resources 9": "discovery is made by the API server",
  "custom-resources 10": "tables are made by the API server",
};

/** Where the store knowingly answers otherwise than recorded, and why. The path is where the difference starts. */
const known: Readonly<Record<string, { readonly path: string; readonly why: string }>> = {
  "server-side-apply 7": {
    path: ".spec.template.spec.containers[0].env",
    why: "the recorder added this variable to what it had read before it wrote the reading down; the next request carries it",
  },
  "validation 8": {
    path: ".spec.volumes[0].projected.sources",
    why: "a patch of the recorded distribution adds its own certificate to every pod",
  },
};

function load(name: string): Transcript {
  return JSON.parse(readFileSync(join(folder, `${name}.json`), "utf8")) as Transcript;
}

/** The clock that the recorded server must have had: the newest time that its answer mentions. */
function newestTime(body: unknown): number {
  const times = JSON.stringify(body).match(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g) ?? [];
  return Math.max(0, ...times.map((time) => Date.parse(time)));
}

describe("a real server's answers", () => {
  let now = Date.UTC(2026, 10, 23, 2, 41);
  let seed = 1;
  const store = createStore({
    now: () => now,
    random: () => (seed = (seed * 48271) % 2147483647) / 2147483647,
  });
  const book = new Book();
  const wireLeft = new Set(Object.keys(wire));

  for (const name of recordedOrder) {
    const transcript = load(name);
    transcript.exchanges.forEach((exchange, index) => {
      const id = `${name} ${index}`;
      it(`${id}: ${exchange.request.method} ${exchange.request.path}`, () => {
        for (const step of unrecorded) {
          if (step.transcript !== name || step.before !== index) continue;
          for (const each of step.requests) expect(request(store, each).status).toBeLessThan(300);
        }
        if (wireLeft.delete(id)) return;
        now = Math.max(now, newestTime(exchange.response.body));
        const answer = request(store, book.translate(exchange.request));
        const recorded = exchange.response.body as Json;
        const ours = JSON.parse(JSON.stringify(answer.body)) as Json;
        book.learn(recorded, ours);
        const lines = book.differences(recorded, ours);
        const allowed = known[id];
        const left = lines.filter((line) => allowed === undefined || !line.startsWith(allowed.path));
        expect(left).toEqual([]);
        if (allowed !== undefined) expect(lines.length).toBeGreaterThan(0);
        expect(answer.status).toBe(exchange.response.status);
        const warning = exchange.response.headers["warning"];
        expect(answer.warnings.map((text) => `299 - ${JSON.stringify(text)}`).join(", ")).toBe(warning ?? "");
      });
    });
  }
});
