import { execFileSync, spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join, relative } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { unwrap } from "../../../base/index.ts";
import { parseFleet } from "../../spec/index.ts";
import type { SiteName } from "../../spec/index.ts";
import { exampleNames, exampleText } from "../../spec/testing/examples.ts";
import { prettyJson } from "../formats/index.ts";
import { hasShellcheck, shellcheck } from "../testing/shell-scripts.ts";
import { armFamily } from "./index.ts";
import { contentOf, exampleFleet, filesOf, templatesOf } from "./testing/rendered.ts";
import { variants } from "./testing/variants.ts";

const goldens = join(import.meta.dirname, "testdata");

describe.each(exampleNames)("rendering %s", (name) => {
  const files = filesOf(exampleFleet(name));
  const folder = join(goldens, name);

  it("gives the files under testdata (R78, R79)", async () => {
    for (const { path, content } of files) await expect(content).toMatchFileSnapshot(join(folder, path));
  });

  it("gives all files under testdata", () => {
    const known = readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
    expect(known.sort()).toEqual(files.map(({ path }) => path).sort());
  });

  it("gives the same bytes for the same data, whatever the order of the file's keys", () => {
    const reversed = JSON.stringify(reverseKeys(parse(exampleText(name))));
    expect(filesOf(unwrap(parseFleet(reversed, "holdfast.yaml")))).toEqual(files);
  });

  it("holds no secret (R121, R122)", () => {
    for (const { path, content } of files) {
      expect(content, path).not.toMatch(/-----BEGIN|AKIA|eyJ[A-Za-z0-9_-]{10}|AccountKey=|SharedAccessSignature/);
      // What is called a secret in a template comes from a vault, and in a command from the shell or a file.
      const words = content.matchAll(
        /"?(?:sharedKey|adminPassword|agentToken|CLIENT_SECRET|password)"?\s*[:=]\s*"([^"]*)"/gi,
      );
      for (const [, value] of words) expect(value, path).toMatch(/^\[parameters\('sharedKey_\w+'\)\]$/);
    }
  });

  it("has canonical JSON, and nothing of a site that is not asked for", () => {
    for (const { path, content } of files.filter((file) => file.path.endsWith(".json")))
      expect(prettyJson(JSON.parse(content)), path).toBe(content);
    const none = [...armFamily.render(exampleFleet(name), new Set<SiteName>())];
    expect(none.every(({ site }) => site === undefined)).toBe(true);
  });
});

const hubs = exampleFleet("ratings-azure-stack-hub");
const scripts = [
  hubs,
  exampleFleet("ratings-disconnected"),
  exampleFleet("ratings-three-sites"),
  variants["own network"](),
]
  .flatMap(filesOf)
  .filter(({ path }) => path.endsWith(".sh"));

describe("the scripts of machines", () => {
  it("are executable, and each is the one that its template carries (R48, R133)", () => {
    for (const { path, content, executable } of scripts)
      expect([executable, content.startsWith("#!/bin/sh\n")], path).toEqual([true, true]);
    const carried = templatesOf(hubs).flatMap(({ path, template }) => {
      const install = template.variables?.["install"] as string | undefined;
      return install === undefined ? [] : [{ path: path.replace(/\.json$/, ".sh"), install }];
    });
    expect(carried.length).toBe(4);
    for (const { path, install } of carried) expect(contentOf(hubs, path)).toBe(install);
  });

  it("are sound shell", () => {
    for (const { path, content } of scripts) {
      expect(spawnSync("sh", ["-n"], { input: content, encoding: "utf8" }).stderr, path).toBe("");
    }
  });

  it.skipIf(!hasShellcheck)("please shellcheck (skipped where it is not installed), the pages' commands too", () => {
    const pages = [hubs, exampleFleet("ratings-disconnected"), exampleFleet("ratings-three-sites")]
      .flatMap(filesOf)
      .filter(({ path }) => path.endsWith(".md"))
      .map(({ path, content }, index) => ({ path: `${index}/${path}.sh`, content: commandsOf(content) }));
    expect(shellcheck(pages)).toBe("");
    expect(shellcheck(scripts.map((file, index) => ({ ...file, path: `${index}/${file.path}` })))).toBe("");
  });

  it("get their values and the script whole, whatever is in them", () => {
    for (const { deployed } of templatesOf(hubs).filter(({ path }) => path.endsWith("-vm.json"))) {
      const { commandToExecute } = deployed.resources.at(-1).properties.protectedSettings;
      const seen = (commandToExecute as string).replace(
        /"\$\(echo (\S+) \| base64 -d\)"$/,
        `'printf "%s" "$TOOLS_URL"'`,
      );
      expect(execFileSync("sh", ["-c", seen], { encoding: "utf8" })).toBe("given-toolsUrl");
      const [, script = ""] = /"\$\(echo (\S+) \| base64 -d\)"$/.exec(commandToExecute) ?? [];
      expect(Buffer.from(script, "base64").toString()).toMatch(/^#!\/bin\/sh\n/);
    }
  });
});

function commandsOf(page: string): string {
  const blocks = [...page.matchAll(/```sh\n([^]*?)```/g)].map(([, block = ""]) => block);
  // What one page's commands find out, another page's may need.
  return `#!/bin/sh\n# shellcheck disable=SC2034,SC2153,SC2154\n${blocks.join("\n")}`;
}

function reverseKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reverseKeys);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).reverse();
  return Object.fromEntries(entries.map(([key, member]) => [key, reverseKeys(member)]));
}
