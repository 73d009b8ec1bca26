import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalQuantity, quantityValue } from "./quantity.ts";
import { decode, decodeBody } from "./decode.ts";
import { structShape } from "./shape.ts";

describe("quantities", () => {
  it.each([
    ["0.5", "500m"],
    ["1000m", "1"],
    ["1.5Gi", "1536Mi"],
    ["1024Mi", "1Gi"],
    ["1000Mi", "1000Mi"],
    ["1024", "1024"],
    ["100000", "100k"],
    ["1e3", "1e3"],
    ["1E3", "1e3"],
    ["0", "0"],
    ["0Mi", "0"],
    ["-1", "-1"],
    [".5", "500m"],
    ["0.1m", "100u"],
    ["1n", "1n"],
    ["0.5n", "1n"],
  ])("%s is written %s", (text, canonical) => {
    expect(canonicalQuantity(text)).toBe(canonical);
  });
  it.each(["", "abc", "1 Gi", "1GiB", "--1", "1e", "1.2.3"])("%j is none", (text) => {
    expect(canonicalQuantity(text)).toBeUndefined();
  });
  it("keeps its amount in canonical form, which is its own canonical form", () => {
    const suffix = fc.constantFrom("", "m", "k", "M", "G", "Ki", "Mi", "Gi");
    fc.assert(
      fc.property(fc.integer({ min: -100_000, max: 100_000 }), suffix, (amount, unit) => {
        const text = `${amount}${unit}`;
        const canonical = canonicalQuantity(text)!;
        expect(quantityValue(canonical)).toBeCloseTo(quantityValue(text)!, 6);
        expect(canonicalQuantity(canonical)).toBe(canonical);
      }),
    );
  });
});

describe("decoding", () => {
  const pod = (body: object) => () => decodeBody(structShape("core.v1.Pod"), body as never, "Pod", "v1");
  it.each([
    [
      { spec: { containers: {} } },
      "cannot unmarshal object into Go struct field PodSpec.spec.containers of type []v1.Container",
    ],
    [
      { spec: { containers: [{ ports: [{ containerPort: "80" }] }] } },
      "cannot unmarshal string into Go struct field ContainerPort.spec.containers.ports.containerPort of type int32",
    ],
    [
      { metadata: { labels: { a: 1 } } },
      "cannot unmarshal number into Go struct field ObjectMeta.metadata.labels of type string",
    ],
    [
      { spec: { hostNetwork: "yes" } },
      "cannot unmarshal string into Go struct field PodSpec.spec.hostNetwork of type bool",
    ],
    [
      { spec: { containers: [{ resources: { limits: { cpu: "x" } } }] } },
      "quantities must match the regular expression",
    ],
  ])("refuses %j", (body, message) => {
    expect(pod(body)).toThrow(message);
  });
  it("reports unknown fields by path and leaves them out", () => {
    const { object, unknown } = decode(structShape("core.v1.Pod"), {
      spec: { containers: [{ name: "a", imag: "x" }] },
      sepc: 1,
    });
    expect(unknown).toEqual(['unknown field "spec.containers[0].imag"', 'unknown field "sepc"']);
    expect(JSON.stringify(object)).not.toContain("imag");
  });
  it("never keeps a part of the caller's own object", () => {
    const data = { a: 1 };
    const { object } = decode(structShape("apps.v1.ControllerRevision"), { data, revision: 1 });
    expect(object["data"]).toEqual(data);
    expect(object["data"]).not.toBe(data);
  });
});
