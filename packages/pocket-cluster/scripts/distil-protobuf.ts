// Writes src/api/protobuf/table.generated.ts: which number stands for which field in Kubernetes' protobuf messages. The numbers
// come from the descriptors that every program built on client-go carries; we take those in a kubectl.
//   npx tsx packages/pocket-cluster/scripts/distil-protobuf.ts /usr/bin/kubectl && npx prettier --write packages/pocket-cluster/src/api/protobuf
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { resourceTable, structTable } from "../src/store/index.ts";
import { readFields } from "../src/api/protobuf/wire.ts";

const [binary = "/usr/bin/kubectl"] = process.argv.slice(2);
const target = join(import.meta.dirname, "../src/api/protobuf/table.generated.ts");

/** What requests carry besides the stored kinds. */
const requests = [
  "authentication.v1.SelfSubjectReview",
  "authentication.v1.TokenRequest",
  "authentication.v1.TokenReview",
  "authorization.v1.LocalSubjectAccessReview",
  "authorization.v1.SelfSubjectAccessReview",
  "authorization.v1.SelfSubjectRulesReview",
  "authorization.v1.SubjectAccessReview",
  "autoscaling.v1.Scale",
  "core.v1.Binding",
  "meta.v1.DeleteOptions",
  "policy.v1.Eviction",
];

/** Messages with a JSON form of their own. */
const special = new Map([
  ["meta.v1.Time", "time"],
  ["meta.v1.MicroTime", "microTime"],
  ["meta.v1.Duration", "duration"],
  ["meta.v1.FieldsV1", "rawJson"],
  ["runtime.RawExtension", "rawJson"],
  ["resource.Quantity", "quantity"],
  ["intstr.IntOrString", "intOrString"],
]);
/** google.protobuf.FieldDescriptorProto.Type */
const scalars = new Map([
  [1, "double"],
  [3, "int"],
  [5, "int"],
  [8, "bool"],
  [9, "string"],
  [12, "bytes"],
]);
const MESSAGE = 11;
const REPEATED = 3;

interface Message {
  readonly fields: readonly {
    readonly name: string;
    readonly number: number;
    readonly repeated: boolean;
    readonly type: string;
  }[];
}

const messages = new Map<string, Message>();
const mapEntries = new Map<string, string>();

/** ".k8s.io.api.core.v1.Pod" -> "core.v1.Pod" */
function shortName(full: string): string {
  return full.replace(/^\./, "").replace(/^k8s\.io\.(api|apimachinery\.pkg\.(apis|api|util)|apimachinery\.pkg)\./, "");
}

const text = (value: unknown): string => Buffer.from(value as Uint8Array).toString();

function readMessage(bytes: Uint8Array, prefix: string): void {
  const parts = readFields(bytes);
  const name = `${prefix}.${text(parts.find((part) => part.number === 1)?.value)}`;
  for (const nested of parts.filter((part) => part.number === 3)) readMessage(nested.value as Uint8Array, name);
  const fields = parts
    .filter((part) => part.number === 2)
    .map(({ value }) => {
      const field = readFields(value as Uint8Array);
      const get = (number: number): unknown => field.find((each) => each.number === number)?.value;
      const type = Number(get(5));
      const known = type === MESSAGE ? shortName(text(get(6))) : scalars.get(type);
      if (known === undefined) throw new Error(`${name}: no scalar of type ${type}`);
      return { name: text(get(1)), number: Number(get(3)), repeated: Number(get(4)) === REPEATED, type: known };
    });
  const short = shortName(name);
  messages.set(short, { fields });
  if (/\.\w+Entry$/.test(short)) mapEntries.set(short, fields.find((field) => field.number === 2)?.type ?? "string");
}

const program = readFileSync(binary);
for (
  let at = program.indexOf("\x1f\x8b\x08", 0, "latin1");
  at >= 0;
  at = program.indexOf("\x1f\x8b\x08", at + 3, "latin1")
) {
  let file: Buffer;
  try {
    file = gunzipSync(program.subarray(at, at + 100_000));
  } catch {
    continue;
  }
  if (file[0] !== 0x0a || !file.subarray(2, 120).includes("k8s.io/")) continue;
  const parts = readFields(file);
  const scope = text(parts.find((part) => part.number === 2)?.value);
  for (const message of parts.filter((part) => part.number === 4)) readMessage(message.value as Uint8Array, scope);
}

const lines: string[] = [];
const seen = new Set<string>();
function add(name: string): void {
  if (seen.has(name) || special.has(name) || [...scalars.values()].includes(name)) return;
  seen.add(name);
  const message = messages.get(name);
  if (message === undefined) throw new Error(`${binary} describes no message ${name}`);
  const known = structTable[name]?.fields;
  const fields = message.fields.map((field) => {
    const entry = mapEntries.get(field.type);
    const type = entry ?? field.type;
    add(type);
    const shown = `${entry !== undefined ? "{}" : field.repeated ? "[]" : ""}${special.get(type) ?? type}`;
    // A message that JSON has no field for is a Go structure embedded in this one: its fields stand among ours.
    const isEmbedded = known !== undefined && !(field.name in known) && messages.has(type) && !special.has(type);
    return `${field.number} ${isEmbedded ? "..." : field.name} ${shown}`;
  });
  lines.push(`  ${JSON.stringify(name)}: ${JSON.stringify(fields.join("; "))},`);
}
for (const { struct } of resourceTable) if (!struct.startsWith("apiextensions.")) add(struct);
requests.forEach(add);

writeFileSync(
  target,
  [
    `// Written by scripts/distil-protobuf.ts from the message descriptors in a kubectl. Do not edit.`,
    ``,
    `/** Message -> "number field type; ...". "[]" is a list, "{}" a map by strings, "..." an embedded structure. */`,
    `export const messageTable: Readonly<Record<string, string>> = {`,
    ...lines.sort(),
    `};`,
    ``,
  ].join("\n"),
);
