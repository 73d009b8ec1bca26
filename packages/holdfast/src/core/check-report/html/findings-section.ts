import type { SourcePosition } from "../../../base/index.ts";
import type { Finding } from "../../design-rules/index.ts";
import type { CheckReport } from "../check-report.ts";
import { excerpt } from "./excerpt.ts";
import { markup } from "./markup.ts";
import type { Markup } from "./markup.ts";

const severities = { error: "Errors", warning: "Warnings", advice: "Advice" } as const;

export function findingsSection(
  title: string,
  id: string,
  findings: readonly Finding[],
  { parsed: { document } }: CheckReport,
): Markup | undefined {
  if (findings.length === 0) return undefined;
  const lines = document.text.split(/\r?\n/);
  const linesOf = (at: SourcePosition) => (at.file === document.file ? lines : []);
  return markup`<section id="${id}">
    <h2>${title}</h2>
    ${(["error", "warning", "advice"] as const).map((severity) => {
      const grave = findings.filter((finding) => finding.severity === severity);
      return grave.length === 0
        ? undefined
        : markup`<h3 class="${severity}">${severities[severity]} <span class="count">${grave.length}</span></h3>
            ${grave.map((finding) => card(finding, linesOf))}`;
    })}
  </section>`;
}

function card(finding: Finding, linesOf: (at: SourcePosition) => readonly string[]): Markup {
  const { severity, rule, message, hint, path, at, related, requirements, suppressed } = finding;
  return markup`<article class="finding ${severity}">
    <h4>${message}</h4>
    <p class="where"><code>${rule}</code> ${at.file}:${at.line}:${at.column} <span class="path">${path}</span></p>
    ${excerpt(linesOf(at), at)}
    ${related.map(
      (one) =>
        markup`<p class="related">${one.message}: ${one.at.file}:${one.at.line}</p>
          ${excerpt(linesOf(one.at), one.at, 0)}`,
    )}
    <p class="hint">${hint}</p>
    ${suppressed === undefined ? undefined : markup`<p class="accepted">Accepted until ${suppressed.until}: ${suppressed.reason}</p>`}
    ${requirements.length === 0 ? undefined : markup`<p class="pattern">Pattern: ${requirements.join(", ")}</p>`}
  </article>`;
}
