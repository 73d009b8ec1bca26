import { describe, expect, it } from "vitest";
import { membersOf } from "../../spec/index.ts";
import { example, examples, fileOf, testGoldenFiles } from "../testing/example-fleets.ts";
import type { Block } from "./blocks.ts";
import { verdictMs } from "./facts.ts";
import { runbookFamily } from "./index.ts";
import { toHtml } from "./to-html.ts";
import { toMarkdown } from "./to-markdown.ts";

testGoldenFiles(runbookFamily, import.meta.url);

const markdown = (name: string) => fileOf(runbookFamily, example(name).fleet, "RUNBOOK.md");

describe.each(examples)("the runbook of $name", ({ fleet }) => {
  const page = fileOf(runbookFamily, fleet, "RUNBOOK.md");

  it("has each procedure once (R88, R89, R95, R96, R145)", () => {
    const chapters: readonly string[] = page.match(/^## .*$/gm) ?? [];
    for (const title of [
      "Contacts",
      "Decisions",
      "Stand it up",
      "Scale",
      "Upgrade and patch",
      "Rotate certificates and secrets",
      "Planned switchover",
      "A site is lost",
      "Get it back",
      "Restore from a backup",
      "Redeploy from code",
    ])
      expect(chapters.filter((chapter) => chapter === `## ${title}`)).toHaveLength(1);
    expect(chapters.includes("## The witness is lost")).toBe(fleet.witness !== undefined);
  });

  it("names its own places, stores and people", () => {
    for (const { name } of [...membersOf(fleet), ...fleet.stores]) expect(page).toContain(name);
    if (fleet.monitoring.alertMail !== undefined) expect(page).toContain(fleet.monitoring.alertMail);
    expect(page).toContain(fleet.traffic.host);
  });

  it("speaks of Hubs, their scripts and their times only where there are Hubs (R42, R124, R125, R126)", () => {
    const hubs = fleet.sites.filter(({ platform }) => platform.kind === "azure-stack-hub");
    for (const words of ["scale unit", "base image only", "45 minutes", "VPN gateway"])
      expect(page.includes(words), words).toBe(hubs.length > 0);
  });

  it("is the same page in HTML, which loads nothing", () => {
    const html = fileOf(runbookFamily, fleet, "RUNBOOK.html");
    expect(html).not.toMatch(/<(?:script|link|img|iframe)|url\(|@import/);
    expect(html).toContain("@media print");
    const headings = [...page.matchAll(/^##+ (.*)$/gm)].map(([, text]) => text);
    expect(
      [...html.matchAll(/<h[23] id="[^"]*">(.*)<\/h[23]>/g)].map(([, text]) => text?.replaceAll(/<\/?\w+>/g, "")),
    ).toEqual(headings);
    for (const [, anchor] of html.matchAll(/href="#([^"]+)"/g)) expect(html).toContain(`id="${anchor}"`);
  });
});

describe("numbers", () => {
  it("follow from the file, and the page says how (R102)", () => {
    const { fleet } = example("ratings-three-sites");
    expect(verdictMs(fleet)).toBe(3 * 1000 + 500);
    expect(markdown("ratings-three-sites")).toContain(
      "| A lost site is judged down | 3.5s | predicted: 3 failed probes, every 1s, the last one waits 500ms |",
    );
    expect(markdown("ratings-three-sites")).toContain(
      "| ratings-db: a cut-off primary stops itself | 3s | predicted: the lease less its margin of 1s, on its own clock |",
    );
    expect(markdown("ratings-azure-stack-hub")).toContain("| A lost site is Degraded in Traffic Manager | 35s |");
    expect(markdown("ratings-azure-stack-hub")).toContain("| Upgrade at seattle | 72 to 90 minutes |");
  });

  it("are not of what the fleet does not have", () => {
    expect(markdown("ratings-azure-stack-hub")).not.toContain("the lease");
    expect(markdown("ratings-three-sites")).not.toContain("election timeout");
  });
});

describe("one source, two pages", () => {
  const blocks: readonly Block[] = [
    { kind: "heading", level: 1, text: "A" },
    { kind: "text", text: "Use `a | b` and **mind** <tags> & `<x>`" },
    { kind: "table", header: ["h"], rows: [["a | b"]] },
    { kind: "steps", items: [{ text: "one" }, { text: "two", code: "x > y\n\nz" }] },
  ];

  it("Markdown keeps tables whole and code inside its step", () => {
    expect(toMarkdown(blocks)).toBe(
      "# A\n\nUse `a | b` and **mind** <tags> & `<x>`\n\n| h |\n| --- |\n| a \\| b |\n\n1. one\n2. two\n\n   ```sh\n   x > y\n\n   z\n   ```\n",
    );
  });

  it("HTML takes no text for markup", () => {
    const html = toHtml("<t>", blocks);
    expect(html).toContain("<title>&lt;t&gt;</title>");
    expect(html).toContain(
      "<p>Use <code>a | b</code> and <strong>mind</strong> &lt;tags&gt; &amp; <code>&lt;x&gt;</code></p>",
    );
    expect(html).toContain("<li>two\n<pre><code>x &gt; y\n\nz</code></pre></li>");
  });
});
