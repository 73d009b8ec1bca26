import { expect, it } from "vitest";
import { type Health, HealthCheck } from "./health.ts";

it("shares one look among those who ask together", async () => {
  let looks = 0;
  const check = new HealthCheck({ checkReads: () => Promise.resolve(void (looks += 1)) }, { freshMs: 60_000 });
  const answers = await Promise.all([check.check(), check.check(), check.check()]);
  expect(answers).toEqual([{ ok: true }, { ok: true }, { ok: true }]);
  await check.check();
  expect(looks).toBe(1);
});

it("looks again when the last look is no longer fresh, and tells of changes only", async () => {
  const trouble: Error[] = [];
  const changes: Health[] = [];
  const repository = { checkReads: () => (trouble[0] === undefined ? Promise.resolve() : Promise.reject(trouble[0])) };
  const check = new HealthCheck(repository, { freshMs: 0, onChange: (health) => changes.push(health) });
  await check.check();
  await check.check();
  trouble.push(new Error("away"));
  expect(await check.check()).toEqual({ ok: false, reason: "away" });
  expect(changes).toEqual([{ ok: true }, { ok: false, reason: "away" }]);
});

it("answers within its budget when the database does not", async () => {
  const check = new HealthCheck({ checkReads: () => new Promise(() => undefined) }, { budgetMs: 20 });
  expect(await check.check()).toEqual({ ok: false, reason: "the database did not answer within 20 ms" });
});
