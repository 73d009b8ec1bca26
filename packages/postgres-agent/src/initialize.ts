import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { SUPERUSER } from "./config.ts";
import { chownTree, copyTree, makeEmptyFolder, syncTree } from "./files.ts";
import { commandLine, type RunAs } from "./run-as.ts";
import { scramVerifier } from "./scram.ts";
import { SERVER_ENVIRONMENT } from "./server.ts";

/** What a new database is made with. */
export interface NewDatabase {
  /** Where to make it; whatever is there is removed. */
  readonly folder: string;
  readonly superuserPassword: string;
  /** Where empty databases are kept to be copied: 0.2 s instead of 0.55 s. */
  readonly templateFolder?: string;
}

/** Makes a new, empty database whose superuser has a password. Durable when it returns. */
export async function initialize(runAs: RunAs, wanted: NewDatabase, signal: AbortSignal): Promise<void> {
  const template = wanted.templateFolder && join(wanted.templateFolder, `postgresql-${runAs.binaries.version}`);
  if (template !== undefined && existsSync(join(template, "PG_VERSION"))) {
    await rm(wanted.folder, { recursive: true, force: true });
    await copyTree(template, wanted.folder);
    if (runAs.owner !== undefined) await chownTree(wanted.folder, runAs.owner);
  } else {
    await makeEmptyFolder(wanted.folder, runAs.owner);
    await initdb(runAs, wanted.folder, signal);
    if (template !== undefined) await keepTemplate(wanted.folder, template);
  }
  // The server alone, on its standard input and not on the network: nobody can log in before there is a password.
  const statement = `ALTER ROLE ${SUPERUSER} PASSWORD '${scramVerifier(wanted.superuserPassword)}';\n`;
  await run(
    runAs,
    "postgres",
    ["--single", "-D", wanted.folder, "-c", "log_min_messages=error", SUPERUSER],
    statement,
    wanted.folder,
    signal,
  );
  await syncTree(wanted.folder);
}

/**
 * Keeps a copy for the next one; it appears under its name when it is whole. All databases of a template share PostgreSQL's
 * system identifier; what tells them apart is their first promotion (lineage.ts).
 */
async function keepTemplate(folder: string, template: string): Promise<void> {
  await mkdir(dirname(template), { recursive: true });
  const staging = await mkdtemp(join(dirname(template), "copy-"));
  await copyTree(folder, join(staging, "data"));
  // Where another agent was quicker, its copy is as good.
  await rename(join(staging, "data"), template).catch(() => undefined);
  await rm(staging, { recursive: true, force: true });
}

async function initdb(runAs: RunAs, folder: string, signal: AbortSignal): Promise<void> {
  // Sorting must not depend on the machine's C library: two sites with different ones would disagree on an index.
  const locale = runAs.binaries.major >= 17 ? ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"] : [];
  const how = ["--username", SUPERUSER, "--auth=trust", "--encoding=UTF8", "--locale=C", ...locale, "--data-checksums"];
  // Access is closed by our own pg_hba.conf before the server first listens.
  await run(runAs, "initdb", [...how, "--no-sync", "--no-instructions", "-D", folder], "", folder, signal);
}

async function run(
  runAs: RunAs,
  program: "initdb" | "postgres",
  programArgs: readonly string[],
  input: string,
  cwd: string,
  signal: AbortSignal,
): Promise<void> {
  const { command, args } = commandLine(runAs, program, programArgs);
  const child = spawn(command, args, {
    cwd,
    env: SERVER_ENVIRONMENT,
    stdio: ["pipe", "ignore", "pipe"],
    signal,
    ...(runAs.owner ?? {}),
  });
  let complaints = "";
  child.stderr.on("data", (chunk: Buffer) => (complaints = `${complaints}${chunk.toString()}`.slice(-2000)));
  // A program that dies early leaves its input unread; why it died is told by its exit.
  child.stdin.on("error", () => undefined).end(input);
  const code = await new Promise<number | null>((resolve, reject) =>
    child.once("error", reject).once("close", resolve),
  );
  // In single-user mode a failed statement is told on stderr only, and may be repeated there: it is not passed on.
  if (code === 0 && !/\b(ERROR|FATAL|PANIC):/.test(complaints)) return;
  throw new Error(
    `${program} failed${program === "initdb" ? `: ${complaints.trim().split("\n").at(-1) ?? ""}` : ""} (exit code ${code ?? "none"})`,
  );
}
