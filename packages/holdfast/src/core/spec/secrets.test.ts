import { describe, expect, it } from "vitest";
import { maskSecrets } from "./index.ts";

describe("maskSecrets", () => {
  it.each([
    ["DATABASE_URL: postgres://app:hunter2@db:5432/x", "DATABASE_URL: postgres://app:***@db:5432/x"],
    ["  DB_PASSWORD: hunter2", "  DB_PASSWORD: ***"],
    ["{ API_KEY: hunter2, SITE: x }", "{ API_KEY: ***, SITE: x }"],
    ['"password": "hunter2"', '"password": ***'],
    ["Server=db;Password=hunter2;Database=x", "Server=db;Password=***;Database=x"],
    ["AccountName=a;AccountKey=aHVudGVyMmh1bnRlcjJodW50ZXIy==;x", "AccountName=a;AccountKey=***;x"],
    ["token: AKIAIOSFODNN7EXAMPLE", "token: ***"],
    [`x: abc8Q~${"xY0_".repeat(8)}`, "x: ***"],
    [`x: hvs.${"aB3_".repeat(6)}`, "x: ***"],
    [`x: AGE-SECRET-KEY-1${"QPZRY9X8".repeat(7)}`, "x: ***"],
    [`x: sk_live_${"a1B2".repeat(6)}`, "x: ***"],
    [`x: AIza${"a1B2c".repeat(7)}`, "x: ***"],
    [`x: npm_${"a1B2".repeat(9)}`, "x: ***"],
    [`x: ${"a1B2c".repeat(15)}AZDOx1y2`, "x: ***"],
    ["-----BEGIN RSA PRIVATE KEY-----MIIE", "-----BEGIN RSA PRIVATE KEY-----***"],
  ])("hides the secret in %j", (text, masked) => {
    expect(maskSecrets(text)).toBe(masked);
  });

  it.each([
    "- { env: DATABASE_URL, secret: ratings-db-app, key: uri }",
    "url: https://dev.azure.com/contoso/ratings/_git/ratings",
    "publicKey: ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHTaZ1EbotZCnqQGEKeceP8qT6twoenaGJG7jiUXKz38",
    "pullSecret: registry-login",
    "API: http://ratings-api:3000",
    "uri: mongodb://${user}:${password}@db",
  ])("leaves %j alone", (text) => {
    expect(maskSecrets(text)).toBe(text);
  });

  it("is quick on hostile lines", () => {
    const start = performance.now();
    for (const text of [
      "a".repeat(200_000),
      "a://".repeat(50_000),
      "password=".repeat(20_000),
      ": ".repeat(100_000),
      "eyJ".repeat(50_000),
    ])
      maskSecrets(text);
    expect(performance.now() - start).toBeLessThan(3_000);
  });
});
