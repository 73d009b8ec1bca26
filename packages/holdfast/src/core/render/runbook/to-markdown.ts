import type { Block } from "./blocks.ts";

export function toMarkdown(blocks: readonly Block[]): string {
  return `${blocks.map(block).join("\n\n")}\n`;
}

function block(each: Block): string {
  switch (each.kind) {
    case "heading":
      return `${"#".repeat(each.level)} ${each.text}`;
    case "text":
      return each.text;
    case "list":
      return each.items.map((item) => `- ${item}`).join("\n");
    case "steps":
      return each.items
        .map(({ text, code }, index) => {
          const number = `${index + 1}. `;
          if (code === undefined) return `${number}${text}`;
          return `${number}${text}\n\n${indented(fenced(code), " ".repeat(number.length))}\n`;
        })
        .join("\n")
        .trimEnd();
    case "code":
      return fenced(each.code);
    case "table":
      return [each.header, each.header.map(() => "---"), ...each.rows]
        .map((row) => `| ${row.map(cell).join(" | ")} |`)
        .join("\n");
  }
}

function fenced(code: string): string {
  return `\`\`\`sh\n${code}\n\`\`\``;
}

function indented(text: string, by: string): string {
  return text
    .split("\n")
    .map((line) => (line === "" ? "" : by + line))
    .join("\n");
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("\n", " ");
}
