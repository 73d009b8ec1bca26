import { version } from "../../../base/index.ts";
import { markup } from "./markup.ts";
import type { Markup } from "./markup.ts";
import { style } from "./style.ts";

export interface ReportPage {
  readonly title: string;
  readonly heading: string;
  readonly subtitle: string;
  /** `kind` is a class of the style. */
  readonly verdict: { readonly mark: string; readonly words: string; readonly kind: string };
  readonly main: Markup;
  readonly footer: Markup;
}

/** The page around what is told: nothing may run in it or be fetched by it, and that stands here once. */
export function reportPage({ title, heading, subtitle, verdict, main, footer }: ReportPage): string {
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
          <title>${title}</title>
          <style>
            ${style}
          </style>
        </head>
        <body>
          <header class="top">
            <div>
              <p class="eyebrow">holdfast check</p>
              <h1>${heading}</h1>
              <p class="subtitle">${subtitle}</p>
            </div>
            <p class="verdict ${verdict.kind}"><span>${verdict.mark}</span>${verdict.words}</p>
          </header>
          <main>
            ${main}
          </main>
          <footer>
            ${footer}
          </footer>
        </body>
      </html>`.text
  }\n`;
}
