import { version } from "../../../base/index.ts";
import type { Problem } from "../../../base/index.ts";
import { placeOf } from "../unusable.ts";
import type { UnusableFile } from "../unusable.ts";
import { markup } from "./markup.ts";
import type { Markup } from "./markup.ts";
import { reportPage } from "./report-page.ts";

/** Without lines of the file: one of them may be the secret that it was refused for. */
export function unusableHtml({ file, problems }: UnusableFile): string {
  return reportPage({
    title: `${file}: cannot be used`,
    heading: file,
    subtitle: "Nothing can be said of the design until this is put right.",
    verdict: { mark: "✗", words: "cannot be used", kind: "bad" },
    main: markup`<section id="problems">
              <h2>Problems <span class="count">${problems.length}</span></h2>
              ${problems.map(card)}
            </section>`,
    footer: markup`holdfast ${version}`,
  });
}

function card(problem: Problem): Markup {
  const { code, message, hint } = problem;
  return markup`<article class="finding error">
    <h4>${message}</h4>
    <p class="where"><code>${code}</code> ${placeOf(problem)}</p>
    ${hint === undefined ? undefined : markup`<p class="hint">${hint}</p>`}
  </article>`;
}
