import { expect, it } from "vitest";
import { parseStoreRequest, requestConfigMap } from "./index.ts";

const request = { id: "r1", kind: "switchover", to: "portland", reason: "maintenance", at: "2026-01-01T00:00:00.000Z" };
const answer = { id: "r1", state: "accepted", message: "seattle stops", at: "2026-01-01T00:00:00.100Z" };
const parse = (asked: unknown, answered?: unknown) =>
  parseStoreRequest({
    "request.json": typeof asked === "string" ? asked : JSON.stringify(asked),
    ...(answered !== undefined && { "answer.json": JSON.stringify(answered) }),
  });

it("reads a request and its answer, and takes no other's answer for it", () => {
  expect(requestConfigMap("ratings-db")).toEqual({ namespace: "holdfast-system", name: "holdfast-request-ratings-db" });
  expect(parse(request)).toEqual({ ok: true, value: { request } });
  expect(parse(request, answer)).toEqual({ ok: true, value: { request, answer } });
  expect(parse(request, { ...answer, id: "r0" })).toEqual({ ok: true, value: { request } });
  expect(parse(request, "no")).toEqual({ ok: true, value: { request } });
});

it("takes only a plain yes for one", () => {
  const consent = { acceptDataLoss: true, beyondRpo: true };
  expect(parse({ ...request, ...consent })).toEqual({ ok: true, value: { request: { ...request, ...consent } } });
  expect(parse({ ...request, acceptDataLoss: "yes", beyondRpo: 1 })).toEqual({ ok: true, value: { request } });
});

it.each([
  ["no JSON", "{"],
  ["no object", "null"],
  ["another kind", { ...request, kind: "drop" }],
  ["no id", { ...request, id: "" }],
  ["no site", { ...request, to: 5 }],
  ["an endless reason", { ...request, reason: "x".repeat(1001) }],
])("refuses %s", (_, asked) => {
  expect(parse(asked).ok).toBe(false);
});

it("refuses a ConfigMap without data", () => {
  expect(parseStoreRequest(undefined).ok).toBe(false);
});
