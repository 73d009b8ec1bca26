import { arch, availableParallelism, release, totalmem } from "node:os";
import { microTimestamp, sameJson, timestamp } from "../objects/index.ts";
import type { Resource } from "../objects/index.ts";
import type { KubeObject } from "../store/contract.ts";

/** The node says that it lives this often; a real kubelet does every 10 s, but nobody here takes over from it. */
const LEASE_RENEWAL_MS = 30_000;
const LEASE_SECONDS = 90;
const PODS_MAX = 254;

export function nodeCapacity(): { readonly cpu: number; readonly memory: number } {
  return { cpu: availableParallelism(), memory: totalmem() };
}

/** Registers the node and keeps its Lease; the returned function stops that. */
export function registerNode(
  node: { readonly name: string; readonly address: string; readonly now: () => number },
  nodes: Resource<KubeObject>,
  leases: Resource<KubeObject>,
): () => void {
  const labels = {
    "kubernetes.io/hostname": node.name,
    "kubernetes.io/os": "linux",
    "kubernetes.io/arch": architecture(),
  };
  const found =
    nodes.get(undefined, node.name) ?? nodes.create(undefined, { metadata: { name: node.name, labels }, spec: {} });
  nodes.updateStatus(found, nodeStatus(node, found));

  const renew = (): void => {
    const spec = {
      holderIdentity: node.name,
      leaseDurationSeconds: LEASE_SECONDS,
      renewTime: microTimestamp(node.now()),
    };
    const lease = leases.get("kube-node-lease", node.name);
    if (lease === undefined) leases.create("kube-node-lease", { metadata: { name: node.name }, spec });
    else leases.update({ ...lease, spec });
  };
  renew();
  const timer = setInterval(renew, LEASE_RENEWAL_MS);
  return () => clearInterval(timer);
}

function nodeStatus(
  { name, address, now }: { readonly name: string; readonly address: string; readonly now: () => number },
  node: KubeObject,
): object {
  const { cpu, memory } = nodeCapacity();
  const capacity = { cpu: String(cpu), memory: `${Math.floor(memory / 1024)}Ki`, pods: String(PODS_MAX) };
  const before = node["status"] as
    { conditions?: readonly { type: string; status: string; lastTransitionTime: string }[] } | undefined;
  const condition = (type: string, status: string, reason: string, message: string): object => {
    const earlier = before?.conditions?.find((each) => each.type === type);
    const since =
      earlier !== undefined && sameJson(earlier.status, status) ? earlier.lastTransitionTime : timestamp(now());
    return { type, status, lastHeartbeatTime: timestamp(now()), lastTransitionTime: since, reason, message };
  };
  return {
    capacity,
    allocatable: capacity,
    conditions: [
      condition("MemoryPressure", "False", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
      condition("DiskPressure", "False", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
      condition("PIDPressure", "False", "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
      condition("Ready", "True", "KubeletReady", "kubelet is posting ready status"),
    ],
    addresses: [
      { type: "InternalIP", address },
      { type: "Hostname", address: name },
    ],
    daemonEndpoints: { kubeletEndpoint: { Port: 0 } },
    nodeInfo: {
      machineID: "",
      systemUUID: "",
      bootID: "",
      kernelVersion: release(),
      osImage: "pocket cluster: containers are processes of this machine",
      containerRuntimeVersion: `pocket://node-${process.versions.node}`,
      kubeletVersion: "v1.34.0+pocket",
      kubeProxyVersion: "",
      operatingSystem: "linux",
      architecture: architecture(),
    },
  };
}

function architecture(): string {
  return arch() === "x64" ? "amd64" : arch();
}
