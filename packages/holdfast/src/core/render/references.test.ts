import { describe, expect, it } from "vitest";
import { membersOf } from "../spec/index.ts";
import type { Fleet } from "../spec/index.ts";
import { renderFamilies, renderFiles } from "./index.ts";
import { changed, examples } from "./testing/example-fleets.ts";

const cases: readonly { readonly name: string; readonly fleet: Fleet }[] = [
  ...examples,
  { name: "GitHub Actions", fleet: changed("ratings-three-sites", ["kind: jenkins", "kind: github-actions"]) },
  {
    name: "secrets of the pipeline's own",
    fleet: changed("ratings-disconnected", [
      "secrets: { kind: hashicorp-vault, vault: https://vault.enclave.example }",
      "secrets: { kind: kubernetes }",
    ]),
  },
];

/** Families whose files tell people and programs to use files of the others. */
const REFERRING = ["pipelines", "runbook", "access"];

describe.each(cases)("what is rendered for $name", ({ fleet }) => {
  const sites = membersOf(fleet).map(({ name }) => name);
  const files = [...renderFiles(fleet, { families: renderFamilies, sites: new Set(sites), fleetFiles: true })].flat();
  const paths = new Set(files.map(({ path }) => path));
  const executables = new Set(files.filter(({ executable }) => executable).map(({ path }) => path));
  const exists = (path: string): boolean => {
    const clean = path.replace(/[/.]+$/, "");
    return paths.has(clean) || [...paths].some((each) => each.startsWith(`${clean}/`));
  };

  it("refers only to files that are rendered, too (R145)", () => {
    const referring = files.filter(({ path }) => REFERRING.includes(path.split("/")[0] ?? ""));
    const found = referring.flatMap(({ path, content }) => referencesIn(content, sites).map((to) => ({ path, to })));
    expect(found.filter(({ to }) => !to.some(exists)).map(({ path, to }) => `${path} -> ${to[0] ?? ""}`)).toEqual([]);
    if (referring.some(({ path }) => path.startsWith("pipelines/"))) expect(found.length).toBeGreaterThan(30);
  });

  it("deploys templates from the folder that it has changed to (R78, R92)", () => {
    for (const { path, content } of files.filter(({ path }) => path.startsWith("pipelines/"))) {
      const folder = /cd "\$root\/([^"]+)"/.exec(content)?.[1];
      for (const [, template] of content.matchAll(/--template-file (\S+)/g))
        expect(paths, path).toContain(`${folder ?? ""}/${template ?? ""}`);
      for (const [, parameters] of content.matchAll(/--parameters ([\w.-]+\.json)/g))
        expect(paths, path).toContain(`${folder ?? ""}/${parameters ?? ""}`);
    }
  });

  it("runs only what may be run", () => {
    for (const { path, content } of files.filter(({ path }) => REFERRING.includes(path.split("/")[0] ?? ""))) {
      for (const [, script] of content.matchAll(/(?:^|\s|")(?:\$root|rendered)\/([\w./-]+\.sh)(?=["\s]|$)/gm)) {
        if (script !== undefined && !script.endsWith("/common.sh")) expect(executables, path).toContain(script);
      }
    }
  });
});

/** Paths below the rendered folder, each with all that a placeholder for a site can mean. */
function referencesIn(content: string, sites: readonly string[]): readonly (readonly string[])[] {
  const matches = [...content.matchAll(/(?:\brendered|\$root)\/((?:[\w.-]|<site>|&lt;site&gt;|\/)+)/g)];
  return matches.map(([, path = ""]) => {
    const named = path.replace("&lt;site&gt;", "<site>");
    return named.includes("<site>") ? sites.map((site) => named.replaceAll("<site>", site)) : [named];
  });
}
