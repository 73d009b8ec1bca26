import { renderedKinds } from "../kubernetes/index.ts";

/** What RBAC calls the objects of a kind. */
export interface Resource {
  readonly apiGroup: string;
  readonly resource: string;
}

/** https://kubernetes.io/docs/reference/access-authn-authz/rbac/: rules name plurals, manifests name kinds. */
export function resourceOf({ apiVersion, kind }: { readonly apiVersion: string; readonly kind: string }): Resource {
  const [group = ""] = apiVersion.includes("/") ? apiVersion.split("/") : [""];
  const singular = kind.toLowerCase();
  if (singular.endsWith("y")) return { apiGroup: group, resource: `${singular.slice(0, -1)}ies` };
  return { apiGroup: group, resource: `${singular}${singular.endsWith("s") ? "es" : "s"}` };
}

const RBAC = "rbac.authorization.k8s.io";

/** Everything in a namespace that `apply` writes, except who may do what there. */
export const writtenResources: readonly Resource[] = renderedKinds
  .filter(({ kind, apiVersion }) => kind !== "Namespace" && !apiVersion.startsWith(RBAC))
  .map(resourceOf);

/** Of the kinds that hold no secret, what a person looks at. */
export const watchedResources: readonly Resource[] = [
  ...writtenResources,
  ...renderedKinds.filter(({ apiVersion }) => apiVersion.startsWith(RBAC)).map(resourceOf),
  { apiGroup: "", resource: "pods" },
  { apiGroup: "", resource: "endpoints" },
  { apiGroup: "", resource: "persistentvolumeclaims" },
  { apiGroup: "", resource: "events" },
  { apiGroup: "events.k8s.io", resource: "events" },
  { apiGroup: "apps", resource: "replicasets" },
  { apiGroup: "discovery.k8s.io", resource: "endpointslices" },
];
