import { expect, it } from "vitest";
import { parseConfiguration } from "./configuration.ts";

const bundle = "file:///opt/holdfast/dist/ratings-web.js";

it("finds the page beside the bundle unless told otherwise", () => {
  const parsed = parseConfiguration(
    { API: "http://ratings-api:3000", POD_IP: "127.21.1.5", SITE_NAME: "portland" },
    bundle,
  );
  expect(parsed).toMatchObject({
    ok: true,
    configuration: { port: 8080, host: "127.21.1.5", site: "portland", staticFolder: "/opt/holdfast/dist/ratings-web" },
  });
  const told = parseConfiguration({ API: "https://api.example/base", STATIC_DIR: "/srv/page", HOST: "::" }, bundle);
  expect(told).toMatchObject({ configuration: { staticFolder: "/srv/page", host: "::" } });
});

it("reports every problem at once", () => {
  expect(parseConfiguration({ API: "ratings-api:3000", PORT: "99999", LOG_LEVEL: "loud" }, bundle)).toMatchObject({
    ok: false,
    problems: [
      expect.stringContaining("http://"),
      expect.stringContaining("LOG_LEVEL"),
      expect.stringContaining("PORT"),
    ],
  });
  expect(parseConfiguration({}, bundle)).toMatchObject({
    ok: false,
    problems: [expect.stringContaining("API is missing")],
  });
});
