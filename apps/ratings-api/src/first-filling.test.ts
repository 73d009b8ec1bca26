import { pino } from "pino";
import { expect, it } from "vitest";
import { FirstFilling } from "./first-filling.ts";
import { DatabaseUnavailable } from "./repository/contract.ts";
import { MemoryRepository } from "./testing/memory-repository.ts";

const log = pino({ level: "silent" });
const away = new DatabaseUnavailable("the database cannot be reached", { code: "ECONNREFUSED" });

it("goes on trying until there is a database, and can be asked again", async () => {
  const repository = new MemoryRepository();
  repository.readTrouble = away;
  const filling = new FirstFilling(repository, log, 5);
  const filled = filling.start();
  expect(filling.start()).toBe(filled);
  repository.readTrouble = undefined;
  await filled;
  expect(await repository.items()).toHaveLength(4);
  await filling.start();
});

it("ends when it is stopped", async () => {
  const repository = new MemoryRepository();
  repository.readTrouble = away;
  const filling = new FirstFilling(repository, log, 60_000);
  const filled = filling.start();
  filling.stop();
  await filled;
});
