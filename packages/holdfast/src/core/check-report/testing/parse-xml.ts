/** A small and strict reader of the XML that we write, so that a test sees what a consumer would: anything unexpected throws. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: XmlElement[];
  text: string;
}

const TOKEN = /<\?xml [^?]*\?>|<\/([\w-]+)>|<([\w-]+)((?: [\w-]+="[^"<]*")*)(\/?)>|([^<]+)/gy;
const ENTITIES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

export function parseXml(xml: string): XmlElement {
  const root: XmlElement = { name: "", attributes: {}, children: [], text: "" };
  const open = [root];
  let end = 0;
  for (const match of xml.matchAll(TOKEN)) {
    const [token, closed, opened, attributes = "", selfClosed, text] = match;
    if (match.index !== end) break;
    end += token.length;
    const parent = open.at(-1) ?? root;
    if (closed !== undefined) {
      if (parent.name !== closed) throw new Error(`</${closed}> ends <${parent.name}>`);
      open.pop();
    } else if (opened !== undefined) {
      const element: XmlElement = { name: opened, attributes: readAttributes(attributes), children: [], text: "" };
      parent.children.push(element);
      if (selfClosed === "") open.push(element);
    } else if (text !== undefined) {
      parent.text += unescape(text);
    }
  }
  if (end !== xml.length) throw new Error(`this is no XML: ${xml.slice(end, end + 80)}`);
  const [element, ...more] = root.children;
  if (element === undefined || more.length > 0 || open.length > 1) throw new Error("not one element");
  return element;
}

function readAttributes(text: string): Record<string, string> {
  const attributes: Record<string, string> = {};
  for (const [, name = "", value = ""] of text.matchAll(/ ([\w-]+)="([^"]*)"/g)) {
    if (name in attributes) throw new Error(`${name} is there twice`);
    attributes[name] = unescape(value);
  }
  return attributes;
}

function unescape(text: string): string {
  if (/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/u.test(text))
    throw new Error("a character that XML cannot hold");
  return text.replace(/&(?:#(\d+)|(\w+))?;?/g, (entity, code?: string, name?: string) => {
    const character = code === undefined ? ENTITIES[name ?? ""] : String.fromCodePoint(Number(code));
    if (character === undefined || !entity.endsWith(";")) throw new Error(`${entity} is no entity`);
    return character;
  });
}
