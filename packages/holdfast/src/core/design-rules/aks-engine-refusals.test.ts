import { describe, expect, it } from "vitest";
import type { ProblemCode } from "../../base/index.ts";
import { reference, referenceJson } from "../azure-stack-hub/testing/reference.ts";
import { parseFleetDocument } from "../spec/index.ts";
import type { Edit } from "../spec/testing/examples.ts";
import { exampleText } from "../spec/testing/examples.ts";
import { analyzeDesign } from "./index.ts";

/**
 * What the real aks-engine-azurestack refused, case by case (shared/reference, generate-transcripts.json), and who refuses it
 * here before anything is rendered: the parser with a problem's code, or a design rule. `never` says why a fleet file cannot
 * ask for it at all.
 */
type Refusal =
  { readonly edits: readonly Edit[]; readonly by: ProblemCode | `rule ${string}` } | { readonly never: string };

const controlPlane = (text: string): readonly Edit[] => [
  ["controlPlane: { count: 3, vmSize: Standard_DS2_v2, etcdDiskGiB: 128 }", `controlPlane: { ${text} }`],
];
const pool = (text: string): readonly Edit[] => [
  ["- { name: workers, count: 3, vmSize: Standard_D4_v2 }", `- { ${text} }`],
];
const version = (text: string): readonly Edit[] => [["kubernetesVersion: 1.34.4", `kubernetesVersion: "${text}"`]];
const prefix = (text: string): readonly Edit[] => [["dnsPrefix: ratings", text]];
const plugin = (text: string): readonly Edit[] => [["networkPlugin: kubenet", `networkPlugin: ${text}`]];
const policy = (text: string): readonly Edit[] => [["networkPolicy: calico", `networkPolicy: ${text}`]];
const services = (text: string): readonly Edit[] => [
  ["serviceRange: 10.120.0.0/16\n      dnsServiceAddress: 10.120.0.10", text],
];
const first = (text: string): readonly Edit[] => [["      firstControlPlaneAddress: 10.100.1.229\n", text]];
const ssh = (from: RegExp, to: string): readonly Edit[] => [
  [from.exec(exampleText("ratings-azure-stack-hub"))?.[0] ?? "", to],
];

const rendered = "the renderer writes it, always the same";
const derived = "region and location come from portalUrl";
const oneNetwork = "a site has one network and one node subnet, and the renderer names it in every profile";

const refusals: Readonly<Record<string, Refusal>> = {
  "control-plane count 0": { edits: controlPlane("count: 0, vmSize: Standard_DS2_v2"), by: "invalid-value" },
  "control-plane count 2": { edits: controlPlane("count: 2, vmSize: Standard_DS2_v2"), by: "rule cluster-size" },
  "control-plane count 4": { edits: controlPlane("count: 4, vmSize: Standard_DS2_v2"), by: "rule cluster-size" },
  "control-plane count 7": { edits: controlPlane("count: 7, vmSize: Standard_DS2_v2"), by: "rule cluster-size" },
  "worker count 0": { edits: pool("count: 0, vmSize: Standard_D4_v2"), by: "invalid-value" },
  "worker count 1001": { edits: pool("count: 1001, vmSize: Standard_D4_v2"), by: "invalid-value" },
  "duplicate pool name": {
    edits: pool("count: 3, vmSize: Standard_D4_v2 }\n        - { count: 3, vmSize: Standard_D4_v2"),
    by: "rule cluster-size",
  },
  "pool name with capital": { edits: pool("name: PoolOne, count: 3, vmSize: Standard_D4_v2"), by: "invalid-value" },
  "pool name 13 characters": {
    edits: pool("name: abcdefghijklm, count: 3, vmSize: Standard_D4_v2"),
    by: "invalid-value",
  },
  "no availabilityProfile in the pool": { never: rendered },
  "virtual machine scale set pool": { never: rendered },
  "DNS prefix too short": { edits: prefix("dnsPrefix: ab"), by: "invalid-value" },
  "DNS prefix with underscore": { edits: prefix("dnsPrefix: a_bcd"), by: "invalid-value" },
  "DNS prefix starts with a digit": { edits: prefix("dnsPrefix: 1abc"), by: "invalid-value" },
  "no DNS prefix": { edits: [["      dnsPrefix: ratings\n", ""]], by: "missing-key" },
  "Kubernetes release 1.20": { edits: version("1.20.0"), by: "rule kubernetes-version" },
  "Kubernetes release 1.29": { edits: version("1.29.0"), by: "rule kubernetes-version" },
  "Kubernetes release 1.36": { edits: version("1.36.0"), by: "rule kubernetes-version" },
  "Kubernetes release 2.0": { edits: version("2.0.0"), by: "rule kubernetes-version" },
  "release and version disagree": { never: "the file has the version, and the release follows from it" },
  "unknown patch version": { edits: version("1.34.99"), by: "rule kubernetes-version" },
  "unknown key": { edits: controlPlane("count: 3, vmSize: Standard_DS2_v2, colour: blue"), by: "unknown-key" },
  "unknown top-level key": { edits: [["kind: Fleet", "kind: Fleet\ncomment: x"]], by: "unknown-key" },
  "vnetSubnetId with other letter case": { never: oneNetwork },
  "custom virtual network for the control plane only": { never: oneNetwork },
  "two different virtual networks": { never: oneNetwork },
  "custom network without a first address": { edits: first(""), by: "rule planned-network" },
  "bad first address": { edits: first("      firstControlPlaneAddress: 10.1.0.999\n"), by: "invalid-value" },
  "network plugin calico": { edits: plugin("calico"), by: "invalid-value" },
  "network plugin flannel": { edits: plugin("flannel"), by: "invalid-value" },
  "network plugin cilium": { edits: plugin("cilium"), by: "invalid-value" },
  "network policy azure": { edits: policy("azure"), by: "rule network-policy-engine" },
  "network policy cilium": { edits: policy("cilium"), by: "invalid-value" },
  "network policy antrea": { edits: policy("antrea"), by: "rule network-policy-engine" },
  "service network without DNS address": { edits: services("serviceRange: 10.121.0.0/16"), by: "contradiction" },
  "DNS address outside the service network": {
    edits: services("serviceRange: 10.120.0.0/16\n      dnsServiceAddress: 10.102.0.10"),
    by: "contradiction",
  },
  "DNS address is the first of the service network": {
    edits: services("serviceRange: 10.120.0.0/16\n      dnsServiceAddress: 10.120.0.1"),
    by: "rule cluster-ranges",
  },
  "pod network is not a CIDR": { edits: [["podRange: 10.110.0.0/16", "podRange: 10.110.0.0"]], by: "invalid-value" },
  "maxPods 4": { never: rendered },
  "etcd disk 1024 GB": {
    edits: controlPlane("count: 3, vmSize: Standard_DS2_v2, etcdDiskGiB: 1024"),
    by: "invalid-value",
  },
  "etcd disk 4095 GB": {
    edits: controlPlane("count: 3, vmSize: Standard_DS2_v2, etcdDiskGiB: 4095"),
    by: "invalid-value",
  },
  "load balancer SKU Standard": { never: rendered },
  "instance metadata": { never: rendered },
  "docker runtime": { never: rendered },
  "no cloud controller manager": { never: rendered },
  "node status every 1 m, grace 2 m": { never: rendered },
  "cluster-autoscaler addon": { never: rendered },
  "container-monitoring addon": { never: rendered },
  "accelerated networking": { never: rendered },
  "OS disk 3000 GB": { edits: pool("count: 3, vmSize: Standard_D4_v2, osDiskGiB: 3000"), by: "invalid-value" },
  "five data disks": {
    edits: pool("count: 3, vmSize: Standard_D4_v2, dataDisksGiB: [10, 10, 10, 10, 10]"),
    by: "invalid-value",
  },
  "data disk 40000 GB": { edits: pool("count: 3, vmSize: Standard_D4_v2, dataDisksGiB: [40000]"), by: "invalid-value" },
  "no VM size": { edits: pool("count: 3"), by: "missing-key" },
  "label with a bad key": {
    edits: pool('count: 3, vmSize: Standard_D4_v2, labels: { "bad key!": x }'),
    by: "rule node-labels",
  },
  "portal of another region": { never: derived },
  "portal without https": { edits: [["https://portal.seattle", "http://portal.seattle"]], by: "invalid-value" },
  "no portal": {
    edits: [["      portalUrl: https://portal.seattle.azurestack.contoso.com\n", ""]],
    by: "missing-key",
  },
  "unknown identity system": { edits: [["identity: azure-ad", "identity: ldap"]], by: "invalid-value" },
  "unknown authentication method": {
    edits: [["identity: azure-ad", "identity: azure-ad\n      authentication: password"]],
    by: "invalid-value",
  },
  "no location": { never: derived },
  "empty ssh key": { edits: ssh(/publicKey: .*/, 'publicKey: ""'), by: "invalid-value" },
  "no ssh key": { edits: ssh(/ {8}publicKey: .*\n/, ""), by: "missing-key" },
  "no admin user": { edits: [["user: azureuser", 'user: ""']], by: "invalid-value" },
};

/** What the program lets pass and we do not: the deployment, or the first year, would show why. */
const moreThanTheProgram: Readonly<Record<string, { readonly edits: readonly Edit[]; readonly by: string }>> = {
  "worker count 50": { edits: pool("count: 50, vmSize: Standard_D4_v2"), by: "node-limit" },
  "worker count 100": { edits: pool("count: 100, vmSize: Standard_D4_v2"), by: "subscription-quotas" },
  "second pool": {
    edits: pool("count: 3, vmSize: Standard_D4_v2 }\n        - { name: pooltwo, count: 3, vmSize: Standard_D4_v2"),
    by: "cluster-size",
  },
  "unknown VM size": { edits: pool("count: 3, vmSize: Standard_Nonsense"), by: "vm-sizes" },
};

interface Case {
  readonly case: string;
  readonly accepted: boolean;
}

describe.skipIf(reference === undefined)("the program's refusals (skipped where shared/reference is absent)", () => {
  const cases =
    reference === undefined
      ? []
      : (referenceJson("aks-engine-azurestack/generate-transcripts.json") as { cases: Case[] }).cases;

  it("are all in the table, and nothing else is", () => {
    const refused = cases.filter((one) => !one.accepted).map((one) => one.case);
    expect(Object.keys(refusals).toSorted()).toEqual(refused.toSorted());
    const accepted = cases.filter((one) => one.accepted).map((one) => one.case);
    expect(accepted).toEqual(expect.arrayContaining(Object.keys(moreThanTheProgram)));
  });
});

describe("what aks-engine-azurestack refuses is refused here first (R20)", () => {
  const expressible = Object.entries(refusals).flatMap(([what, refusal]) =>
    "never" in refusal ? [] : [{ what, ...refusal }],
  );

  it.each(expressible)("$what: $by", ({ edits, by }) => {
    const parsed = parseFleetDocument(exampleText("ratings-azure-stack-hub", edits), "holdfast.yaml");
    if (!parsed.ok) {
      expect(parsed.error.map((problem) => problem.code)).toContain(by);
      return;
    }
    expect(errorsOf(parsed.value).map((rule) => `rule ${rule}`)).toContain(by);
  });

  it.each(Object.entries(moreThanTheProgram))("$0, which it accepts", (_what, { edits, by }) => {
    const parsed = parseFleetDocument(exampleText("ratings-azure-stack-hub", edits), "holdfast.yaml");
    expect(parsed.ok && errorsOf(parsed.value)).toContain(by);
  });

  it("except what a fleet file cannot ask for, which has a reason", () => {
    const never = Object.values(refusals).flatMap((refusal) => ("never" in refusal ? [refusal.never] : []));
    expect(never).toHaveLength(Object.keys(refusals).length - expressible.length);
    for (const reason of never) expect(reason.length).toBeGreaterThan(20);
  });
});

function errorsOf(parsed: Parameters<typeof analyzeDesign>[0]): string[] {
  return analyzeDesign(parsed, { today: "2027-01-01" })
    .filter((finding) => finding.severity === "error")
    .map((finding) => finding.rule);
}
