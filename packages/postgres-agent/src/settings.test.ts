import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { AgentConfig } from "./config.ts";
import {
  parseSyncStandbys,
  renderAccess,
  renderPasswordFile,
  renderSettings,
  renderSyncStandbys,
  settingsRevision,
  slotName,
} from "./settings.ts";

const config: AgentConfig = {
  dataFolder: "/d",
  nodeName: "portland",
  listenAddress: "10.0.0.5",
  postgresPort: 5432,
  agentPort: 8432,
  database: "ratings",
  owner: "ratings",
  passwords: { owner: "owner-pass", superuser: "super-pass", replication: "repl-pass" },
  token: "token-value",
  sharedBuffers: "128MB",
};
const alone = { following: { kind: "nobody" }, syncStandbys: [] } as const;
const upstream = { kind: "upstream", host: "ratings-db", address: "10.0.0.9", port: 5432 } as const;

describe("settings", () => {
  it("follow an upstream by name, address, slot and password file", () => {
    const text = renderSettings(config, 18, "/d/data", { following: upstream, syncStandbys: [] });
    expect(text).toContain("host=''ratings-db'' hostaddr=''10.0.0.9'' port=''5432''");
    expect(text).toContain("passfile=''/d/data/holdfast.pgpass''");
    expect(text).toContain("application_name=''portland''");
    expect(text).toContain("primary_slot_name = 'holdfast_portland'");
  });

  it("hold no secret", () => {
    const text =
      renderSettings(config, 18, "/d/data", { following: upstream, syncStandbys: ["a"] }) + renderAccess(config);
    for (const secret of [...Object.values(config.passwords), config.token]) expect(text).not.toContain(secret);
  });

  it("say their own digest, which changes with every setting that changes", () => {
    const texts = [
      renderSettings(config, 18, "/d/data", alone),
      renderSettings(config, 16, "/d/data", alone),
      renderSettings(config, 18, "/d/data", { ...alone, syncStandbys: ["seattle"] }),
      renderSettings(config, 18, "/d/data", { following: upstream, syncStandbys: [] }),
    ];
    const revisions = texts.map(settingsRevision);
    expect(revisions.every((each) => /^[0-9a-f]{16}$/.test(each))).toBe(true);
    expect(new Set(revisions).size).toBe(texts.length);
  });

  it("leave out what a version does not know", () => {
    expect(renderSettings(config, 16, "/d/data", alone)).not.toContain("allow_alter_system");
    expect(renderSettings(config, 17, "/d/data", alone)).toContain("allow_alter_system = 'off'");
  });

  it("cannot be broken out of by a folder's or a host's name", () => {
    const odd = renderSettings(config, 18, "/o'd\\d", { following: { ...upstream, host: "a' b" }, syncStandbys: [] });
    expect(odd).toContain(`passfile=''/o\\\\''d\\\\\\\\d/holdfast.pgpass''`);
    expect(odd).toContain(`host=''a\\\\'' b''`);
  });

  it("name the standbys that a commit waits for, all of them, and read them back", () => {
    expect(renderSyncStandbys([])).toBe("");
    expect(renderSyncStandbys(["seattle", "portland"])).toBe(`FIRST 2 ("seattle", "portland")`);
    fc.assert(
      fc.property(fc.array(fc.string()), (names) => {
        expect(parseSyncStandbys(renderSyncStandbys(names))).toEqual(names);
      }),
    );
  });

  it("escape the password file's separators", () => {
    expect(renderPasswordFile("a:b\\c")).toBe("*:*:*:replicator:a\\:b\\\\c\n");
  });

  it("let only the server's own machine in as superuser", () => {
    const lines = renderAccess(config)
      .split("\n")
      .filter((line) => /\spostgres\s+(all|samehost)/.test(line));
    expect(lines).toEqual(["host  all  postgres  samehost  scram-sha-256"]);
  });
});

describe("slotName", () => {
  it("is legal for every site name, and two names never share one", () => {
    const label = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/);
    fc.assert(
      fc.property(label, label, (a, b) => {
        expect(slotName(a)).toMatch(/^[a-z0-9_]{1,63}$/);
        expect(slotName(a) === slotName(b)).toBe(a === b);
      }),
    );
    const long = "a".repeat(62);
    expect(slotName(`${long}b`)).not.toBe(slotName(`${long}c`));
  });
});
