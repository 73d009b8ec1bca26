import { ApiError } from "../store/contract.ts";
import type { KubeObject, ObjectKey } from "../store/contract.ts";
import { controller, createQueue } from "./controller.ts";
import type { Controller, ControllerContext } from "./controller.ts";

interface Namespace extends KubeObject {
  readonly spec?: { readonly finalizers?: readonly string[] };
  readonly status?: { readonly phase?: string };
}

interface ConfigMap extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
}

const ROOT_CA = "kube-root-ca.crt";
/** What is still ending is looked at again: not every kind's end is watched here. */
const RECHECK_MS = 500;

/** Gives each namespace its default service account and the cluster's root certificate; empties one that is being deleted. */
export function namespaceController(context: ControllerContext, rootCertificate: string): Controller {
  const { store } = context;
  const namespaces = context.objects<Namespace>("v1", "Namespace");
  const accounts = context.objects("v1", "ServiceAccount");
  const configMaps = context.objects<ConfigMap>("v1", "ConfigMap");

  const provide = (namespace: string): void => {
    if (accounts.get(namespace, "default") === undefined)
      accounts.create(namespace, { metadata: { name: "default", namespace } });
    const found = configMaps.get(namespace, ROOT_CA);
    const data = { "ca.crt": rootCertificate };
    if (found === undefined) configMaps.create(namespace, { metadata: { name: ROOT_CA, namespace }, data });
    else if (found.data?.["ca.crt"] !== rootCertificate) configMaps.update({ ...found, data });
  };

  const queue = createQueue("namespace", context, (_, name) => {
    const namespace = namespaces.get(undefined, name);
    if (namespace === undefined) return undefined;
    if (namespace.metadata.deletionTimestamp === undefined) {
      provide(name);
      return undefined;
    }
    if (empty(name) > 0) return RECHECK_MS;
    const finalizers = (namespace.spec?.finalizers ?? []).filter((each) => each !== "kubernetes");
    store.update(
      keyOf(namespace),
      { ...namespace, spec: { ...namespace.spec, finalizers } },
      { subresource: "finalize", fieldManager: "kube-controller-manager" },
    );
    return undefined;
  });

  /** Deletes what is in a namespace; answers how much is still there. */
  const empty = (namespace: string): number => {
    let left = 0;
    for (const type of storedTypes(context)) {
      if (!type.namespaced) continue;
      for (const object of store.list(type, { namespace }).items) {
        const key: ObjectKey = { type, namespace, name: object.metadata.name };
        left += object.metadata.deletionTimestamp !== undefined || deleteIfThere(key) ? 1 : 0;
      }
    }
    return left;
  };
  /** Whether it is still there after that. */
  const deleteIfThere = (key: ObjectKey): boolean => {
    try {
      return store.delete(key, { propagationPolicy: "Background" }) !== undefined;
    } catch (error) {
      if (error instanceof ApiError && error.code === 404) return false;
      throw error;
    }
  };
  const keyOf = (namespace: Namespace): ObjectKey => ({ type: namespaces.type, name: namespace.metadata.name });
  const recheck = (type: string, { metadata }: KubeObject): void => {
    // Taken away: it has to come back.
    if (
      type !== "ADDED" &&
      metadata.namespace !== undefined &&
      (metadata.name === "default" || metadata.name === ROOT_CA)
    )
      queue.add({ name: metadata.namespace });
  };

  return controller(queue, [
    namespaces.watch((type, namespace) => {
      if (type !== "DELETED") queue.add(namespace.metadata);
    }),
    accounts.watch(recheck),
    configMaps.watch(recheck),
  ]);
}

/** Each stored kind once: several versions of one are the same objects. */
export function storedTypes({ store }: ControllerContext): ReturnType<typeof store.types> {
  const seen = new Set<string>();
  return store.types().filter(({ group, resource, verbs }) => {
    const key = `${group}/${resource}`;
    if (seen.has(key) || !verbs.includes("delete") || !verbs.includes("list")) return false;
    seen.add(key);
    return true;
  });
}
