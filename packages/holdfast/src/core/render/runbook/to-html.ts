import type { Block, Step } from "./blocks.ts";

/** One page with everything in it: it is read when networks are down, and on paper. */
export function toHtml(title: string, blocks: readonly Block[]): string {
  const chapters = blocks.filter((each) => each.kind === "heading" && each.level === 2);
  const contents = chapters.map((each) =>
    each.kind === "heading" ? `<li><a href="#${anchor(each.text)}">${inline(each.text)}</a></li>` : "",
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(title)}</title>
<style>
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h1, h2, h3 { line-height: 1.2; } h2 { margin-top: 3rem; border-bottom: 1px solid #8888; padding-bottom: .3rem; }
code, pre { font: .875em/1.45 ui-monospace, monospace; } code { background: #8882; padding: .1em .3em; border-radius: 3px; }
pre { background: #8882; padding: .8rem; overflow-x: auto; border-radius: 4px; } pre code { background: none; padding: 0; }
table { border-collapse: collapse; width: 100%; margin: 1rem 0; } th, td { border: 1px solid #8888; padding: .3rem .6rem; text-align: left; vertical-align: top; }
nav ol { columns: 2; } li { margin: .4rem 0; }
@media print {
  body { max-width: none; margin: 0; font-size: 10pt; } a { color: inherit; text-decoration: none; }
  h2 { break-before: page; } h2, h3 { break-after: avoid; } pre, tr, li { break-inside: avoid; }
  pre { white-space: pre-wrap; overflow-wrap: anywhere; border: 1px solid #8888; }
}
</style>
</head>
<body>
${blocks
  .map((each) => block(each))
  .join("\n")
  .replace("</h1>", `</h1>\n<nav aria-label="Contents"><ol>\n${contents.join("\n")}\n</ol></nav>`)}
</body>
</html>
`;
}

function block(each: Block): string {
  switch (each.kind) {
    case "heading":
      return `<h${each.level} id="${anchor(each.text)}">${inline(each.text)}</h${each.level}>`;
    case "text":
      return `<p>${inline(each.text)}</p>`;
    case "list":
      return `<ul>\n${each.items.map((item) => `<li>${inline(item)}</li>`).join("\n")}\n</ul>`;
    case "steps":
      return `<ol>\n${each.items.map(stepItem).join("\n")}\n</ol>`;
    case "code":
      return `<pre><code>${escape(each.code)}</code></pre>`;
    case "table":
      return [
        "<table>",
        `<thead><tr>${each.header.map((cell) => `<th scope="col">${inline(cell)}</th>`).join("")}</tr></thead>`,
        "<tbody>",
        ...each.rows.map((row) => `<tr>${row.map((cell) => `<td>${inline(cell)}</td>`).join("")}</tr>`),
        "</tbody>",
        "</table>",
      ].join("\n");
  }
}

function stepItem({ text, code }: Step): string {
  return `<li>${inline(text)}${code === undefined ? "" : `\n<pre><code>${escape(code)}</code></pre>`}</li>`;
}

/** Code first: what is in it is not marked up. */
function inline(text: string): string {
  return text
    .split(/(`[^`]*`)/)
    .map((part) =>
      part.startsWith("`") && part.endsWith("`") && part.length > 1
        ? `<code>${escape(part.slice(1, -1))}</code>`
        : escape(part).replaceAll(/\*\*([^*]+)\*\*/g, "<strong>$1</strong>"),
    )
    .join("");
}

function anchor(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-|-$/g, "");
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
