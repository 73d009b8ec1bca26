import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Json } from "../store/json.ts";
import { Book } from "../store/testing/transcript.ts";
import type { Exchange, Transcript } from "../store/testing/transcript.ts";
import { recordedOrder, unrecorded } from "../store/testing/unrecorded.ts";
import type { Client, Reply } from "./testing/client.ts";
import { startTestCluster } from "./testing/cluster.ts";
import type { TestCluster } from "./testing/cluster.ts";

const folder = join(import.meta.dirname, "../../testdata/transcripts");

/** Where we knowingly answer otherwise than recorded, and why. The path is where the difference starts. */
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

/** The clock that the recorded server must have had: no earlier than any time in its answer, and than a table's ages tell. */
function clockOf(body: unknown): number {
  const times = JSON.stringify(body).match(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g) ?? [];
  const { rows = [] } = body as { rows?: { cells: unknown[]; object: { metadata: { creationTimestamp: string } } }[] };
  const ages = rows.flatMap(({ cells, object }) =>
    cells.flatMap((cell) => {
      const seconds = /^(\d+)s$/.exec(String(cell))?.[1];
      return seconds === undefined ? [] : [Date.parse(object.metadata.creationTimestamp) + Number(seconds) * 1000];
    }),
  );
  return Math.max(0, ...times.map((time) => Date.parse(time)), ...ages);
}

/** Sends a recorded request. A watch is read for as many events as were recorded, and has to end by itself where that one did. */
async function send(client: Client, { request, response }: Exchange): Promise<Reply> {
  const { method, path, headers = {}, body } = request;
  const ask = { method, headers, ...(body === undefined ? {} : { body }) };
  if (!path.includes("watch=true")) return client(path, ask);
  const { response: reply, lines } = await client.stream(path, ask);
  const wanted = (response.body as readonly unknown[]).length;
  const events: unknown[] = [];
  const isTimed = path.includes("timeoutSeconds");
  for await (const line of lines) {
    events.push(line);
    if (!isTimed && events.length >= wanted) break;
  }
  reply.destroy();
  return { status: reply.statusCode ?? 0, headers: reply.headers, text: "", body: events };
}

describe("a real server's answers, over HTTPS", () => {
  let now = Date.UTC(2026, 10, 23, 2, 41);
  let cluster: TestCluster;
  const book = new Book();

  beforeAll(async () => {
    cluster = await startTestCluster({ now: () => now });
  });
  afterAll(() => cluster.close());

  for (const name of recordedOrder) {
    load(name).exchanges.forEach((exchange, index) => {
      const id = `${name} ${index}`;
      it(`${id}: ${exchange.request.method} ${exchange.request.path}`, async () => {
        for (const step of unrecorded) {
          if (step.transcript !== name || step.before !== index) continue;
          for (const each of step.requests) {
            const reply = await cluster.admin(each.path, each);
            expect(reply.status).toBeLessThan(300);
          }
        }
        now = Math.max(now, clockOf(exchange.response.body));
        const reply = await send(cluster.admin, { ...exchange, request: book.translate(exchange.request) });
        const recorded = exchange.response.body as Json;
        const ours = reply.body as Json;
        book.learn(recorded, ours);
        const lines = book.differences(recorded, ours);
        const allowed = known[id];
        expect(lines.filter((line) => allowed === undefined || !line.startsWith(allowed.path))).toEqual([]);
        if (allowed !== undefined) expect(lines.length).toBeGreaterThan(0);
        expect(reply.status).toBe(exchange.response.status);
        expect(reply.headers["content-type"]).toBe(exchange.response.headers["content-type"]);
        expect(reply.headers["warning"]).toBe(exchange.response.headers["warning"]);
      });
    });
  }
});

describe("discovery, as recorded, of what is served here", () => {
  let cluster: TestCluster;
  beforeAll(async () => {
    cluster = await startTestCluster();
  });
  afterAll(() => cluster.close());

  load("discovery").exchanges.forEach((exchange, index) => {
    it(`${index}: ${exchange.request.method} ${exchange.request.path}`, async () => {
      const reply = await send(cluster.admin, exchange);
      expect(reply.status).toBe(exchange.response.status);
      expect(reply.headers["content-type"]).toBe(exchange.response.headers["content-type"]);
      const ours = reply.body as Json;
      const recorded = exchange.response.body as Json;
      if (exchange.request.path === "/version") {
        expect(ours).toMatchObject({ major: "1", minor: "34", gitVersion: expect.stringMatching(/^v1\.34\.9/) });
      } else if (exchange.request.path === "/api" && exchange.request.headers === undefined) {
        const serverAddressByClientCIDRs = [{ clientCIDR: "0.0.0.0/0", serverAddress: new URL(cluster.api.url).host }];
        expect(ours).toEqual({ ...(recorded as object), serverAddressByClientCIDRs });
      } else {
        const { value, left } = onlyServed(recorded, ours);
        expect(ours).toEqual(value);
        notServed.push(...left);
      }
    });
  });

  it("leaves out only what is known to be missing", () => {
    expect([...new Set(notServed)].sort()).toEqual([...missing].sort());
  });
});

const notServed: string[] = [];
/** What a real server of this version has and this one refuses as unknown. */
const missing: readonly string[] = [
  "admissionregistration.k8s.io",
  "apiregistration.k8s.io",
  "attach",
  "autoscaling/v1",
  "bindings",
  "certificates.k8s.io",
  "componentstatuses",
  "csidrivers",
  "csinodes",
  "csistoragecapacities",
  "ephemeralcontainers",
  "exec",
  "flowcontrol.apiserver.k8s.io",
  "ipaddresses",
  "node.k8s.io",
  "nodes/proxy",
  "pods/attach",
  "pods/ephemeralcontainers",
  "pods/exec",
  "pods/portforward",
  "pods/proxy",
  "pods/resize",
  "podtemplates",
  "portforward",
  "proxy",
  "replicationcontrollers",
  "replicationcontrollers/scale",
  "replicationcontrollers/status",
  "resize",
  "resource.k8s.io",
  "servicecidrs",
  "services/proxy",
  "v1",
  "volumeattachments",
  "volumeattributesclasses",
];

/** The recorded answer without the named parts (groups, versions, resources, subresources) that our answer has none of. */
function onlyServed(recorded: Json, ours: Json): { readonly value: Json; readonly left: readonly string[] } {
  const left: string[] = [];
  const nameOf = (value: unknown): string | undefined => {
    const named = value as Partial<Record<string, string>> & { metadata?: { name?: string } };
    return (
      named.resource ?? named.subresource ?? named.name ?? named.metadata?.name ?? named.groupVersion ?? named.version
    );
  };
  const keep = (theirs: unknown, own: unknown, path: string): unknown => {
    if (Array.isArray(theirs) && Array.isArray(own)) {
      return theirs.flatMap((each: unknown) => {
        const name = nameOf(each);
        if (name === undefined) return [keep(each, own[0], path)];
        const match = (own as unknown[]).find((other) => nameOf(other) === name);
        if (match !== undefined) return [keep(each, match, `${path}/${name}`)];
        left.push(name);
        return [];
      });
    }
    if (typeof theirs !== "object" || theirs === null || typeof own !== "object" || own === null) return theirs;
    const parts = Object.entries(theirs).map(
      ([key, value]) => [key, keep(value, (own as Record<string, unknown>)[key], path)] as const,
    );
    // What only had parts that are not served is not told at all.
    return Object.fromEntries(
      parts.filter(([key, value]) => !(Array.isArray(value) && value.length === 0 && !(key in own))),
    );
  };
  return { value: keep(recorded, ours, "") as Json, left };
}

describe("authentication and access, as recorded", () => {
  let cluster: TestCluster;
  beforeAll(async () => {
    cluster = await startTestCluster();
  });
  afterAll(() => cluster.close());

  load("authentication-and-access").exchanges.forEach((exchange, index) => {
    it(`${index}: ${exchange.request.method} ${exchange.request.path}`, async () => {
      // Recorded headers mean: these and no certificate.
      const client = exchange.request.headers === undefined ? cluster.admin : cluster.client({});
      const reply = await send(client, exchange);
      expect(new Book().differences(exchange.response.body as Json, reply.body as Json)).toEqual([]);
      expect(reply.status).toBe(exchange.response.status);
      expect(reply.headers["content-type"]).toBe(exchange.response.headers["content-type"]);
    });
  });
});
