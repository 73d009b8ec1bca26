import { once } from "node:events";
import { createServer } from "node:http";
import type { IncomingMessage, RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { afterEach, expect, it } from "vitest";
import { agentConnector } from "./index.ts";

const state = {
  role: "primary",
  term: 3,
  revision: 2,
  settledRevision: 2,
  clock: { id: "c", nowMs: 1234.5 },
  reason: "",
  syncStandbys: ["portland"],
  replicas: [],
};
const open: (() => void)[] = [];
afterEach(() => {
  for (const close of open.splice(0)) close();
});

async function agentThat(listener: RequestListener) {
  const server = createServer(listener);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const connector = agentConnector({ timeoutMs: 200 });
  open.push(() => {
    connector.close();
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return connector.connect({ host: "127.0.0.1", port, token: "s3cret" });
}
const { signal } = new AbortController();

it("asks and tells with the token, on one connection", async () => {
  const seen: string[] = [];
  const ports = new Set<number | undefined>();
  const agent = await agentThat((request: IncomingMessage, response) => {
    ports.add(request.socket.remotePort);
    void text(request).then((body) => {
      seen.push(`${request.method} ${request.url} ${request.headers.authorization} ${body}`);
      response.writeHead(request.method === "PUT" ? 202 : 200).end(JSON.stringify(state));
    });
  });
  expect(await agent.state(signal)).toEqual(state);
  const desired = {
    role: "standby",
    term: 3,
    upstream: { host: "h", port: 1 },
    syncStandbys: [],
    standbys: [],
  } as const;
  expect(await agent.desire(desired, signal)).toEqual(state);
  expect(seen).toEqual(["GET /v1/state Bearer s3cret ", `PUT /v1/desired Bearer s3cret ${JSON.stringify(desired)}`]);
  expect(ports.size).toBe(1);
});

it.each([
  ["a refusal", 409, { problems: ["term 2 is over"] }, "was refused with 409: term 2 is over"],
  ["a refusal without words", 409, {}, "was refused with 409"],
  ["a refusal that is no JSON", 502, "oops", "was refused with 502"],
  ["no JSON", 200, "oops", "something that is no state"],
  ["another shape", 200, { ...state, role: "king" }, "something that is no state"],
  ["no revision", 200, { ...state, revision: undefined }, "something that is no state"],
  ["no clock", 200, { ...state, clock: undefined }, "something that is no state"],
  ["a clock without an id", 200, { ...state, clock: { nowMs: 1 } }, "something that is no state"],
  ["a clock that shows nothing", 200, { ...state, clock: { id: "c" } }, "something that is no state"],
])("rejects %s and never tells the token", async (_, status, body, message) => {
  const agent = await agentThat((_request, response) => {
    response.writeHead(status).end(typeof body === "string" ? body : JSON.stringify(body));
  });
  const error: unknown = await agent.state(signal).catch((reason: unknown) => reason);
  expect(String(error)).toContain(message);
  expect(String(error)).not.toContain("s3cret");
});

it("gives up on an agent that hangs", async () => {
  const agent = await agentThat(() => undefined);
  await expect(agent.state(signal)).rejects.toThrow("no answer within 200 ms");
  const stop = new AbortController();
  const asked = agent.state(stop.signal);
  stop.abort();
  await expect(asked).rejects.toThrow("failed");
});
