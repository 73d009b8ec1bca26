import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import pc from "picocolors";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { colourDiff, unifiedDiff } from "./unified-diff.ts";
import type { FileState } from "./unified-diff.ts";

const text = (content: string, executable = false): FileState => ({ content, executable });

describe("unifiedDiff", () => {
  it("shows a changed line with three lines around it", () => {
    const before = "1\n2\n3\n4\n5\n6\n7\n8\n9\n";
    expect(unifiedDiff("a.txt", text(before), text(before.replace("5", "five")))).toBe(
      "diff --git a/a.txt b/a.txt\n--- a/a.txt\n+++ b/a.txt\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n",
    );
  });

  it("shows new files, files that go, and the permission to run", () => {
    expect(unifiedDiff("a.sh", undefined, text("x\n", true))).toBe(
      "diff --git a/a.sh b/a.sh\nnew file mode 100755\n--- /dev/null\n+++ b/a.sh\n@@ -0,0 +1,1 @@\n+x\n",
    );
    expect(unifiedDiff("a", text("x"), undefined)).toBe(
      "diff --git a/a b/a\ndeleted file mode 100644\n--- a/a\n+++ /dev/null\n@@ -1,1 +0,0 @@\n-x\n\\ No newline at end of file\n",
    );
    expect(unifiedDiff("a", text("x"), text("x", true))).toBe("diff --git a/a b/a\nold mode 100644\nnew mode 100755\n");
    expect(unifiedDiff("a", text("x"), text("x"))).toBe("");
  });

  it("colours what a terminal shows", () => {
    const colours = pc.createColors(true);
    const shown = colourDiff(unifiedDiff("a", text("x\n"), text("y\n")), colours);
    expect(shown).toContain(colours.red("-x"));
    expect(shown).toContain(colours.green("+y"));
    expect(shown).toContain(colours.bold("--- a/a"));
  });
});

describe("what git makes of it", () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "holdfast-diff-"))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const line = fc.constantFrom("", "a", "b", "c", "-", "+x", "@@ -1 +1 @@", "\\ No newline at end of file");
  const content = fc
    .tuple(fc.array(line, { maxLength: 40 }), fc.boolean())
    .map(([lines, end]) => lines.join("\n") + (end && lines.length > 0 ? "\n" : ""));
  const state = fc.option(fc.record({ content, executable: fc.boolean() }), { nil: undefined });

  const applied = (before: FileState | undefined, after: FileState | undefined): FileState | undefined => {
    const file = join(folder, "f");
    rmSync(file, { force: true });
    if (before) {
      writeFileSync(file, before.content);
      chmodSync(file, before.executable ? 0o755 : 0o644);
    }
    const input = unifiedDiff("f", before, after);
    if (input !== "") execFileSync("git", ["apply", "--whitespace=nowarn"], { cwd: folder, input, stdio: "pipe" });
    if (!existsSync(file)) return undefined;
    return { content: readFileSync(file, "utf8"), executable: (statSync(file).mode & 0o100) !== 0 };
  };

  it("turns one file into the other, whatever is in them", () => {
    fc.assert(
      fc.property(state, state, (before, after) => {
        expect(applied(before, after)).toEqual(after);
      }),
      { numRuns: 60 },
    );
  });

  it("is also right for a file that has little left of what it was", () => {
    const lines = (from: number): FileState =>
      text(Array.from({ length: 6_000 }, (_, index) => `${from + index * 7}`).join("\n"));
    expect(applied(lines(0), lines(1))).toEqual(lines(1));
  });
});
