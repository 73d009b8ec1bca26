import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";

/** For packages that import JSON as bundlers allow, where Node asks for an attribute: bundled first, then imported. */
export async function bundledPackage<T>(name: string): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-bundled-"));
  try {
    const outfile = join(folder, "package.mjs");
    await build({
      stdin: { contents: `export * from "${name}";`, resolveDir: import.meta.dirname },
      bundle: true,
      platform: "node",
      format: "esm",
      outfile,
      logLevel: "error",
    });
    return (await import(pathToFileURL(outfile).href)) as T;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
