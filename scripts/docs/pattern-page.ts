import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join, relative } from "node:path";
import ts from "typescript";
import { requirements } from "../pattern-requirements.ts";
import type { Requirement } from "../pattern-requirements.ts";

interface Mention {
  /** Path from the root. */
  readonly file: string;
  readonly title: string;
}

/** Which tests show which requirement of the pattern: those that name it in a title, as in "renders an ingress (R34)". */
export function patternPage(root: string): string {
  const tests = mentionsInTests(root);
  const documents = mentionsInDocuments(root);
  const shown = requirements.filter((requirement) => tests.has(requirement.id)).length;
  const documented = requirements.filter(
    (requirement) => isDocOnly(requirement) && documents.has(requirement.id),
  ).length;
  const rows = requirements.map((requirement) =>
    row(requirement, tests.get(requirement.id) ?? [], documents.get(requirement.id) ?? []),
  );
  return `# The pattern

"High availability Kubernetes cluster pattern using Azure and Azure Stack Hub", as ${requirements.length} requirements, and the tests
that show each. ${shown} are shown by a test, ${documented} of the ${requirements.filter(isDocOnly).length} that can only be documented are. **How**: rule = a check finds
it, artifact = a generated file has it, run = a running system shows it, doc = words only; the first is the main one. "Hub" is one
Azure Stack Hub. This page is generated from the titles of the tests: \`npm run docs\`.

| id | requirement | how | shown by |
| --- | --- | --- | --- |
${rows.join("\n")}
`;
}

function isDocOnly({ how }: Requirement): boolean {
  return how[0] === "doc";
}

function row({ id, text, how }: Requirement, tests: readonly Mention[], documents: readonly Mention[]): string {
  const proofs = [...tests, ...(how.includes("doc") ? documents : [])].map(
    ({ file, title }) => `[${escape(title)}](../${file})`,
  );
  return `| <a id="${id.toLowerCase()}"></a>${id} | ${escape(text)} | ${how.join(", ")} | ${[...new Set(proofs)].join("<br>") || "—"} |`;
}

function mentionsInTests(root: string): Map<string, Mention[]> {
  const files = ["packages", "apps", "tests", "scripts"].flatMap((folder) =>
    filesBelow(join(root, folder), ".test.ts"),
  );
  return collect(
    files.flatMap((file) => titles(readFileSync(file, "utf8")).map((title) => ({ file: relative(root, file), title }))),
  );
}

/** Hand-written pages only: a generated one would prove itself. */
function mentionsInDocuments(root: string): Map<string, Mention[]> {
  const folders = ["docs", "docs/decisions", "docs/guide"];
  const files = folders.flatMap((folder) =>
    filesIn(join(root, folder)).filter((file) => file.endsWith(".md") && !file.endsWith("pattern.md")),
  );
  return collect(
    files.flatMap((file) => {
      const text = readFileSync(file, "utf8");
      const heading = /^# (.+)$/m.exec(text)?.[1] ?? relative(root, file);
      return [...new Set(text.match(/\bR\d{1,3}\b/g) ?? [])].map((id) => ({
        file: relative(root, file),
        title: `${heading} (${id})`,
      }));
    }),
  );
}

/** Every text of a test file that ends in requirement ids in brackets: titles of tests and suites, and of table rows. */
function titles(source: string): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node) && REQUIREMENT_IDS.test(node.text)) found.push(node.text);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile("test.ts", source, ts.ScriptTarget.Latest));
  return found;
}

const REQUIREMENT_IDS = /\((R\d{1,3}(?:, ?R\d{1,3})*)\)/;

function collect(mentions: readonly Mention[]): Map<string, Mention[]> {
  const byId = new Map<string, Mention[]>();
  for (const mention of mentions) {
    const ids = REQUIREMENT_IDS.exec(mention.title)?.[1]?.split(/, ?/) ?? [];
    const title = mention.title.replace(REQUIREMENT_IDS, "").replace(/ +/g, " ").trim();
    for (const id of ids) byId.set(id, [...(byId.get(id) ?? []), { ...mention, title }]);
  }
  return byId;
}

function filesBelow(folder: string, ending: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.name !== "node_modules" && entry.name !== "dist")
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? filesBelow(path, ending) : path.endsWith(ending) ? [path] : [];
    })
    .toSorted();
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(folder, entry.name))
    .toSorted();
}

function escape(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("[", "\\[").replaceAll("]", "\\]").replaceAll("<", "&lt;");
}
