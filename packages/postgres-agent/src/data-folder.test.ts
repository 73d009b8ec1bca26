import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { AgentConfig } from "./config.ts";
import { DataFolder } from "./data-folder.ts";
import { settingsRevision } from "./settings.ts";

let folder: string;
let data: DataFolder;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "data-folder-"));
  const config: AgentConfig = {
    dataFolder: folder,
    nodeName: "seattle",
    listenAddress: "127.0.0.1",
    postgresPort: 5432,
    agentPort: 8432,
    database: "ratings",
    owner: "ratings",
    passwords: { owner: "o", superuser: "s", replication: "secret-of-replication" },
    token: "t",
    sharedBuffers: "128MB",
  };
  data = new DataFolder(config, { binaries: { folder: "/", version: "18.4", major: 18 }, prefix: [] });
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** A data folder whose content tells where it came from. */
async function make(name: string): Promise<void> {
  await mkdir(join(folder, name));
  await writeFile(join(folder, name, "PG_VERSION"), name);
}

describe("DataFolder", () => {
  // What is on disk when the agent was killed at each point, and what the next one has to make of it.
  it.each<[string, readonly string[], string | undefined]>([
    ["while the first copy was made", ["data.new"], undefined],
    ["when it was whole", ["data.ready"], "data.ready"],
    ["while another copy was made", ["data", "data.new"], "data"],
    ["when that was whole", ["data", "data.ready"], "data.ready"],
    ["between the two renames", ["data.old", "data.ready"], "data.ready"],
    ["while the old one was removed", ["data", "data.old"], "data"],
    ["at rest", ["data"], "data"],
    ["before anything", [], undefined],
  ])("goes on after a kill %s", async (_, before, kept) => {
    for (const name of before) await make(name);
    await data.repair();
    expect(await readdir(folder)).toEqual(kept === undefined ? [] : ["data"]);
    expect(data.hasData).toBe(kept !== undefined);
    if (kept !== undefined) expect(await readFile(join(folder, "data/PG_VERSION"), "utf8")).toBe(kept);
  });

  it("puts a whole copy in the place of what was there", async () => {
    await make("data");
    await make("data.new");
    await data.adopt();
    expect(await readdir(folder)).toEqual(["data"]);
    expect(await readFile(join(folder, "data/PG_VERSION"), "utf8")).toBe("data.new");
  });

  it("leaves no password where there is no upstream, and knows which settings it wrote last", async () => {
    await make("data");
    const alone = { following: { kind: "nobody" }, syncStandbys: [] } as const;
    const upstream = { kind: "upstream", host: "portland", address: "127.0.0.2", port: 5432 } as const;
    const revision = async (): Promise<string> =>
      settingsRevision(await readFile(join(folder, "data/postgresql.conf"), "utf8"));

    await data.writeSettings({ following: upstream, syncStandbys: [] });
    expect(await readFile(join(folder, "data/holdfast.pgpass"), "utf8")).toContain("secret-of-replication");
    const followed = await revision();
    await data.writeSettings(alone);
    expect(existsSync(join(folder, "data/holdfast.pgpass"))).toBe(false);
    expect(data.inEffect(alone, await revision())).toBe(true);
    expect(data.inEffect(alone, followed)).toBe(false);
    // The server still reports these, but is about to read the others.
    expect(data.inEffect({ following: upstream, syncStandbys: [] }, followed)).toBe(false);
  });
});
