import { watch } from "node:fs/promises";
import { open, readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";

export interface LogQuery {
  /** A site's folder, as `lab status` names it. */
  readonly folder: string;
  /** A pod's name or the beginning of it; absent: the site's own log. */
  readonly pod?: string;
  readonly tail?: number;
}

/** One line of a log; `source` is `<pod>/<container>` or the site's name. */
export interface LogLine {
  readonly at: string;
  readonly source: string;
  readonly text: string;
}

interface LogFile {
  readonly source: string;
  readonly path: string;
  readonly format: "cri" | "plain";
}

/** Reads files, not the API: what a killed site wrote last is when one wants to know. Lines come in the order of time. */
export async function readLogs(query: LogQuery): Promise<readonly LogLine[]> {
  const files = await findFiles(query);
  const lines = (
    await Promise.all(files.map(async (file) => parseLines(file, await readFile(file.path, "utf8"))))
  ).flat();
  if (query.pod !== undefined) lines.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
  return query.tail === undefined ? lines : lines.slice(Math.max(0, lines.length - query.tail));
}

/** Lines that come after the call, until the signal aborts. */
export async function followLogs(
  query: LogQuery,
  onLines: (lines: readonly LogLine[]) => void,
  signal: AbortSignal,
): Promise<void> {
  const offsets = new Map<string, number>();
  for (const { path } of await findFiles(query)) offsets.set(path, (await stat(path)).size);
  const readNew = async (): Promise<void> => {
    for (const file of await findFiles(query)) {
      const text = await readFrom(file.path, offsets.get(file.path) ?? 0);
      const whole = text.slice(0, text.lastIndexOf("\n") + 1);
      offsets.set(file.path, (offsets.get(file.path) ?? 0) + Buffer.byteLength(whole));
      if (whole !== "") onLines(parseLines(file, whole));
    }
  };
  try {
    for await (const change of watch(query.pod === undefined ? query.folder : podLogsFolder(query.folder), {
      recursive: true,
      signal,
    })) {
      if (change.filename?.endsWith(".log") !== false) await readNew();
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/** The pods of which a site has logs. */
export async function podsWithLogs(folder: string): Promise<readonly string[]> {
  const folders = await readdir(podLogsFolder(folder)).catch(() => []);
  return folders.map((each) => each.split("_")[1] ?? each).sort();
}

function podLogsFolder(folder: string): string {
  return join(folder, "data", "logs");
}

/** The node keeps `<namespace>_<pod>_<uid>/<container>/<run>.<segment>.log` in the CRI format. */
async function findFiles({ folder, pod }: LogQuery): Promise<readonly LogFile[]> {
  if (pod === undefined) return [{ source: "", path: join(folder, "site.log"), format: "plain" }];
  const files: LogFile[] = [];
  for (const podFolder of await readdir(podLogsFolder(folder)).catch(() => [])) {
    const name = podFolder.split("_")[1] ?? "";
    if (!name.startsWith(pod)) continue;
    for (const container of await readdir(join(podLogsFolder(folder), podFolder))) {
      const logs = join(podLogsFolder(folder), podFolder, container);
      for (const file of (await readdir(logs)).sort(byRun))
        files.push({ source: name, path: join(logs, file), format: "cri" });
    }
  }
  return files;
}

function byRun(a: string, b: string): number {
  return Number(a.split(".")[0]) - Number(b.split(".")[0]) || (a < b ? -1 : 1);
}

const CRI_LINE = /^(\S+) (?:stdout|stderr) [FP] (.*)$/;

function parseLines({ source, format }: LogFile, text: string): readonly LogLine[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const match = format === "cri" ? CRI_LINE.exec(line) : null;
      return match ? { at: match[1] ?? "", source, text: match[2] ?? "" } : { at: "", source, text: line };
    });
}

async function readFrom(path: string, offset: number): Promise<string> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    if (size <= offset) return "";
    const buffer = Buffer.alloc(size - offset);
    await file.read(buffer, 0, buffer.length, offset);
    return buffer.toString();
  } finally {
    await file.close();
  }
}
