const VOID = new Set(["meta", "br"]);
const ALLOWED = new Set(
  "html head meta title style body header main footer section article div p h1 h2 h3 h4 ul ol li b i strong span code pre mark table thead tbody tr th td details summary br svg defs marker path g rect text circle ellipse".split(
    " ",
  ),
);

/** Whether a page is well formed, of elements that we mean to write only, and asks nothing of the network. */
export function htmlProblems(page: string): string[] {
  const problems: string[] = [];
  const body = page.replace(/^<!doctype html>\n/, "").replace(/(?<=<style>)[^<]*(?=<\/style>)/, "");
  const open: string[] = [];
  for (const [tag, closing, name = "", attributes = "", selfClosing] of body.matchAll(
    /<(\/?)([a-zA-Z][\w-]*)((?:\s+[\w-]+(?::[\w-]+)?(?:="[^"]*")?)*)\s*(\/?)>/g,
  )) {
    if (!ALLOWED.has(name)) problems.push(`unexpected ${tag}`);
    if (/\s(?:on\w+|src|href|style|srcset|action)=/.test(attributes)) problems.push(`an attribute of ${tag}`);
    if (closing === "/") {
      const last = open.pop();
      if (last !== name) problems.push(`</${name}> ends <${String(last)}>`);
    } else if (selfClosing !== "/" && !VOID.has(name)) open.push(name);
  }
  if (open.length > 0) problems.push(`not ended: ${open.join(", ")}`);
  const rest = body.replace(/<(\/?)([a-zA-Z][\w-]*)((?:\s+[\w-]+(?::[\w-]+)?(?:="[^"]*")?)*)\s*(\/?)>/g, "");
  if (/[<>]/.test(rest)) problems.push(`a bare bracket: ${/.{0,40}[<>].{0,40}/.exec(rest)?.[0] ?? ""}`);
  if (/&(?!(?:amp|lt|gt|quot|#39);)/.test(rest)) problems.push("a bare ampersand");
  if (/@import|url\((?!#)/.test(page)) problems.push("something from elsewhere");
  if (/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/.test(page))
    problems.push("a control character");
  return problems;
}
