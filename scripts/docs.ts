// Writes the documentation that follows from the code; with --check only says whether it is up to date.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { errorsPage } from "./docs/errors-page.ts";
import { fleetFilePage } from "./docs/fleet-file-page.ts";
import { patternPage } from "./docs/pattern-page.ts";
import { rulesPage } from "./docs/rules-page.ts";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const check = process.argv.includes("--check");

const pages: Record<string, () => string> = {
  "docs/pattern.md": () => patternPage(root),
  "docs/reference/errors.md": errorsPage,
  "docs/reference/fleet-file.md": fleetFilePage,
  "docs/reference/rules.md": rulesPage,
};

const stale = Object.entries(pages).filter(([path, page]) => {
  const file = join(root, path);
  const text = page();
  if (existsSync(file) && readFileSync(file, "utf8") === text) return false;
  if (!check) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  return true;
});

for (const [path] of stale) console.log(`${check ? "stale" : "wrote"} ${path}`);
if (check && stale.length > 0) {
  console.log("Run: npm run docs");
  process.exitCode = 1;
}
