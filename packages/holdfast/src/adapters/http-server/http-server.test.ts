import { expect, it } from "vitest";
import { serveHttp } from "./index.ts";

it("answers GET and HEAD from the handler, and nothing else", async () => {
  const server = await serveHttp({
    address: "127.0.0.1",
    port: 0,
    handle: (path) => (path === "/livez" ? { status: 200, contentType: "text/plain", body: "ok\n" } : undefined),
  });
  const url = `http://127.0.0.1:${server.port}`;
  const got = await fetch(`${url}/livez?verbose`);
  expect([got.status, got.headers.get("content-type"), await got.text()]).toEqual([200, "text/plain", "ok\n"]);
  const head = await fetch(`${url}/livez`, { method: "HEAD" });
  expect([head.status, head.headers.get("content-length"), await head.text()]).toEqual([200, "3", ""]);
  expect((await fetch(`${url}/nope`)).status).toBe(404);
  expect((await fetch(`${url}/livez`, { method: "DELETE" })).status).toBe(405);
  await server.close();
  await expect(fetch(url)).rejects.toThrow();
});
