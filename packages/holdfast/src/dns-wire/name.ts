import { assert } from "../base/index.ts";

const LABEL_OCTETS_MAX = 63;
export const NAME_OCTETS_MAX = 255;

/** The labels of a name in presentation format, each without its length octet. Undefined: no legal name (RFC 1035 2.3.4). */
export function parseLabels(text: string): readonly Uint8Array[] | undefined {
  if (text === ".") return [];
  const labels: Uint8Array[] = [];
  let label: number[] = [];
  let octets = 1;
  for (let i = 0; i <= text.length; i++) {
    const char = text[i];
    if (char === undefined || char === ".") {
      if (label.length === 0 || label.length > LABEL_OCTETS_MAX) return undefined;
      octets += 1 + label.length;
      labels.push(Uint8Array.from(label));
      label = [];
      // A last dot says "absolute"; every name here is.
      if (char === "." && i === text.length - 1) break;
    } else if (char === "\\") {
      const decimal = /^\d{3}/.exec(text.slice(i + 1))?.[0];
      const octet = decimal === undefined ? text.charCodeAt(i + 1) : Number(decimal);
      if (!(octet <= 255)) return undefined;
      label.push(octet);
      i += decimal === undefined ? 1 : 3;
    } else {
      const octet = char.charCodeAt(0);
      if (octet > 126 || octet < 33) return undefined;
      label.push(octet);
    }
  }
  return octets <= NAME_OCTETS_MAX ? labels : undefined;
}

/** The text of one label; the inverse of `parseLabels`. */
export function formatLabel(octets: Uint8Array): string {
  let text = "";
  for (const octet of octets) {
    if (octet === 0x2e || octet === 0x5c) text += `\\${String.fromCharCode(octet)}`;
    else if (octet > 32 && octet < 127) text += String.fromCharCode(octet);
    else text += `\\${String(octet).padStart(3, "0")}`;
  }
  return text;
}

/** A name's octets without compression; the text was checked before. */
export function nameToWire(text: string): Uint8Array {
  const labels = parseLabels(text);
  assert(labels !== undefined, `${text} is a domain name`);
  const wire = new Uint8Array(labels.reduce((sum, label) => sum + 1 + label.length, 1));
  let at = 0;
  for (const label of labels) {
    wire[at] = label.length;
    wire.set(label, at + 1);
    at += 1 + label.length;
  }
  return wire;
}
