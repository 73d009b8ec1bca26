import { hubSitesOf } from "../../azure-stack-hub/index.ts";
import { isBelow } from "../hosts.ts";
import type { DesignRule } from "../rule.ts";

const NAME = /^[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$/;
const PREFIX = /^(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/;
/** A node that gives itself a label here is refused by its own kubelet, with these exceptions. */
const RESERVED = ["kubernetes.io", "k8s.io"];
const ALLOWED = ["kubelet.kubernetes.io", "node.kubernetes.io"];

export const nodeLabels: DesignRule = {
  id: "node-labels",
  severity: "error",
  requirements: ["R20", "R43"],
  asks: "Labels of worker pools are labels for Kubernetes, and not ones that it keeps to itself.",
  why: "AKS Engine refuses a label of another shape; with a reserved one no node of the pool comes up.",
  example: {
    broken: '- { name: workers, count: 3, vmSize: Standard_D4_v2, labels: { "disk type": ssd } }',
    fixed: "- { name: workers, count: 3, vmSize: Standard_D4_v2 }",
  },
  *check(fleet) {
    for (const { site, index } of hubSitesOf(fleet)) {
      for (const [position, pool] of site.cluster.workerPools.entries()) {
        for (const [key, value] of Object.entries(pool.labels)) {
          const problem = problemOf(key, value);
          if (problem === undefined) continue;
          yield { path: ["sites", index, "cluster", "workerPools", position, "labels", key], ...problem };
        }
      }
    }
  },
};

/** https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set */
function problemOf(key: string, value: string): { readonly message: string; readonly hint: string } | undefined {
  const slash = key.indexOf("/");
  const name = key.slice(slash + 1);
  const prefix = slash < 0 ? undefined : key.slice(0, slash);
  if (!NAME.test(name) || (prefix !== undefined && !PREFIX.test(prefix))) {
    return {
      message: `"${key}" is no key of a label`,
      hint: "Use letters, digits and - _ . between them, at most 63, after an optional domain and a slash.",
    };
  }
  if (value !== "" && !NAME.test(value)) {
    return {
      message: `"${value}" is no value of the label ${key}`,
      hint: "Use letters, digits and - _ . between them, at most 63.",
    };
  }
  const reserved = prefix !== undefined && RESERVED.some((domain) => isBelow(prefix, domain));
  if (reserved && !ALLOWED.some((domain) => isBelow(prefix, domain))) {
    return {
      message: `Kubernetes keeps labels of ${prefix} to itself: a node that sets ${key} does not start`,
      hint: "Use a domain of your own, or no prefix.",
    };
  }
  return undefined;
}
