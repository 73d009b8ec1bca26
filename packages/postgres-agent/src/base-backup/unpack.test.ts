import fc from "fast-check";
import { mkdtemp, readFile, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { extract, pack, type Header } from "tar-stream";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { unpack } from "./unpack.ts";

type Entry = Partial<Header> & Pick<Header, "name">;

let folder: string;
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), "unpack-"))));
afterEach(() => rm(folder, { recursive: true, force: true }));

async function tar(entries: readonly (readonly [Entry, string])[]): Promise<Buffer> {
  const packed = pack();
  for (const [header, content] of entries) packed.entry(header, content);
  packed.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of packed as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function unpackChunks(chunks: Iterable<Uint8Array>): Promise<void> {
  const archive = extract();
  await Promise.all([unpack(archive, folder), pipeline(Readable.from(chunks), archive)]);
}

describe("unpack", () => {
  it("writes files and folders, wherever the stream is split", async () => {
    const large = "x".repeat(1024 * 1024 + 7);
    const archive = await tar([
      [{ name: "backup_label" }, "START WAL LOCATION: 0/2000028"],
      [{ name: "base", type: "directory" }, ""],
      [{ name: "./base/1", type: "directory" }, ""],
      [{ name: "base/1/1259" }, large],
      [{ name: "pg_wal/", type: "directory" }, ""],
    ]);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: archive.length }), { maxLength: 20 }), async (cuts) => {
        const edges = [0, ...cuts.sort((a, b) => a - b), archive.length];
        await unpackChunks(
          edges
            .slice(1)
            .map((end, n) => archive.subarray(edges[n], end))
            .filter((chunk) => chunk.length > 0),
        );
        expect(await readFile(join(folder, "base/1/1259"), "utf8")).toBe(large);
        expect(await readFile(join(folder, "backup_label"), "utf8")).toBe("START WAL LOCATION: 0/2000028");
        expect((await stat(join(folder, "pg_wal"))).mode & 0o777).toBe(0o700);
        expect((await stat(join(folder, "backup_label"))).mode & 0o777).toBe(0o600);
      }),
      { numRuns: 10 },
    );
  });

  it.each<[Entry, RegExp]>([
    [{ name: "../outside" }, /leads out/],
    [{ name: "base/../../outside" }, /leads out/],
    [{ name: "/outside" }, /leads out/],
    [{ name: "pg_tblspc/1", type: "symlink", linkname: "/etc" }, /neither a file nor a folder/],
    [{ name: "hard", type: "link", linkname: "/etc/passwd" }, /neither a file nor a folder/],
    [{ name: "device", type: "character-device" }, /neither a file nor a folder/],
  ])("refuses %j", async (header, why) => {
    await expect(unpackChunks([await tar([[header, ""]])])).rejects.toThrow(why);
    expect(await readdir(folder)).toEqual([]);
  });

  it("does not take a stream that stops in the middle for a whole one", async () => {
    const archive = await tar([[{ name: "PG_VERSION" }, "18\n".repeat(400)]]);
    await expect(unpackChunks([archive.subarray(0, 900)])).rejects.toThrow();
  });
});
