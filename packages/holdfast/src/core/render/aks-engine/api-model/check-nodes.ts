import { hubLimits } from "../../../azure-stack-hub/index.ts";
import { parseIpv4 } from "../ipv4.ts";
import type { ModelReader } from "./model-reader.ts";

const DNS_PREFIX = /^[A-Za-z][A-Za-z0-9-]{1,43}[A-Za-z0-9]$/;
const POOL_NAME = /^[a-z][a-z0-9]{0,11}$/;
const SUBNET_ID =
  /^(\/subscriptions\/[^/]*\/resourceGroups\/[^/]*\/providers\/Microsoft.Network\/virtualNetworks\/[^/]*)\/subnets\/[^/]*$/;
const LABEL_NAME = /^[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$/;
const LABEL_PREFIX = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/;

const CONTROL_PLANE_COUNTS: readonly number[] = [1, 3, 5];
const POOL_COUNT_MAX = 1_000;

/** Control plane and pools: what both have, what only one has, and how they hang together. */
export function* checkNodes(properties: ModelReader): Iterable<string> {
  const controlPlane = properties.at("masterProfile");
  const pools = properties.at("agentPoolProfiles").items();
  yield* checkControlPlane(controlPlane);
  for (const pool of pools) yield* checkPool(pool);
  const names = pools.map((pool) => pool.at("name").text);
  if (new Set(names).size < names.length) yield "two pools have the same name";
  yield* checkSubnets(controlPlane, pools);
}

function* checkControlPlane(profile: ModelReader): Iterable<string> {
  if (!CONTROL_PLANE_COUNTS.includes(profile.at("count").number)) {
    yield `the control plane has ${profile.at("count").number} nodes; it takes 1, 3 or 5`;
  }
  const prefix = profile.at("dnsPrefix").text;
  if (!DNS_PREFIX.test(prefix))
    yield `dnsPrefix is ${prefix === "" ? "missing" : `${prefix}, no DNS label of 3 to 45`}`;
  if (/^aks-ubuntu-1[68]\.04$/.test(profile.at("distro").text)) yield "deploy refuses Ubuntu 16.04 and 18.04";
  yield* checkMachine(profile, "the control plane");
}

function* checkPool(pool: ModelReader): Iterable<string> {
  const name = pool.at("name").text;
  if (!POOL_NAME.test(name)) yield `the pool's name ${name} is not 1 to 12 small letters and digits`;
  const count = pool.at("count").number;
  if (count < 1 || count > POOL_COUNT_MAX) yield `pool ${name} has ${count} nodes; it takes 1 to ${POOL_COUNT_MAX}`;
  if (pool.at("acceleratedNetworkingEnabled").isTrue) yield "the Hub has no accelerated networking";
  const disks = pool.at("diskSizesGB").items();
  if (disks.length > hubLimits.dataDisksPerNodeMax)
    yield `pool ${name} has more than ${hubLimits.dataDisksPerNodeMax} disks`;
  if (disks.some((disk) => disk.number < 1 || disk.number > hubLimits.diskGiBMax)) {
    yield `a disk of pool ${name} is not 1 to ${hubLimits.diskGiBMax} GB`;
  }
  if (pool.at("availabilityProfile").text !== "AvailabilitySet") yield `pool ${name} has to be an AvailabilitySet`;
  for (const [key, value] of pool.at("customNodeLabels").entries()) {
    if (!isLabel(key, value)) yield `${key} is no label of a node`;
  }
  yield* checkMachine(pool, `pool ${name}`);
}

function* checkMachine(profile: ModelReader, whose: string): Iterable<string> {
  if (profile.at("vmSize").text === "") yield `${whose} has no vmSize`;
  const osDisk = profile.at("osDiskSizeGB");
  if (osDisk.present && osDisk.number !== 0 && (osDisk.number < 1 || osDisk.number > hubLimits.diskGiBMax)) {
    yield `the system disk of ${whose} is not 1 to ${hubLimits.diskGiBMax} GB`;
  }
  const profileOf = profile.at("availabilityProfile").text;
  if (profileOf !== "" && profileOf !== "AvailabilitySet") yield `${whose} cannot be ${profileOf}`;
}

function isLabel(key: string, value: unknown): boolean {
  const slash = key.indexOf("/");
  const [prefix, name] = slash === -1 ? [undefined, key] : [key.slice(0, slash), key.slice(slash + 1)];
  const goodKey =
    LABEL_NAME.test(name) && (prefix === undefined || (prefix.length <= 253 && LABEL_PREFIX.test(prefix)));
  return goodKey && typeof value === "string" && (value === "" || LABEL_NAME.test(value));
}

function* checkSubnets(controlPlane: ModelReader, pools: readonly ModelReader[]): Iterable<string> {
  const ids = [controlPlane, ...pools].map((profile) => profile.at("vnetSubnetID").text);
  if (ids.every((id) => id === "")) return;
  if (ids.some((id) => id === "")) {
    yield "the control plane and every pool name a subnet, or none does";
    return;
  }
  const networks = new Set(ids.map((id) => SUBNET_ID.exec(id)?.[1]));
  if (networks.has(undefined)) yield "a vnetSubnetID is no subnet's id";
  else if (networks.size > 1) yield "the control plane and the pools are in different networks";
  const first = controlPlane.at("firstConsecutiveStaticIP").text;
  if (parseIpv4(first) === undefined) {
    yield first === ""
      ? "in a network of its own choice the control plane needs firstConsecutiveStaticIP"
      : `firstConsecutiveStaticIP ${first} is no address`;
  }
}
