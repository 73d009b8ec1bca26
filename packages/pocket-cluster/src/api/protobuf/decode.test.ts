import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeProtobuf, WireError } from "./index.ts";

/** A message by its field numbers, as a Go client would encode it. */
interface Message {
  readonly [number: number]: string | number | Message;
}

function encode(message: Message): Buffer {
  const varint = (value: number): number[] =>
    value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(Math.floor(value / 128))];
  const fields = Object.entries(message as Record<string, Message[number]>).map(([number, value]) => {
    if (typeof value === "number") return Buffer.from([...varint(Number(number) * 8), ...varint(value)]);
    const bytes = typeof value === "string" ? Buffer.from(value) : encode(value);
    return Buffer.concat([Buffer.from([...varint(Number(number) * 8 + 2), ...varint(bytes.length)]), bytes]);
  });
  return Buffer.concat(fields);
}

const envelope = (apiVersion: string, kind: string, raw: Message): Buffer =>
  Buffer.concat([
    Buffer.from("k8s\0"),
    encode({ 1: { 1: apiVersion, 2: kind } }),
    encode({ 2: { ...raw } }),
    encode({ 3: "", 4: "" }),
  ]);

describe("decodeProtobuf", () => {
  it("reads what kubectl create namespace sends", () => {
    const sent =
      "6b3873000a0f0a02763112094e616d657370616365121c0a140a0464656d6f12001a0022002a0032003800420012001a020a001a002200";
    expect(decodeProtobuf(Buffer.from(sent, "hex"))).toMatchObject({
      kind: "Namespace",
      apiVersion: "v1",
      metadata: { name: "demo" },
      spec: {},
    });
  });

  it("reads maps, lists, embedded structures, quantities, times and numbers in their JSON form", () => {
    const container = {
      1: "c",
      7: { 1: "A", 3: { 3: { 1: { 1: "settings" }, 2: "key" } } },
      8: { 1: { 1: "cpu", 2: { 1: "250m" } } },
      10: { 1: { 2: { 1: "/live", 2: { 1: 0, 2: 8080, 3: "" } } }, 4: 5 },
      16: 0,
    };
    const metadata = { 1: "p", 8: { 1: 1_795_400_000, 2: 0 }, 11: { 1: "app", 2: "web" } };
    const spec = { 1: { 1: "v", 2: { 2: { 1: "" } } }, 2: container, 4: 0 };
    const pod = decodeProtobuf(envelope("v1", "Pod", { 1: metadata, 2: spec }));
    expect(pod).toEqual({
      kind: "Pod",
      apiVersion: "v1",
      metadata: { name: "p", creationTimestamp: "2026-11-23T02:13:20Z", labels: { app: "web" } },
      spec: {
        containers: [
          {
            name: "c",
            resources: { limits: { cpu: "250m" } },
            env: [{ name: "A", valueFrom: { configMapKeyRef: { name: "settings", key: "key" } } }],
            livenessProbe: { httpGet: { path: "/live", port: 8080 }, periodSeconds: 5 },
          },
        ],
        volumes: [{ name: "v", emptyDir: { medium: "" } }],
        terminationGracePeriodSeconds: 0,
      },
    });
  });

  it("keeps a zero that was meant: a deployment of no replicas", () => {
    expect(decodeProtobuf(envelope("apps/v1", "Deployment", { 2: { 1: 0 } }))).toMatchObject({ spec: { replicas: 0 } });
  });

  it("knows groups by their first label, and delete options in every group", () => {
    const review = envelope("authorization.k8s.io/v1", "SelfSubjectAccessReview", { 2: { 1: { 2: "get" } } });
    expect(decodeProtobuf(review)).toMatchObject({ spec: { resourceAttributes: { verb: "get" } } });
    expect(decodeProtobuf(envelope("apps/v1", "DeleteOptions", { 4: "Background" }))).toMatchObject({
      propagationPolicy: "Background",
    });
    expect(() => decodeProtobuf(envelope("conf.test/v1", "Widget", {}))).toThrow(WireError);
  });

  it("answers hostile bytes with an error, never with anything else", () => {
    const good = envelope("v1", "ConfigMap", { 1: { 1: "a" }, 2: { 1: "k", 2: "v" } });
    fc.assert(
      fc.property(
        fc.nat({ max: good.length - 1 }),
        fc.nat({ max: 255 }),
        fc.nat({ max: good.length }),
        (at, byte, cut) => {
          const bytes = Buffer.from(good);
          bytes[at] = byte;
          try {
            decodeProtobuf(bytes.subarray(0, cut));
          } catch (error) {
            expect(error).toBeInstanceOf(WireError);
          }
        },
      ),
      { numRuns: 3_000 },
    );
  });
});
