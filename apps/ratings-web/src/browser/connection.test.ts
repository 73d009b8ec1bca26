import { expect, it } from "vitest";
import { afterLook, afterRating, connecting } from "./connection.ts";

const from = (site: string) => ({ kind: "ok", site, value: [] }) as const;

it("knows the site that serves, and counts a move only when another one does", () => {
  const first = afterLook(connecting, from("seattle"));
  expect(first).toMatchObject({ state: "live", site: "seattle", moves: 0 });
  const lost = afterLook(first, { kind: "no-answer" });
  expect(lost).toMatchObject({ state: "lost", site: "seattle", failures: 1 });
  expect(afterLook(lost, from("seattle"))).toMatchObject({ state: "live", moves: 0, failures: 0 });
  expect(afterLook(lost, from("portland"))).toMatchObject({ state: "live", site: "portland", moves: 1, failures: 0 });
});

it("tells a site that answers with trouble from no answer at all", () => {
  const degraded = afterLook(connecting, {
    kind: "refused",
    site: "seattle",
    status: 503,
    inDoubt: false,
    message: "the database cannot be reached",
  });
  expect(degraded).toMatchObject({
    state: "degraded",
    site: "seattle",
    trouble: "the database cannot be reached",
    failures: 1,
  });
});

it("takes the site from a rating's answer, but not its trouble", () => {
  const live = afterLook(connecting, from("seattle"));
  expect(
    afterRating(live, { kind: "refused", site: "portland", status: 503, inDoubt: false, message: "no" }),
  ).toMatchObject({
    state: "live",
    site: "portland",
    moves: 1,
  });
  expect(afterRating(live, { kind: "no-answer" })).toBe(live);
});
