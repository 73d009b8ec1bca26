import { createReadStream } from "node:fs";
import { mkdir, open, readdir, rm } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";

/** One file is closed at this size; the newest `SEGMENTS_KEPT` of a run are kept. */
const SEGMENT_BYTES = 4 * 1024 * 1024;
const SEGMENTS_KEPT = 3;
/** Beyond this much unwritten output the program's pipe is not read, so that a chatterbox slows itself down only. */
const PENDING_MAX = 1024 * 1024;
/** CRI splits longer lines, marked P (partial) instead of F (full). */
const LINE_MAX = 16 * 1024;

export interface LogReadOptions {
  readonly follow: boolean;
  readonly timestamps: boolean;
  readonly tailLines?: number;
  /** ms since the epoch. */
  readonly since?: number;
  readonly signal: AbortSignal;
}

/** The output of one run of a container, in files in the CRI format: `<time> <stream> <F|P> <text>`. */
export class ContainerLog {
  readonly #folder: string;
  readonly #run: number;
  readonly #rest: Record<"stdout" | "stderr", string> = { stdout: "", stderr: "" };
  #pending: string[] = [];
  #pendingLength = 0;
  #file: FileHandle | undefined;
  #segment = 0;
  #segmentLength = 0;
  #writing: Promise<void> | undefined;
  #ended = false;
  #waiters: (() => void)[] = [];

  /** `run` counts a container's restarts. Runs before the previous one are removed. */
  static async start(folder: string, run: number): Promise<ContainerLog> {
    await mkdir(folder, { recursive: true });
    for (const file of await readdir(folder)) {
      const match = SEGMENT_NAME.exec(file);
      // The present run's files can only be left from a start that was never recorded.
      if (match && (Number(match[1]) < run - 1 || Number(match[1]) >= run))
        await rm(join(folder, file), { force: true });
    }
    return new ContainerLog(folder, run);
  }

  private constructor(folder: string, run: number) {
    this.#folder = folder;
    this.#run = run;
  }

  get run(): number {
    return this.#run;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Takes what a program wrote; `false` asks to wait for `drained`. */
  write(stream: "stdout" | "stderr", text: string): boolean {
    const lines = (this.#rest[stream] + text).split("\n");
    this.#rest[stream] = lines.pop() ?? "";
    for (const line of lines) this.#addLine(stream, line, "F");
    while (this.#rest[stream].length > LINE_MAX) {
      this.#addLine(stream, this.#rest[stream].slice(0, LINE_MAX), "P");
      this.#rest[stream] = this.#rest[stream].slice(LINE_MAX);
    }
    this.#writing ??= this.#writeOut();
    return this.#pendingLength < PENDING_MAX;
  }

  async drained(): Promise<void> {
    await this.#writing;
  }

  /** Nothing more comes. */
  async end(): Promise<void> {
    for (const stream of ["stdout", "stderr"] as const) {
      if (this.#rest[stream] !== "") this.#addLine(stream, this.#rest[stream], "F");
      this.#rest[stream] = "";
    }
    await (this.#writing ??= this.#writeOut());
    await this.#file?.close();
    this.#file = undefined;
    this.#ended = true;
    this.#wake();
  }

  /** Resolves when there is more to read, the log has ended or the signal aborts. */
  async more(signal: AbortSignal): Promise<void> {
    if (this.#ended || signal.aborted) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        signal.removeEventListener("abort", done);
        resolve();
      };
      signal.addEventListener("abort", done, { once: true });
      this.#waiters.push(done);
    });
  }

  #addLine(stream: string, line: string, tag: "F" | "P"): void {
    for (; line.length > LINE_MAX; line = line.slice(LINE_MAX)) this.#addLine(stream, line.slice(0, LINE_MAX), "P");
    const entry = `${nanoTimestamp()} ${stream} ${tag} ${line}\n`;
    this.#pending.push(entry);
    this.#pendingLength += entry.length;
  }

  async #writeOut(): Promise<void> {
    await turn(); // Lines that arrive in one turn are written as one.
    try {
      while (this.#pending.length > 0) {
        const bytes = Buffer.from(this.#pending.join(""));
        this.#pending = [];
        this.#pendingLength = 0;
        if (this.#segmentLength > SEGMENT_BYTES) await this.#rotate();
        this.#file ??= await open(segmentPath(this.#folder, this.#run, this.#segment), "a", 0o600);
        await this.#file.writeFile(bytes);
        this.#segmentLength += bytes.length;
        this.#wake();
      }
    } catch {
      // A full disk costs the log, not the program that writes it.
      this.#pending = [];
      this.#pendingLength = 0;
    } finally {
      this.#writing = undefined;
    }
  }

  async #rotate(): Promise<void> {
    await this.#file?.close();
    this.#file = undefined;
    this.#segment += 1;
    this.#segmentLength = 0;
    await rm(segmentPath(this.#folder, this.#run, this.#segment - SEGMENTS_KEPT), { force: true });
  }

  #wake(): void {
    for (const waiter of this.#waiters.splice(0)) waiter();
  }
}

const SEGMENT_NAME = /^(\d+)\.(\d+)\.log$/;

function segmentPath(folder: string, run: number, segment: number): string {
  return join(folder, `${run}.${String(segment).padStart(6, "0")}.log`);
}

/** Reads a run's output, oldest first; with `follow`, as long as `live` goes on. */
export async function* readLog(
  folder: string,
  run: number,
  options: LogReadOptions,
  live?: ContainerLog,
): AsyncGenerator<Buffer> {
  await live?.drained();
  let [segment, ...later] = await segmentsOf(folder, run);
  let offset = 0;
  let tail: string[] | undefined = options.tailLines === undefined ? undefined : [];
  const following = options.follow && live !== undefined;

  while (!options.signal.aborted) {
    if (segment !== undefined) {
      for await (const line of linesFrom(segmentPath(folder, run, segment), offset, options.signal)) {
        offset += Buffer.byteLength(line) + 1;
        const text = presented(line, options);
        if (text === undefined) continue;
        if (tail === undefined) {
          yield Buffer.from(text);
        } else {
          tail.push(text);
          if (tail.length > (options.tailLines ?? 0)) tail.shift();
        }
      }
      if (later.length > 0) {
        [segment, ...later] = later;
        offset = 0;
        continue;
      }
    }
    if (tail !== undefined && tail.length > 0) yield Buffer.from(tail.join(""));
    tail = undefined;
    const newer = (await segmentsOf(folder, run)).filter((number) => number > (segment ?? -1));
    if (newer.length > 0) {
      [segment, ...later] = newer;
      offset = 0;
    } else if (!following || live.ended) {
      // What was written between the last read and the end of the log is read in one more pass.
      if (!following || (await isReadTo(folder, run, segment, offset))) return;
    } else {
      await live.more(options.signal);
    }
  }
}

async function isReadTo(folder: string, run: number, segment: number | undefined, offset: number): Promise<boolean> {
  if (segment === undefined) return true;
  const file = await open(segmentPath(folder, run, segment)).catch(() => undefined);
  if (file === undefined) return true;
  const { size } = await file.stat();
  await file.close();
  return offset >= size;
}

async function segmentsOf(folder: string, run: number): Promise<number[]> {
  const files = await readdir(folder).catch(() => []);
  return files
    .map((file) => SEGMENT_NAME.exec(file))
    .filter((match) => match !== null && Number(match[1]) === run)
    .map((match) => Number(match?.[2]))
    .sort((a, b) => a - b);
}

/** Whole lines only: a line that is still being written is read next time. */
async function* linesFrom(path: string, offset: number, signal: AbortSignal): AsyncGenerator<string> {
  const chunks = createReadStream(path, { start: offset });
  let rest: Buffer = Buffer.alloc(0);
  try {
    for await (const chunk of chunks as AsyncIterable<Buffer>) {
      if (signal.aborted) return;
      rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10)) {
        yield rest.toString("utf8", 0, end);
        rest = rest.subarray(end + 1);
      }
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error; // Rotated away meanwhile.
  } finally {
    chunks.destroy();
  }
}

function presented(line: string, { timestamps, since }: LogReadOptions): string | undefined {
  const match = /^(\S+) \S+ ([FP]) /.exec(line);
  if (match === null) return undefined;
  const [head, time = "", tag] = match;
  if (since !== undefined && Date.parse(time) < since) return undefined;
  return `${timestamps ? `${time} ` : ""}${line.slice(head.length)}${tag === "F" ? "\n" : ""}`;
}

/** RFC 3339 with nine decimals, which log tools expect; the clock here gives three. */
function nanoTimestamp(): string {
  return `${new Date().toISOString().slice(0, 23)}000000Z`;
}
