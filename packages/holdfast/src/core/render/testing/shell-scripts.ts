import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { RenderedFile } from "../rendered-file.ts";

/** What the scripts of AKS Engine call besides a Linux system's own programs; in CI they have to be there. */
export const skipsEngineScripts =
  process.env["CI"] === undefined && (process.platform !== "linux" || spawnSync("jq", ["--version"]).status !== 0);
if (skipsEngineScripts) console.warn("AKS Engine's scripts are not tried here: they need Linux and jq");

export const hasShellcheck = spawnSync("shellcheck", ["--version"]).status === 0;

/** What shellcheck says about all the scripts among the files, as one text; empty when there is nothing to say. */
export function shellcheck(files: readonly RenderedFile[]): string {
  const scripts = files.filter(({ content }) => content.startsWith("#!/"));
  if (scripts.length === 0) return "";
  return inFolder(files, (folder) => {
    const paths = scripts.map(({ path }) => path);
    const run = spawnSync("shellcheck", ["--external-sources", "--source-path=SCRIPTDIR", ...paths], {
      cwd: folder,
      encoding: "utf8",
    });
    return run.stdout + run.stderr;
  });
}

/** The files in a folder of their own, for as long as the act takes. */
export function inFolder<T>(files: readonly RenderedFile[], act: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-render-"));
  try {
    for (const { path, content, executable = false } of files) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), content);
      if (executable) chmodSync(join(folder, path), 0o755);
    }
    return act(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
