/** What a page is made of: one source for Markdown and for HTML. In text, `code` and **strong** are marked as Markdown does. */
export type Block =
  | { readonly kind: "heading"; readonly level: 1 | 2 | 3; readonly text: string }
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "steps"; readonly items: readonly Step[] }
  | { readonly kind: "list"; readonly items: readonly string[] }
  | { readonly kind: "code"; readonly code: string }
  | { readonly kind: "table"; readonly header: readonly string[]; readonly rows: readonly (readonly string[])[] };

/** Something to do, with the commands for it. */
export interface Step {
  readonly text: string;
  readonly code?: string;
}

export const chapter = (text: string): Block => ({ kind: "heading", level: 2, text });
export const section = (text: string): Block => ({ kind: "heading", level: 3, text });
export const text = (...sentences: readonly string[]): Block => ({ kind: "text", text: sentences.join(" ") });
export const list = (...items: readonly string[]): Block => ({ kind: "list", items });
export const code = (...lines: readonly string[]): Block => ({ kind: "code", code: lines.join("\n") });
export const steps = (...items: readonly (Step | string)[]): Block => ({
  kind: "steps",
  items: items.map((item) => (typeof item === "string" ? { text: item } : item)),
});
export const step = (text: string, ...lines: readonly string[]): Step =>
  lines.length === 0 ? { text } : { text, code: lines.join("\n") };
export const table = (header: readonly string[], rows: readonly (readonly string[])[]): Block => ({
  kind: "table",
  header,
  rows,
});
