import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { claimStateFolder, releaseStateFolder } from "./state-folder.ts";

let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "holdfast-state-folder-"));
});

afterEach(() => rm(root, { recursive: true, force: true }));

describe("claimStateFolder", () => {
  it("takes an empty folder, and the same again after a lab", async () => {
    await releaseStateFolder(await claimStateFolder(root));
    await expect(claimStateFolder(root)).resolves.toMatchObject({ lab: join(root, "lab") });
  });

  it.each(["lab/notes.txt", "work/notes.txt"])("leaves a folder alone that holds somebody's %s", async (file) => {
    await mkdir(join(root, file, ".."), { recursive: true });
    await writeFile(join(root, file), "precious");
    const { mode } = await stat(root);
    await expect(claimStateFolder(root)).rejects.toMatchObject({ problems: [{ code: "lab-folder-unwritable" }] });
    expect(await readFile(join(root, file), "utf8")).toBe("precious");
    expect((await stat(root)).mode).toBe(mode);
  });
});
