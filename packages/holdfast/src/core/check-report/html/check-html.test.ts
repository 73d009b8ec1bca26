import { describe, expect, it } from "vitest";
import { exampleNames } from "../../spec/testing/examples.ts";
import { exampleReport } from "../testing/example-report.ts";
import { htmlProblems } from "../testing/html-problems.ts";
import { checkHtml } from "./index.ts";
import { markup } from "./markup.ts";

describe("the page", () => {
  it.each(exampleNames)(
    "of examples/%s is well formed, asks nothing of the network, and is the same each time",
    (name) => {
      const page = checkHtml(exampleReport(name));
      expect(htmlProblems(page)).toEqual([]);
      expect(page).toContain(
        `content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"`,
      );
      expect(page).not.toContain("<script");
      expect(checkHtml(exampleReport(name))).toBe(page);
    },
  );

  it("names what is down most, what each time is made of, and where each figure comes from", () => {
    const report = exampleReport("ratings-azure-stack-hub");
    const page = checkHtml(report);
    for (const { rto } of report.analysis.recovery)
      for (const { from } of rto.terms) expect(page).toContain(markup`${from}`.text);
    for (const { figures } of report.analysis.components) expect(page).toContain(markup`${figures.source}`.text);
    for (const site of report.parsed.fleet.sites) expect(page).toContain(`>${site.name}</text>`);
    expect(page).toContain("Every figure on this page is predicted");
  });

  it("counts an outage that a person has to end, and says what can never take over (R18)", () => {
    const page = checkHtml(exampleReport("ratings-azure-stack-hub"));
    const card = page.slice(page.indexOf("Longest outage"), page.indexOf("Data lost at most"));
    for (const words of ["15 min 12 s", "when site seattle is lost", "a person has to act"]) {
      expect(card).toContain(words);
    }
    expect(page).toContain("it never can, whatever works");
    expect(checkHtml(exampleReport("ratings"))).not.toContain("it never can");
    const alone = checkHtml(
      exampleReport("ratings", { edits: [["durability: replicated", "durability: local-only"]] }),
    );
    expect(alone.slice(alone.indexOf("Longest outage"), alone.indexOf("Data lost at most"))).toContain(
      "until it is repaired",
    );
  });

  it("shows a finding with its lines and marks the place", () => {
    const page = checkHtml(exampleReport("ratings", { edits: [["ratings-web:0.1.0", "ratings-web:latest"]] }));
    expect(page).toContain("<mark>holdfast.example/ratings-web:latest</mark>");
    expect(page).toContain("<code>fixed-image</code>");
  });

  it("marks what users are not served without in the drawing (R18)", () => {
    // Both sites in one building: it is a single point of failure, and both are drawn so.
    const page = checkHtml(exampleReport("ratings", { edits: [["dataCentre: portland-1", "dataCentre: seattle-1"]] }));
    expect(page.match(/<g class="box site single">/g)).toHaveLength(2);
    expect(checkHtml(exampleReport("ratings"))).not.toContain('class="box site single"');
  });

  it("shows what a change makes better and worse", () => {
    const edits = [["dataCentre: portland-1", "dataCentre: seattle-1"]] as const;
    const worse = checkHtml(exampleReport("ratings", { edits, against: [] }));
    expect(worse).toContain("<h2>What changes</h2>");
    expect(worse).toContain("New findings");
    expect(worse).toMatch(/class="worse"\s*>[^<]* more<\/span/);
    expect(checkHtml(exampleReport("ratings", { edits: [], against: edits }))).toMatch(
      /class="better"\s*>[^<]* less<\/span/,
    );
    expect(checkHtml(exampleReport("ratings", { against: [] }))).toContain("Nothing gets better or worse.");
  });

  it("lets no name in the file become a part of the page", () => {
    const evil = `</text></svg><script>alert(1)</script><img src=x onerror="alert(1)">'&\u202e`;
    const quoted = JSON.stringify(evil);
    const report = exampleReport("ratings-azure-stack-hub", {
      edits: [
        ["dataCentre: seattle-hub-1", `dataCentre: ${quoted}`],
        ["distribution: AKS", `distribution: ${quoted}`],
        ["workspace: ratings-logs", `workspace: ${quoted}`],
        ["ratings-web:1.0.0", "ratings-web:latest"],
        ["      replicas: 2", `      # ${evil.replace("\u202e", "")}\n      replicas: 1`],
      ],
    });
    const page = checkHtml({ ...report, file: `${evil}.yaml` });
    expect(htmlProblems(page)).toEqual([]);
    expect(page).toContain("&lt;script&gt;alert(1)&lt;/script&gt;");
  });
});
