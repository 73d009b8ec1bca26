import { describe, expect, it } from "vitest";
import { parseConfig } from "./config.ts";

const environment = {
  DATA_DIR: "/data",
  NODE_NAME: "seattle",
  LISTEN_ADDRESS: "10.0.0.5",
  DATABASE: "ratings",
  OWNER: "ratings",
  OWNER_PASSWORD: "p1",
  SUPERUSER_PASSWORD: "p2",
  REPLICATION_PASSWORD: "p3",
  AGENT_TOKEN: "t",
};

describe("parseConfig", () => {
  it("fills in the defaults", () => {
    expect(parseConfig(environment)).toMatchObject({
      ok: true,
      config: { postgresPort: 5432, agentPort: 8432, sharedBuffers: "128MB", dataFolder: "/data" },
    });
  });

  it("names everything that is missing at once", () => {
    const parsed = parseConfig({});
    const missing = Object.keys(environment).map((name) => `${name} is not set`);
    expect(parsed.ok ? [] : [...parsed.problems].sort()).toEqual(missing.sort());
  });

  it.each([
    [{ PGPORT: "0" }, "PGPORT is not a port: 0"],
    [{ NODE_NAME: "Seattle" }, "NODE_NAME is not a DNS label: Seattle"],
    [{ LISTEN_ADDRESS: "localhost" }, "LISTEN_ADDRESS is not an IP address: localhost"],
    [{ OWNER: "postgres" }, "OWNER is a role that the agent keeps for itself: postgres"],
    [{ DATABASE: `x"; drop` }, `DATABASE is not a name of PostgreSQL: x"; drop`],
    [{ SHARED_BUFFERS: "lots" }, "SHARED_BUFFERS is not a size such as 128MB: lots"],
    [{ TEMPLATE_CACHE_DIR: "cache" }, "TEMPLATE_CACHE_DIR is not an absolute path: cache"],
    [{ OWNER_PASSWORD: "pässword" }, "the password of the owner has other than printable ASCII characters"],
  ])("refuses %j", (change, problem) => {
    expect(parseConfig({ ...environment, ...change })).toEqual({ ok: false, problems: [problem] });
  });
});
