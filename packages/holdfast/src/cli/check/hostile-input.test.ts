import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const main = fileURLToPath(new URL("../main.ts", import.meta.url));

let folder = "";
let bare = 0;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "holdfast-hostile-"));
  // What starting the program from its sources costs on this machine is not the file's fault.
  const began = performance.now();
  writeFileSync(join(folder, "empty.yaml"), "");
  check(join(folder, "empty.yaml"));
  bare = performance.now() - began;
}, 60_000);
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** As users run it, with little memory: what grows with the input would not survive. */
function check(file: string) {
  return spawnSync(process.execPath, ["--max-old-space-size=192", "--import", "tsx", main, "check", file], {
    encoding: "utf8",
    timeout: 60_000,
    env: { ...process.env, NO_COLOR: "1", COLUMNS: "" },
  });
}

const files: readonly (readonly [what: string, write: (file: string) => void, code: string])[] = [
  [
    "50 MB of YAML",
    (file) => {
      writeFileSync(file, "a: 1\n".repeat(10_000_000));
    },
    "file-unreadable",
  ],
  [
    "5 GB of nothing",
    (file) => {
      writeFileSync(file, "");
      truncateSync(file, 5_000_000_000);
    },
    "file-unreadable",
  ],
  [
    "a program",
    (file) => {
      writeFileSync(
        file,
        Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0, ...Array.from({ length: 60_000 }, (_, index) => index % 251)]),
      );
    },
    "file-unreadable",
  ],
  [
    "random bytes",
    (file) => {
      writeFileSync(file, Buffer.from(Array.from({ length: 200_000 }, (_, index) => 1 + ((index * 7919) % 255))));
    },
    "file-unreadable",
  ],
  [
    "UTF-16",
    (file) => {
      writeFileSync(file, Buffer.from("\ufeffkind: Fleet\n".repeat(1_000), "utf16le"));
    },
    "file-unreadable",
  ],
  [
    "a NUL in the middle",
    (file) => {
      writeFileSync(file, "kind: Fl\u0000eet\n");
    },
    "file-unreadable",
  ],
  [
    "15 MB on one line",
    (file) => {
      writeFileSync(file, "x".repeat(15_000_000));
    },
    "document-too-complex",
  ],
  [
    "a bomb of aliases",
    (file) => {
      writeFileSync(
        file,
        `a0: &a0 [x]\n${Array.from({ length: 40 }, (_, n) => `a${n + 1}: &a${n + 1} [*a${n}, *a${n}]`).join("\n")}\n`,
      );
    },
    "document-too-complex",
  ],
  [
    "a cycle",
    (file) => {
      writeFileSync(file, "apiVersion: &a [*a]\n");
    },
    "document-too-complex",
  ],
  [
    "deep nesting",
    (file) => {
      writeFileSync(file, `a: ${"[".repeat(100_000)}`);
    },
    "document-too-complex",
  ],
];

describe("holdfast check, given what is no fleet file", { timeout: 60_000 }, () => {
  it.each(files)("refuses %s with a code, soon, in little memory", (_, write, code) => {
    const file = join(folder, "hostile.yaml");
    write(file);
    const began = performance.now();
    const { status, stdout, stderr } = check(file);
    const took = performance.now() - began;
    rmSync(file);
    expect([status, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(`error[${code}]`);
    expect(stderr.length).toBeLessThan(4_000);
    // A second of the file's own; the rest is the start, measured on the same machine, and its noise.
    expect(took).toBeLessThan(1_000 + 3 * bare);
  });

  it.runIf(process.platform === "linux")("refuses a device that never ends, and a pipe that nobody writes to", () => {
    const pipe = join(folder, "pipe");
    spawnSync("mkfifo", [pipe]);
    for (const file of ["/dev/zero", pipe]) {
      const { status, stderr } = check(file);
      expect(status).toBe(2);
      expect(stderr).toContain(`error[file-unreadable]: cannot read ${file}: it is no regular file`);
    }
  });
});
