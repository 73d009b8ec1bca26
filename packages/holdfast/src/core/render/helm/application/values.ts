import type { Component, Fleet } from "../../../spec/index.ts";
import { componentPolicy, resourcesOf, tlsSecretName } from "../../kubernetes/index.ts";
import type { SiteContext } from "../../kubernetes/index.ts";

/** What operators tune, and what differs by site. The chart's own values are those of the whole fleet. */
interface ComponentValues {
  readonly image?: ImageValues;
  readonly replicas?: number;
  readonly autoscaling?: {
    readonly minReplicas: number;
    readonly maxReplicas: number;
    readonly targetCpuPercent: number;
  };
  readonly resources?: ReturnType<typeof resourcesOf>;
  readonly configuration?: Readonly<Record<string, string>>;
  /** Rules of the network policy: where the stores are reached from this site. */
  readonly storeEgress?: unknown;
}

interface ImageValues {
  readonly repository: string;
  readonly tag?: string;
  readonly digest?: string;
}

interface ApplicationValues {
  readonly site?: string;
  readonly host?: string;
  readonly tls?: { readonly secretName: string; readonly issuer?: string };
  readonly components?: Readonly<Record<string, ComponentValues>>;
}

export function fleetValues(context: SiteContext): ApplicationValues {
  const { application, traffic } = context.fleet;
  const secretName = tlsSecretName(context);
  return {
    host: traffic.host,
    ...(secretName === undefined
      ? {}
      : { tls: { secretName, ...(traffic.tls.kind === "cert-manager" ? { issuer: traffic.tls.issuer } : {}) } }),
    components: Object.fromEntries(
      application.components.map((component): [string, ComponentValues] => {
        const { replicas } = component;
        const common = configurationOf(component, (value) => (value.includes(SITE) ? undefined : value));
        return [
          component.name,
          {
            image: imageValues(component.image),
            ...(replicas.kind === "fixed"
              ? { replicas: replicas.count }
              : {
                  autoscaling: {
                    minReplicas: replicas.min,
                    maxReplicas: replicas.max,
                    targetCpuPercent: replicas.targetCpuPercent,
                  },
                }),
            resources: resourcesOf(component.resources),
            ...(common === undefined ? {} : { configuration: common }),
          },
        ];
      }),
    ),
  };
}

/** Helm merges this over the chart's own values. */
export function siteValues(context: SiteContext): ApplicationValues {
  const components = context.fleet.application.components.flatMap((component): [string, ComponentValues][] => {
    const own = configurationOf(component, (value) =>
      value.includes(SITE) ? value.replaceAll(SITE, () => context.name) : undefined,
    );
    const storeEgress = reachesStore(context.fleet, component)
      ? (componentPolicy(context, component)["spec"] as { readonly egress: unknown }).egress
      : undefined;
    if (own === undefined && storeEgress === undefined) return [];
    return [
      [
        component.name,
        {
          ...(own === undefined ? {} : { configuration: own }),
          ...(storeEgress === undefined ? {} : { storeEgress }),
        },
      ],
    ];
  });
  return {
    site: context.name,
    ...(components.length === 0 ? {} : { components: Object.fromEntries(components) }),
  };
}

const SITE = "${site}";

/** Sorted by name; undefined when nothing is left. */
function configurationOf(component: Component, change: (value: string) => string | undefined) {
  const entries = Object.entries(component.configuration).flatMap(([key, value]): [string, string][] => {
    const changed = change(value);
    return changed === undefined ? [] : [[key, changed]];
  });
  return entries.length === 0 ? undefined : Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Only then do its rules name addresses of other sites. */
export function reachesStore({ stores }: Fleet, { connectsTo }: Component): boolean {
  return stores.some(({ name }) => connectsTo.includes(name));
}

export function imageValues(image: string): ImageValues {
  const [name = "", digest] = image.split("@");
  const colon = name.indexOf(":", name.lastIndexOf("/") + 1);
  return {
    repository: colon === -1 ? name : name.slice(0, colon),
    ...(colon === -1 ? {} : { tag: name.slice(colon + 1) }),
    ...(digest === undefined ? {} : { digest }),
  };
}
