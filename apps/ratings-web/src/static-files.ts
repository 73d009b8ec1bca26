import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { extname, join } from "node:path";
import { promisify } from "node:util";
import { gzip } from "node:zlib";

/** One file of the page, ready to be sent. */
export interface StaticFile {
  readonly type: string;
  readonly bytes: Buffer;
  /** Where it is worth it. */
  readonly gzipped?: Buffer;
  /** A strong validator: quoted, from the content. */
  readonly etag: string;
  /** Names the content in the query `?v=`; such an address never changes what it gives. */
  readonly version: string;
}

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml; charset=utf-8",
  ".txt": "text/plain; charset=utf-8",
  ".webmanifest": "application/manifest+json; charset=utf-8",
};

/**
 * Reads the page's folder once, small as it is: requests then never touch the disk, and no path of a request ever reaches it.
 * Keys are request paths: `/` for index.html, `/static/...` for the rest. In index.html, addresses of the other files get their version.
 */
export async function loadStaticFiles(folder: string): Promise<ReadonlyMap<string, StaticFile>> {
  const names = (await readdir(folder, { recursive: true })).map((name) => name.replaceAll("\\", "/")).sort();
  const files = new Map<string, StaticFile>();
  for (const name of names) {
    const type = types[extname(name)];
    if (type === undefined || name === "index.html") continue;
    files.set(`/static/${name}`, await staticFile(type, await readFile(join(folder, name))));
  }
  const index = (await readFile(join(folder, "index.html"), "utf8")).replace(
    /"(\/static\/[^"?]+)"/g,
    (quoted, path: string) => {
      const file = files.get(path);
      return file === undefined ? quoted : `"${path}?v=${file.version}"`;
    },
  );
  files.set("/", await staticFile("text/html; charset=utf-8", Buffer.from(index)));
  return files;
}

async function staticFile(type: string, bytes: Buffer): Promise<StaticFile> {
  const version = createHash("sha256").update(bytes).digest("base64url").slice(0, 16);
  const gzipped = await promisify(gzip)(bytes, { level: 9 });
  return { type, bytes, etag: `"${version}"`, version, ...(gzipped.length < bytes.length * 0.9 ? { gzipped } : {}) };
}
