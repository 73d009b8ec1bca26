import { createHash } from "node:crypto";
import type { ObjectStore, ResourceType } from "../store/index.ts";
import type { ComputedResource } from "./context.ts";

/** What the server serves, in the three forms that clients read: groups, resources of a version, and all at once (aggregated). */
export interface Discovery {
  apiVersions(serverAddress: string): object;
  groups(): object;
  group(name: string): object | undefined;
  resources(group: string, version: string): object | undefined;
  aggregated(part: "core" | "groups"): object;
}

/** Custom resources come and go, so every answer is made anew from what is served at that moment. */
export function discovery(store: ObjectStore, computed: readonly ComputedResource[]): Discovery {
  const catalogue = (): Catalogue => catalogueOf([...store.types(), ...computed.map((each) => each.type)]);
  return {
    apiVersions: (serverAddress) => ({
      kind: "APIVersions",
      versions: ["v1"],
      serverAddressByClientCIDRs: [{ clientCIDR: "0.0.0.0/0", serverAddress }],
    }),
    groups: () => ({
      kind: "APIGroupList",
      apiVersion: "v1",
      groups: [...catalogue().entries()]
        .filter(([name]) => name !== "")
        .map(([name, versions]) => groupOf(name, [...versions.keys()])),
    }),
    group: (name) => {
      const versions = catalogue().get(name);
      return versions === undefined || name === ""
        ? undefined
        : { kind: "APIGroup", apiVersion: "v1", ...groupOf(name, [...versions.keys()]) };
    },
    resources: (group, version) => {
      const types = catalogue().get(group)?.get(version);
      if (types === undefined) return undefined;
      return {
        kind: "APIResourceList",
        ...(group === "" ? {} : { apiVersion: "v1" }),
        groupVersion: group === "" ? version : `${group}/${version}`,
        resources: types.flatMap((type) => resourceRows(type, store)),
      };
    },
    aggregated: (part) => ({
      kind: "APIGroupDiscoveryList",
      apiVersion: "apidiscovery.k8s.io/v2",
      metadata: {},
      items: [...catalogue().entries()]
        .filter(([name]) => (name === "") === (part === "core"))
        .map(([name, versions]) => ({
          metadata: name === "" ? {} : { name },
          versions: [...versions.entries()].map(([version, types]) => ({
            version,
            resources: types.map((type) => aggregatedRow(type, isCustomGroup(name))),
            freshness: "Current",
          })),
        })),
    }),
  };
}

/** Group -> version -> types, in the order in which a server lists them: its own groups first, newest versions first. */
type Catalogue = ReadonlyMap<string, ReadonlyMap<string, readonly ResourceType[]>>;

const GROUP_ORDER = [
  "",
  "apiregistration.k8s.io",
  "apps",
  "events.k8s.io",
  "authentication.k8s.io",
  "authorization.k8s.io",
  "autoscaling",
  "batch",
  "certificates.k8s.io",
  "networking.k8s.io",
  "policy",
  "rbac.authorization.k8s.io",
  "storage.k8s.io",
  "admissionregistration.k8s.io",
  "apiextensions.k8s.io",
  "scheduling.k8s.io",
  "coordination.k8s.io",
  "node.k8s.io",
  "discovery.k8s.io",
];

function isCustomGroup(name: string): boolean {
  return !GROUP_ORDER.includes(name);
}

function catalogueOf(types: readonly ResourceType[]): Catalogue {
  const groups = new Map<string, Map<string, ResourceType[]>>();
  const rank = (group: string): number => (isCustomGroup(group) ? GROUP_ORDER.length : GROUP_ORDER.indexOf(group));
  const sorted = [...types].sort(
    (a, b) =>
      rank(a.group) - rank(b.group) ||
      compare(a.group, b.group) ||
      compareVersions(a.version, b.version) ||
      compare(a.resource, b.resource),
  );
  for (const type of sorted) {
    const versions = groups.get(type.group) ?? new Map<string, ResourceType[]>();
    groups.set(type.group, versions);
    versions.set(type.version, [...(versions.get(type.version) ?? []), type]);
  }
  return groups;
}

/** Stable before beta before alpha, higher numbers first (`k8s.io/apimachinery/pkg/version`). */
function compareVersions(a: string, b: string): number {
  const parse = (version: string): readonly [number, number, number] | undefined => {
    const match = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(version);
    if (match === null) return undefined;
    return [match[2] === undefined ? 2 : match[2] === "beta" ? 1 : 0, Number(match[1]), Number(match[3] ?? 0)];
  };
  const [left, right] = [parse(a), parse(b)];
  if (left === undefined || right === undefined) {
    return left === right ? compare(a, b) : left === undefined ? 1 : -1;
  }
  return right[0] - left[0] || right[1] - left[1] || right[2] - left[2];
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function groupOf(name: string, versions: readonly string[]): object {
  const rows = versions.map((version) => ({ groupVersion: `${name}/${version}`, version }));
  return { name, versions: rows, preferredVersion: rows[0] };
}

interface SubresourceRow {
  readonly group?: string;
  readonly version?: string;
  /** Absent: the resource's own. */
  readonly kind?: string;
  readonly verbs: readonly string[];
}

const SUBRESOURCES: Readonly<Record<ResourceType["subresources"][number], SubresourceRow>> = {
  binding: { kind: "Binding", verbs: ["create"] },
  eviction: { group: "policy", version: "v1", kind: "Eviction", verbs: ["create"] },
  finalize: { verbs: ["update"] },
  log: { verbs: ["get"] },
  scale: { group: "autoscaling", version: "v1", kind: "Scale", verbs: ["get", "patch", "update"] },
  status: { verbs: ["get", "patch", "update"] },
  token: { group: "authentication.k8s.io", version: "v1", kind: "TokenRequest", verbs: ["create"] },
};

function resourceRows(type: ResourceType, store: ObjectStore): readonly object[] {
  const names = {
    ...(type.shortNames.length === 0 ? {} : { shortNames: type.shortNames }),
    ...(type.categories.length === 0 ? {} : { categories: type.categories }),
  };
  const isStored = store.findType(type.group, type.version, type.resource) !== undefined;
  const row = {
    name: type.resource,
    singularName: type.singular,
    namespaced: type.namespaced,
    kind: type.kind,
    verbs: type.verbs,
    ...names,
    ...(isStored ? { storageVersionHash: storageVersionHash(type) } : {}),
  };
  const subresources = [...type.subresources].sort(compare).map((name) => {
    const { group, version, kind = type.kind, verbs } = SUBRESOURCES[name];
    return {
      name: `${type.resource}/${name}`,
      singularName: "",
      namespaced: type.namespaced,
      ...(group === undefined ? {} : { group, version }),
      kind,
      verbs,
    };
  });
  return [row, ...subresources];
}

function aggregatedRow(type: ResourceType, isCustom: boolean): object {
  // A quirk of real servers: the kind's group and version are empty where they are the resource's own.
  const own = isCustom ? { group: type.group, version: type.version } : { group: "", version: "" };
  const subresources = [...type.subresources].sort(compare).map((name) => {
    const { group, version, kind = type.kind, verbs } = SUBRESOURCES[name];
    return { subresource: name, responseKind: { ...(group === undefined ? own : { group, version }), kind }, verbs };
  });
  return {
    resource: type.resource,
    responseKind: { ...own, kind: type.kind },
    scope: type.namespaced ? "Namespaced" : "Cluster",
    singularResource: type.singular,
    verbs: type.verbs,
    ...(type.shortNames.length === 0 ? {} : { shortNames: type.shortNames }),
    ...(type.categories.length === 0 ? {} : { categories: type.categories }),
    ...(subresources.length === 0 ? {} : { subresources }),
  };
}

/** `discovery.StorageVersionHash` of a real server, by which clients see that objects were stored anew. */
function storageVersionHash({ group, version, resource, kind }: ResourceType): string {
  // Both versions of the autoscaler are stored as v2, events of either group as the core ones.
  const stored =
    resource === "horizontalpodautoscalers"
      ? "autoscaling/v2"
      : group === "events.k8s.io"
        ? "/v1"
        : `${group}/${version}`;
  return createHash("sha256").update(`${stored}/${kind}`).digest().subarray(0, 8).toString("base64");
}
