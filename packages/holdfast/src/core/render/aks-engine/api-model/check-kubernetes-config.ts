import { hubLimits } from "../../../azure-stack-hub/index.ts";
import { parseIpv4, parseIpv4Range } from "../ipv4.ts";
import type { ModelReader } from "./model-reader.ts";

/** Which network policy each network plugin goes with, pkg/api/vlabs/validate.go networkPluginPlusPolicyAllowed. */
const POLICIES: Readonly<Record<string, readonly string[]>> = {
  "": ["", "calico"],
  kubenet: ["", "calico"],
  azure: ["", "azure", "calico", "antrea"],
};

const PODS_PER_NODE_MIN = 5;
const GRACE_TO_UPDATE_MIN = 4;

/** Kubernetes' own defaults, where the model has no value. */
const UPDATE_DEFAULT_S = 10;
const GRACE_DEFAULT_S = 40;

export function* checkKubernetesConfig(config: ModelReader): Iterable<string> {
  yield* checkHub(config);
  yield* checkPlugin(config);
  yield* checkServiceRange(config);
  yield* checkPodRange(config);
  yield* checkTiming(config);
  for (const addon of config.at("addons").items()) {
    if (!addon.at("enabled").isTrue) continue;
    const name = addon.at("name").text;
    if (name === "cluster-autoscaler") yield "the addon cluster-autoscaler needs scale sets, which the Hub lacks";
    if (name === "container-monitoring") yield "the addon container-monitoring is not for new clusters";
  }
}

function* checkHub(config: ModelReader): Iterable<string> {
  if (!config.at("useCloudControllerManager").isTrue) yield "useCloudControllerManager has to be true on the Hub";
  if (config.at("useInstanceMetadata").isTrue) yield "the Hub has no instance metadata";
  if (config.at("containerRuntime").text === "docker") yield "Kubernetes has not run on Docker since 1.24";
  if (config.at("loadBalancerSku").text.toLowerCase() === "standard")
    yield "the Hub's clusters use the Basic load balancer";
  const etcd = config.at("etcdDiskSizeGB").text;
  if (etcd !== "" && !(/^\d+$/.test(etcd) && Number(etcd) <= hubLimits.diskGiBMax)) {
    yield `etcdDiskSizeGB is ${etcd}; at most ${hubLimits.diskGiBMax}`;
  }
  const pods = config.at("maxPods");
  if (pods.present && pods.number < PODS_PER_NODE_MIN) yield `maxPods is ${pods.number}; at least ${PODS_PER_NODE_MIN}`;
}

function* checkPlugin(config: ModelReader): Iterable<string> {
  const plugin = config.at("networkPlugin").text;
  const policy = config.at("networkPolicy").text;
  const policies = POLICIES[plugin];
  if (policies === undefined) yield `networkPlugin is ${plugin}; the Hub takes kubenet or azure`;
  else if (!policies.includes(policy)) yield `networkPolicy ${policy} does not go with networkPlugin ${plugin}`;
}

function* checkServiceRange(config: ModelReader): Iterable<string> {
  const cidr = config.at("serviceCidr").text;
  const dns = config.at("dnsServiceIP").text;
  if (cidr === "" && dns === "") return;
  if (cidr === "" || dns === "") {
    yield "serviceCidr and dnsServiceIP go together";
    return;
  }
  const range = parseIpv4Range(cidr);
  const address = parseIpv4(dns);
  if (range === undefined) yield `serviceCidr ${cidr} is no range`;
  else if (address === undefined) yield `dnsServiceIP ${dns} is no address`;
  else if (address < range.first || address > range.last) yield `dnsServiceIP ${dns} is outside ${cidr}`;
  else if (address === range.first + 1) yield `dnsServiceIP ${dns} is the first of ${cidr}, which is the API server's`;
  else if (address === range.last) yield `dnsServiceIP ${dns} is the broadcast address of ${cidr}`;
}

function* checkPodRange(config: ModelReader): Iterable<string> {
  const cidr = config.at("clusterSubnet").text;
  if (cidr === "") return;
  const range = parseIpv4Range(cidr);
  if (range === undefined) yield `clusterSubnet ${cidr} is no range`;
  else if (
    config.at("networkPlugin").text === "azure" &&
    range.last - range.first + 1 < 2 ** hubLimits.azureCniHostBitsMin
  ) {
    yield `clusterSubnet ${cidr} is too small: with networkPlugin azure it takes ${hubLimits.azureCniHostBitsMin} bits`;
  }
}

/** A node that is late with a few reports is not yet gone. */
function* checkTiming(config: ModelReader): Iterable<string> {
  const update = config.at("kubeletConfig", "--node-status-update-frequency").text;
  const grace = config.at("controllerManagerConfig", "--node-monitor-grace-period").text;
  if (update === "" && grace === "") return;
  const updateS = seconds(update) ?? UPDATE_DEFAULT_S;
  const graceS = seconds(grace) ?? GRACE_DEFAULT_S;
  if (graceS < updateS * GRACE_TO_UPDATE_MIN) {
    yield `--node-monitor-grace-period has to be ${GRACE_TO_UPDATE_MIN} x --node-status-update-frequency or more`;
  }
}

/** Go's notation, as far as anyone writes it here: `1m`, `90s`, `1m30s`. */
function seconds(text: string): number | undefined {
  const match = /^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$/.exec(text);
  if (match === null || text === "") return undefined;
  const [hours = 0, minutes = 0, rest = 0] = match.slice(1).map((part: string | undefined) => Number(part ?? 0));
  return (hours * 60 + minutes) * 60 + rest;
}
