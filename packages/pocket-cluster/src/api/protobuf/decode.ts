import { messageTable } from "./table.generated.ts";
import { readFields, WireError } from "./wire.ts";
import type { WireField } from "./wire.ts";

/**
 * kubectl's own commands (`create configmap`, `auth can-i`) send protobuf and do not fall back to JSON, so requests are taken in
 * it; answers are JSON, which every such client accepts. A body is `k8s\0` and a `runtime.Unknown` that names kind and version.
 */
export function decodeProtobuf(body: Uint8Array): object {
  if (Buffer.from(body.subarray(0, 4)).toString("latin1") !== "k8s\0") {
    throw new WireError("provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]");
  }
  const envelope = readFields(body.subarray(4));
  const [apiVersion = "", kind = ""] = readFields(bytesOf(envelope, 1)).map(({ value }) => textOf(value));
  const raw = bytesOf(envelope, 2);
  const [group = "", version] = apiVersion.includes("/") ? apiVersion.split("/") : ["core", apiVersion];
  const message =
    kind === "DeleteOptions" ? "meta.v1.DeleteOptions" : `${group.split(".")[0] ?? ""}.${version ?? ""}.${kind}`;
  if (messageTable[message] === undefined) {
    throw new WireError(`no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(apiVersion)}`);
  }
  return { kind, apiVersion, ...decodeMessage(message, raw) };
}

interface Field {
  readonly name: string;
  readonly form: "one" | "list" | "map" | "embedded";
  readonly type: string;
}

const parsed = new Map<string, ReadonlyMap<number, Field>>();

function fieldsOf(message: string): ReadonlyMap<number, Field> {
  let fields = parsed.get(message);
  if (fields === undefined) {
    fields = new Map(
      (messageTable[message] ?? "").split("; ").map((row) => {
        const [number, name = "", type = ""] = row.split(" ");
        const form =
          name === "..." ? "embedded" : type.startsWith("[]") ? "list" : type.startsWith("{}") ? "map" : "one";
        return [Number(number), { name, form, type: type.replace(/^(\[\]|\{\})/, "") }];
      }),
    );
    parsed.set(message, fields);
  }
  return fields;
}

/**
 * Go writes these numbers and flags even when nobody set them: zero means absent. All others are pointers in Go, written only
 * when set, so that a zero (`replicas: 0`) is meant.
 */
const ZERO_IS_ABSENT = new Set(
  (
    "active availableReplicas count currentReplicas failed failureThreshold generation globalDefault healthCheckNodePort hostIPC hostNetwork " +
    "hostPID hostPort initialDelaySeconds minReadySeconds nodePort observedGeneration paused periodSeconds publishNotReadyAddresses readOnly " +
    "readyReplicas signal stdin stdinOnce succeeded successThreshold timeoutSeconds tty unavailableReplicas unschedulable updatedReplicas"
  ).split(" "),
);

function decodeMessage(message: string, bytes: Uint8Array): Record<string, unknown> {
  const fields = fieldsOf(message);
  const result: Record<string, unknown> = {};
  for (const { number, value } of readFields(bytes)) {
    const field = fields.get(number);
    // A newer client's field: left out, as a server of this version would.
    if (field === undefined) continue;
    const { name, form, type } = field;
    if (form === "embedded") Object.assign(result, decodeMessage(type, asBytes(value)));
    else if (form === "list") result[name] = [...((result[name] ?? []) as unknown[]), decodeValue(type, value)];
    else if (form === "map")
      result[name] = { ...(result[name] as object | undefined), ...decodeEntry(type, asBytes(value)) };
    else {
      const decoded = decodeValue(type, value);
      if (!((decoded === 0 || decoded === false) && ZERO_IS_ABSENT.has(name))) result[name] = decoded;
    }
  }
  return result;
}

function decodeEntry(type: string, bytes: Uint8Array): object {
  const fields = readFields(bytes);
  const value = fields.find(({ number }) => number === 2)?.value ?? new Uint8Array();
  return { [textOf(bytesOf(fields, 1))]: decodeValue(type, value) };
}

function decodeValue(type: string, value: bigint | Uint8Array): unknown {
  switch (type) {
    case "string":
      return textOf(value);
    case "int":
      return Number(value);
    case "bool":
      return value !== 0n;
    case "bytes":
      return Buffer.from(asBytes(value)).toString("base64");
    case "double":
      return Buffer.from(asBytes(value)).readDoubleLE();
    default:
      return messageTable[type] === undefined
        ? decodeSpecial(type, asBytes(value))
        : decodeMessage(type, asBytes(value));
  }
}

/** Types whose JSON form is not that of their message. */
function decodeSpecial(type: string, bytes: Uint8Array): unknown {
  switch (type) {
    case "time":
    case "microTime": {
      const fields = readFields(bytes);
      if (fields.length === 0) return null;
      const [seconds, nanos] = [numberOf(fields, 1), numberOf(fields, 2)];
      const whole = new Date(seconds * 1000).toISOString().slice(0, 19);
      return type === "time" ? `${whole}Z` : `${whole}.${String(Math.trunc(nanos / 1000)).padStart(6, "0")}Z`;
    }
    case "duration":
      return `${numberOf(readFields(bytes), 1) / 1e9}s`;
    case "quantity":
      return textOf(bytesOf(readFields(bytes), 1));
    case "intOrString": {
      const fields = readFields(bytes);
      return numberOf(fields, 1) === 0 ? numberOf(fields, 2) : textOf(bytesOf(fields, 3));
    }
    case "rawJson": {
      const raw = textOf(bytesOf(readFields(bytes), 1));
      return raw === "" ? null : (JSON.parse(raw) as unknown);
    }
    default:
      throw new WireError(`no message ${type}`);
  }
}

function bytesOf(fields: readonly WireField[], number: number): Uint8Array {
  return asBytes(fields.find((field) => field.number === number)?.value ?? new Uint8Array());
}

function numberOf(fields: readonly WireField[], number: number): number {
  const value = fields.find((field) => field.number === number)?.value ?? 0n;
  return typeof value === "bigint" ? Number(value) : 0;
}

function asBytes(value: bigint | Uint8Array): Uint8Array {
  if (typeof value === "bigint") throw new WireError("wrong wireType = 0");
  return value;
}

function textOf(value: bigint | Uint8Array): string {
  return Buffer.from(asBytes(value)).toString("utf8");
}
