/** Objects that carry this, and the fleet's label, are ours: to change and to prune. */
export const MANAGED_BY = "holdfast";
export const MANAGED_BY_LABEL = "app.kubernetes.io/managed-by";
export const FLEET_LABEL = "holdfast.dev/fleet";
export const SITE_LABEL = "holdfast.dev/site";

type Labels = Readonly<Record<string, string>>;

/** What one workload of a site is called. */
export interface Identity {
  readonly fleet: string;
  readonly site: string;
  readonly name: string;
  /** The role in the architecture: what app.kubernetes.io/component means. */
  readonly component: "application" | "database" | "controller";
  /** The application it belongs to. */
  readonly partOf: string;
  readonly version?: string;
}

/** A label value, or none where the text cannot be one: image tags may be longer than 63 characters. */
const LABEL_VALUE = /^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/;

/** https://kubernetes.io/docs/concepts/overview/working-with-objects/common-labels/ */
export function labelsOf(identity: Identity): Labels {
  return {
    "app.kubernetes.io/component": identity.component,
    ...selectorOf(identity),
    "app.kubernetes.io/part-of": identity.partOf,
    ...ownedLabels(identity),
  };
}

/** For workloads and their pods alone: a new version then changes one file, and not everything around it. */
export function workloadLabelsOf(identity: Identity): Labels {
  const { version } = identity;
  const isLabel = version !== undefined && LABEL_VALUE.test(version);
  return { ...labelsOf(identity), ...(isLabel ? { "app.kubernetes.io/version": version } : {}) };
}

/** Minimal and without a version: a selector can never be changed, and a new version must not need a new workload. */
export function selectorOf({ fleet, name }: Pick<Identity, "fleet" | "name">): Labels {
  return { "app.kubernetes.io/instance": fleet, "app.kubernetes.io/name": name };
}

export function ownedLabels({ fleet, site }: Pick<Identity, "fleet" | "site">): Labels {
  return { [MANAGED_BY_LABEL]: MANAGED_BY, [FLEET_LABEL]: fleet, [SITE_LABEL]: site };
}

/** Selects everything of one fleet that is ours. */
export function ownedSelector(fleet: string): string {
  return `${MANAGED_BY_LABEL}=${MANAGED_BY},${FLEET_LABEL}=${fleet}`;
}
