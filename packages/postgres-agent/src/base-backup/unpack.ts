import { createWriteStream, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import type { Extract } from "tar-stream";

/**
 * Files up to this size are written in one synchronous go, well below a millisecond each: a database has a thousand small
 * ones, and handing each to another thread several times takes longer than writing it.
 */
const WHOLE_BYTES = 256 * 1024;

/**
 * Unpacks a tar archive of a data folder into an empty folder. Only plain files and folders below it are taken: a link or a
 * name that leads out of the folder is refused, whoever sent it.
 */
export async function unpack(archive: Extract, folder: string): Promise<void> {
  for await (const entry of archive) {
    const { name, type, size } = entry.header;
    const path = join(folder, ...safeParts(name));
    if (type === "directory") {
      mkdirSync(path, { recursive: true, mode: 0o700 });
      entry.resume();
    } else if (type === "file") {
      if (size <= WHOLE_BYTES) writeFileSync(path, await readAll(entry as AsyncIterable<Buffer>), { mode: 0o600 });
      else await pipeline(entry as AsyncIterable<Buffer>, createWriteStream(path, { mode: 0o600 }));
    } else {
      throw new Error(`base backup: "${name}" is neither a file nor a folder`);
    }
  }
}

function safeParts(name: string): readonly string[] {
  const parts = name.split("/").filter((part) => part !== "" && part !== ".");
  if (name.startsWith("/") || name.includes("\0") || parts.includes("..")) {
    throw new Error(`base backup: "${name}" leads out of the data folder`);
  }
  return parts;
}

async function readAll(entry: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of entry) chunks.push(chunk);
  return Buffer.concat(chunks);
}
