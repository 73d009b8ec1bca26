import { parseIpv4, parseIpv4Range } from "../spec/index.ts";
import type { Network } from "../spec/index.ts";
import { hubLimits } from "./limits.ts";

/** Consecutive IPv4 addresses as numbers, both ends included; unlike a range, it may begin and end anywhere. */
export interface AddressBlock {
  readonly first: number;
  readonly last: number;
}

/** Of a range that the fleet file took, so it parses. */
export function blockOf(range: string): AddressBlock {
  const { first, prefix } = parseIpv4Range(range) ?? { first: NaN, prefix: 32 };
  return { first, last: first + sizeOf(prefix) - 1 };
}

export function blocksOverlap(a: AddressBlock, b: AddressBlock): boolean {
  return a.first <= b.last && b.first <= a.last;
}

export function blockHolds(outer: AddressBlock, inner: AddressBlock): boolean {
  return outer.first <= inner.first && inner.last <= outer.last;
}

/** A single address as a block; undefined where the host is a name. */
export function addressBlockOf(host: string): AddressBlock | undefined {
  const address = parseIpv4(host);
  return address === undefined ? undefined : { first: address, last: address };
}

/** 167772161 -> `10.0.0.1` */
export function formatAddress(address: number): string {
  return [24, 16, 8, 0].map((bits) => Math.floor(address / 2 ** bits) % 256).join(".");
}

/** What AKS Engine takes for the control plane: masters, its reserve and the API server's internal load balancer. */
export function controlPlaneBlockOf({ firstControlPlaneAddress }: Network): AddressBlock | undefined {
  const first = firstControlPlaneAddress === undefined ? undefined : parseIpv4(firstControlPlaneAddress);
  return first === undefined ? undefined : { first, last: first + hubLimits.controlPlaneAddresses - 1 };
}

/** Where a private API server answers: its internal load balancer, or the one control-plane node itself. */
export function internalApiAddressOf(network: Network, controlPlaneNodes: number): string | undefined {
  const block = controlPlaneBlockOf(network);
  if (block === undefined) return undefined;
  return formatAddress(block.first + (controlPlaneNodes > 1 ? hubLimits.internalApiOffset : 0));
}

function sizeOf(prefix: number): number {
  return 2 ** (32 - prefix);
}
