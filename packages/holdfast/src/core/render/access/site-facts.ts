import { renderGroups } from "../kubernetes/site.ts";
import type { ControllersView } from "../kubernetes/controllers-view.ts";
import { SYSTEM_NAMESPACE, storesAt } from "../kubernetes/index.ts";
import type { SiteContext } from "../kubernetes/index.ts";
import { secretsAt } from "../kubernetes/secrets.ts";
import type { RequiredSecret } from "../kubernetes/index.ts";

export interface RenderedObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  /** Absent: the cluster's. */
  readonly namespace?: string;
}

/** What access at one site depends on: everything that is rendered for it, and every Secret that it needs. */
export interface SiteFacts {
  readonly context: SiteContext;
  readonly objects: readonly RenderedObject[];
  readonly namespaces: readonly string[];
  readonly secrets: readonly RequiredSecret[];
  /** What a person changes to ask for a switchover or a failover: api-contract/store-request.ts has the name. */
  readonly requests: readonly string[];
}

export function siteFacts(context: SiteContext, view: ControllersView): SiteFacts {
  const objects = renderGroups(context, view)
    .flatMap(({ manifests }) => manifests)
    .map(({ apiVersion, kind, metadata: { name, namespace } }) => ({
      apiVersion,
      kind,
      name,
      ...(namespace === undefined ? {} : { namespace }),
    }));
  return {
    context,
    objects,
    namespaces: objects.filter(({ kind }) => kind === "Namespace").map(({ name }) => name),
    secrets: secretsAt(context),
    requests: storesAt(context)
      .filter(({ engine }) => engine === "postgresql")
      .map(({ name }) => requestName(name)),
  };
}

export function requestName(store: string): string {
  return `holdfast-request-${store}`;
}

export const STATUS_CONFIG_MAP = "holdfast-status";

export function namesOf({ objects }: SiteFacts, kind: string, namespace: string): readonly string[] {
  return objects.filter((each) => each.kind === kind && each.namespace === namespace).map(({ name }) => name);
}

export function isSystem(namespace: string): boolean {
  return namespace === SYSTEM_NAMESPACE;
}
