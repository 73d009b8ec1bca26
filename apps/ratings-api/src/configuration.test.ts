import { expect, it } from "vitest";
import { parseConfiguration } from "./configuration.ts";

it("chooses the engine by the URL's scheme and fills in the rest", () => {
  const parsed = parseConfiguration({
    DATABASE_URL: "postgresql://ratings:pw@db/ratings",
    POD_IP: "127.21.1.4",
    SITE_NAME: "seattle",
  });
  expect(parsed).toMatchObject({
    ok: true,
    configuration: {
      database: { engine: "postgresql", readUrl: "postgresql://ratings:pw@db/ratings", writeDeadlineMs: 1500 },
      host: "127.21.1.4",
      port: 3000,
      site: "seattle",
    },
  });
  expect(parseConfiguration({ MONGODB_URI: "mongodb://h1,h2/ratingsdb?replicaSet=rs0" })).toMatchObject({
    configuration: { database: { engine: "mongodb" }, host: "0.0.0.0" },
  });
});

it("reports every problem at once and never a password", () => {
  const parsed = parseConfiguration({
    DATABASE_URL: "mysql://ratings:hunter2@db/ratings",
    PORT: "web",
    WRITE_DEADLINE_MS: "1",
    LOG_LEVEL: "loud",
  });
  if (parsed.ok) throw new Error("accepted");
  expect(parsed.problems).toHaveLength(4);
  expect(parsed.problems.join()).not.toContain("hunter2");
  const mixed = parseConfiguration({ DATABASE_URL: "postgresql://db/r", DATABASE_READ_URL: "mongodb://db/r" });
  expect(mixed).toMatchObject({ ok: false, problems: [expect.stringContaining("same kind")] });
  expect(parseConfiguration({})).toMatchObject({ ok: false, problems: [expect.stringContaining("DATABASE_URL")] });
});
