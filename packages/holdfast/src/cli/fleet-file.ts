import { open, stat } from "node:fs/promises";
import { readFileSync } from "node:fs";
import { HoldfastError } from "../base/index.ts";
import type { Problem } from "../base/index.ts";
import { parseFleetDocument } from "../core/spec/index.ts";
import type { ParsedFleet } from "../core/spec/index.ts";
import type { SourceReader } from "./problems.ts";

const LARGEST_FILE_BYTES = 16_000_000;

/** Reads and parses a fleet file; throws a HoldfastError with everything that is wrong with it. */
export async function loadFleet(file: string): Promise<ParsedFleet> {
  const parsed = parseFleetDocument(await readText(file), file);
  if (parsed.ok) return parsed.value;
  const [first, ...rest] = parsed.error;
  if (first === undefined) throw new Error("a fleet was refused without a reason");
  throw new HoldfastError([first, ...rest]);
}

async function readText(file: string): Promise<string> {
  try {
    const status = await stat(file);
    if (status.isDirectory())
      throw unreadable(
        file,
        "it is a folder",
        `Name the file in it, for example ${file.replace(/\/$/, "")}/holdfast.yaml.`,
      );
    // A pipe may wait for ever, and a device never end.
    if (!status.isFile())
      throw unreadable(file, "it is no regular file", "Write what it gives into a file, and name that.");
    if (status.size > LARGEST_FILE_BYTES) throw tooLarge(file);
    return decodeText(file, await readBounded(file));
  } catch (error) {
    if (error instanceof HoldfastError) throw error;
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "ENOENT")
      throw unreadable(file, "there is no such file", "Check the path, or write a new fleet file with: holdfast init");
    if (code === "EACCES" || code === "EPERM")
      throw unreadable(file, "reading it is not permitted", "Check the file's permissions.");
    throw unreadable(file, code ?? "it could not be read", undefined, error);
  }
}

/** It may have grown since its size was asked for, and some files in /proc say that they have none. */
async function readBounded(file: string): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const handle = await open(file);
  for await (const chunk of handle.createReadStream() as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > LARGEST_FILE_BYTES) throw tooLarge(file);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function tooLarge(file: string): HoldfastError {
  return unreadable(file, `it is larger than ${LARGEST_FILE_BYTES / 1e6} MB`);
}

/** Anything else would come out of the YAML parser as screens of nonsense. */
function decodeText(file: string, bytes: Uint8Array): string {
  const hint = "Name a YAML or JSON file, saved as UTF-8.";
  if (bytes.includes(0)) throw unreadable(file, "it is not text (it holds zero bytes)", hint);
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw unreadable(file, "it is not UTF-8 text", hint);
  }
}

function unreadable(file: string, reason: string, hint?: string, cause?: unknown): HoldfastError {
  const problem: Problem = {
    code: "file-unreadable",
    message: `cannot read ${file}: ${reason}`,
    ...(hint === undefined ? {} : { hint }),
  };
  return new HoldfastError([problem], { cause });
}

/** Reads each file that a problem points into once, for the lines around it. */
export function sourceReader(): SourceReader {
  const known = new Map<string, readonly string[] | undefined>();
  return (file) => {
    if (!known.has(file)) known.set(file, readLines(file));
    return known.get(file);
  };
}

function readLines(file: string): readonly string[] | undefined {
  try {
    return readFileSync(file, "utf8").split(/\r?\n/);
  } catch {
    return undefined;
  }
}
