import { describe, expect, it } from "vitest";
import { membersOf } from "../../spec/index.ts";
import { changed, example, examples, fileOf, testGoldenFiles } from "../testing/example-fleets.ts";
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
      "Take backups",
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

  it("says that nothing takes the backups of holdfast's own servers, and what does instead (R97, R98)", () => {
    expect(page).toContain("**Nothing rendered takes the backups of holdfast's own servers yet**");
    for (const { store, targets } of fleet.backups) {
      const { engine } = fleet.stores.find(({ name }) => name === store)!;
      const [, chapter = ""] = page.split(`### ${store}, holdfast's own servers\n`);
      expect(chapter.split("\n## ")[0]).toMatch(
        engine === "postgresql" ? /^pg_dump --host /m : /^mongodump --config /m,
      );
      expect(chapter).toContain(`On a machine in the network of ${targets[0] ?? ""}`);
    }
    expect(page).not.toContain("never kept on the Hub");
  });

  it("has no step with an empty command", () => {
    expect(page).not.toMatch(/```sh\n\s*```/);
    expect(fileOf(runbookFamily, fleet, "RUNBOOK.html")).not.toContain("<pre><code></code></pre>");
  });

  it("names the images to build before anything pulls them", () => {
    const build = page.indexOf("Build and push what nobody publishes");
    expect(build).toBeGreaterThan(0);
    expect(build).toBeLessThan(page.search(/mode=first-deploy|mode first-deploy|kubectl --context \S+ apply/));
    for (const image of new Set(fleet.application.components.map(({ image }) => image))) expect(page).toContain(image);
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

describe("standing up", () => {
  it.each([
    [
      "ratings-azure-stack-hub",
      [
        "holdfast render holdfast.yaml --out rendered",
        "`rendered/arm/_azure/README.md` in their order: the fleet's vault, the registry",
        "rendered/access/_secrets/create-missing.sh",
        "rendered/access/seattle/fill-hub-vault.sh",
        "az acr login --name ratingscontoso\n    rendered/helm/mirror.sh copy",
        "mode=first-deploy site=all",
        "holdfast status holdfast.yaml",
      ],
    ],
    [
      "ratings-disconnected",
      [
        "holdfast render holdfast.yaml --out rendered",
        "rendered/access/_secrets/set-up-vault.sh",
        "rendered/access/_secrets/create-missing.sh",
        "rendered/access/fort-west/fill-hub-vault.sh",
        "skopeo login registry.enclave.example",
        "mode first-deploy, site all",
      ],
    ],
  ])("of %s makes a thing before it fills it, and fills it before it is used (R145)", (name, inOrder) => {
    const standUp = markdown(name).split("\n## Stand it up\n")[1]?.split("\n## ")[0] ?? "";
    const places = inOrder.map((text) => [text, standUp.indexOf(text)] as const);
    for (const [text, at] of places) expect(at, text).toBeGreaterThan(-1);
    expect(places.toSorted(([, a], [, b]) => a - b).map(([text]) => text)).toEqual(inOrder);
  });

  it("begins with the vault's own Hub, where the fleet's vault is on one", () => {
    const fleet = changed("ratings-azure-stack-hub", ["vault: ratings-global-kv }", "vault: ratings-seattle-kv }"]);
    const page = fileOf(runbookFamily, fleet, "RUNBOOK.md");
    const made = page.indexOf("Make the fleet's vault on the Hub at seattle");
    expect(made).toBeGreaterThan(-1);
    expect(page.indexOf("rendered/access/_secrets/create-missing.sh")).toBeGreaterThan(made);
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

describe("a backup that is kept where the data is", () => {
  it("is said to be lost with it, unless there is a copy at a place without the data (R99)", () => {
    expect(markdown("ratings-azure-stack-hub")).toContain(
      "Yet orlando and seattle have the data too, and lose it together with the backups kept there. Backups at a place without the data take a target under `backups[].external`.",
    );
    const outside = changed("ratings-azure-stack-hub", [
      "    targets: [orlando, seattle]",
      "    targets: [orlando, seattle]\n    external: [{ name: vault, kind: s3, url: https://backup.example/ratings }]",
    ]);
    const page = fileOf(runbookFamily, outside, "RUNBOOK.md");
    expect(page).toContain("vault has backups alone.");
    expect(page).toContain("copy each to vault (https://backup.example/ratings)");
  });
});

describe.each([
  { what: "clusters that others built", fleet: example("ratings").fleet },
  { what: "Hubs", fleet: changed("ratings-three-sites", ["  kind: jenkins\n", ""]) },
])("without a pipeline, on $what,", ({ fleet }) => {
  const page = fileOf(runbookFamily, fleet, "RUNBOOK.md");
  const [standUp = ""] = (page.split("## Stand it up\n")[1] ?? "").split("\n## ");

  it("speaks of none", () => {
    expect(fleet.delivery.kind).toBe("none");
    // What the rendered files call the machine and its rights is their own affair.
    expect(page).not.toMatch(/\bpipeline/i);
  });

  it("names every script to run, in order: the platform, the Secrets, the manifests, and at last the voters' logins", () => {
    const at = (text: string) => {
      const position = standUp.indexOf(text);
      expect(position, text).toBeGreaterThan(0);
      return position;
    };
    for (const { name } of fleet.sites)
      expect(at(`rendered/helm/${name}/platform/install.sh`)).toBeLessThan(
        at(`rendered/access/${name}/fill-secrets.sh`),
      );
    const places = membersOf(fleet).map(({ name }) => name);
    for (const name of places)
      expect(at(`rendered/access/${name}/fill-secrets.sh`)).toBeLessThan(
        at(`--filename rendered/kubernetes/${name}/\n`),
      );
    const join = at("give each the logins to the voters at the others");
    for (const name of places) {
      expect(at(`--filename rendered/kubernetes/${name}/\n`)).toBeLessThan(join);
      const after = standUp.slice(join);
      if (fleet.access.secrets.kind === "kubernetes") expect(after).toContain(`|| login ${name} `);
      else {
        const [publish, fill] = ["publish-login.sh", "fill-secrets.sh"].map((script) =>
          after.indexOf(`rendered/access/${name}/${script}`),
        );
        expect(publish).toBeGreaterThan(0);
        expect(fill).toBeGreaterThan(after.lastIndexOf("publish-login.sh"));
      }
    }
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
