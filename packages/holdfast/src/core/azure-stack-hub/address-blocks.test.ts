import { describe, expect, it } from "vitest";
import { addressBlockOf, blockHolds, blockOf, blocksOverlap, formatAddress, internalApiAddressOf } from "./index.ts";
import type { Network } from "../spec/index.ts";

const network = (firstControlPlaneAddress?: string): Network => ({
  addressSpaces: [],
  internet: { application: false, kubernetesApi: false, management: false },
  egress: { allowed: "all", destinations: [] },
  ...(firstControlPlaneAddress === undefined ? {} : { firstControlPlaneAddress }),
});

describe("blocks of addresses (R71)", () => {
  it.each(["0.0.0.0/0", "10.100.1.0/24", "10.0.0.4/30", "255.255.255.255/32"])("begin and end as %s does", (range) => {
    const { first, last } = blockOf(range);
    const [address = "", prefix] = range.split("/");
    expect(formatAddress(first)).toBe(address);
    expect(last - first + 1).toBe(2 ** (32 - Number(prefix)));
  });

  it.each([
    ["10.0.0.0/24", "10.0.1.0/24", false, false],
    ["10.0.0.0/23", "10.0.1.0/24", true, true],
    ["10.0.1.0/24", "10.0.0.0/23", true, false],
    ["10.0.0.0/24", "10.0.0.255/32", true, true],
  ] as const)("%s and %s", (a, b, overlap, holds) => {
    expect(blocksOverlap(blockOf(a), blockOf(b))).toBe(overlap);
    expect(blockHolds(blockOf(a), blockOf(b))).toBe(holds);
  });

  it("are of one address for a host that is one, and none for a name", () => {
    expect(addressBlockOf("10.0.0.1")).toEqual(blockOf("10.0.0.1/32"));
    expect(addressBlockOf("ratings.example")).toBeUndefined();
  });
});

it("finds a private API server ten addresses after the first control-plane node (R22, R66)", () => {
  expect(internalApiAddressOf(network("10.100.1.224"), 3)).toBe("10.100.1.234");
  expect(internalApiAddressOf(network("10.100.1.224"), 1)).toBe("10.100.1.224");
  expect(internalApiAddressOf(network(), 3)).toBeUndefined();
});
