import { version } from "../../../base/index.ts";
import type { Problem } from "../../../base/index.ts";
import { placeOf } from "../unusable.ts";
import type { UnusableFile } from "../unusable.ts";
import { markup } from "./markup.ts";
import type { Markup } from "./markup.ts";
import { style } from "./style.ts";

/** Without lines of the file: one of them may be the secret that it was refused for. */
export function unusableHtml({ file, problems }: UnusableFile): string {
  return `${
    markup`<!doctype html>
      <html lang="en">
        <head>
          <meta charset="utf-8" />
          <meta
            http-equiv="Content-Security-Policy"
            content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
          />
          <meta name="viewport" content="width=device-width, initial-scale=1" />
          <meta name="color-scheme" content="light dark" />
          <meta name="generator" content="holdfast ${version}" />
          <title>${file}: cannot be used</title>
          <style>
            ${style}
          </style>
        </head>
        <body>
          <header class="top">
            <div>
              <p class="eyebrow">holdfast check</p>
              <h1>${file}</h1>
              <p class="subtitle">Nothing can be said of the design until this is put right.</p>
            </div>
            <p class="verdict bad"><span>✗</span>cannot be used</p>
          </header>
          <main>
            <section id="problems">
              <h2>Problems <span class="count">${problems.length}</span></h2>
              ${problems.map(card)}
            </section>
          </main>
          <footer>holdfast ${version}</footer>
        </body>
      </html>`.text
  }\n`;
}

function card(problem: Problem): Markup {
  const { code, message, hint } = problem;
  return markup`<article class="finding error">
    <h4>${message}</h4>
    <p class="where"><code>${code}</code> ${placeOf(problem)}</p>
    ${hint === undefined ? undefined : markup`<p class="hint">${hint}</p>`}
  </article>`;
}
