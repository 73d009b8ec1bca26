import type { Fleet, Site, SiteName } from "../../spec/index.ts";
import { canonicalJson } from "./canonical-json.ts";
import { renderComponent } from "./component.ts";
import { SYSTEM_NAMESPACE, siteContext } from "./context.ts";
import type { SiteContext } from "./context.ts";
import { CONTROLLER_NAME } from "./controller-names.ts";
import { renderController, renderControllerAccess } from "./controller.ts";
import { renderCertificate } from "./ingress.ts";
import { waveOf } from "./kinds.ts";
import type { Manifest } from "./manifest.ts";
import { renderMongodb } from "./mongodb.ts";
import { renderNamespace } from "./namespaces.ts";
import { allowDns, componentPolicy, controllerPolicy, denyByDefault, storePolicy } from "./network-policies.ts";
import { renderPostgresql } from "./postgresql.ts";
import { isPostgresql, storesAt } from "./stores.ts";

/** Manifests that belong together, in a folder of their own. */
export interface ManifestGroup {
  /** Relative to the site's folder; "" is that folder. */
  readonly folder: string;
  readonly manifests: readonly Manifest[];
}

/** Everything that runs at one site or at the witness, in the order in which a cluster should get it. */
export function renderSite(fleet: Fleet, name: SiteName): readonly Manifest[] {
  return renderGroups(siteContext(fleet, name), controllersView(fleet))
    .flatMap(({ manifests }) => manifests)
    .map((manifest, index) => ({ manifest, index, wave: waveOf(manifest) }))
    .sort((a, b) => a.wave - b.wave || a.index - b.index)
    .map(({ manifest }) => manifest);
}

/** `fleetJson` is what controllersView makes: the same for every site, so made once. */
export function renderGroups(context: SiteContext, fleetJson: string): readonly ManifestGroup[] {
  const application = renderApplication(context);
  const namespaces = [...(application.length === 0 ? [] : [context.fleet.application.namespace]), SYSTEM_NAMESPACE];
  return [
    { folder: "", manifests: namespaces.map((namespace) => renderNamespace(context, namespace)) },
    ...application,
    {
      folder: SYSTEM_NAMESPACE,
      manifests: [denyByDefault(context, SYSTEM_NAMESPACE), allowDns(context, SYSTEM_NAMESPACE)],
    },
    {
      folder: `${SYSTEM_NAMESPACE}/${CONTROLLER_NAME}`,
      manifests: [...renderController(context, fleetJson), controllerPolicy(context)],
    },
  ];
}

/** The application's namespace: its components at a site, its stores where they have a server or a vote. */
function renderApplication(context: SiteContext): readonly ManifestGroup[] {
  const { namespace, components } = context.fleet.application;
  const stores = storesAt(context);
  const running = context.role === "site" ? components : [];
  if (stores.length === 0 && running.length === 0) return [];
  return [
    {
      folder: namespace,
      manifests: [
        denyByDefault(context, namespace),
        allowDns(context, namespace),
        ...(context.role === "site" ? renderCertificate(context) : []),
      ],
    },
    ...stores.map((store) => ({
      folder: `${namespace}/${store.name}`,
      manifests: [
        ...(isPostgresql(store) ? renderPostgresql(context, store) : renderMongodb(context, store)),
        storePolicy(context, store),
      ],
    })),
    ...running.map((component) => ({
      folder: `${namespace}/${component.name}`,
      manifests: [...renderComponent(context, component), componentPolicy(context, component)],
    })),
    ...(context.role === "site"
      ? [{ folder: `${namespace}/${CONTROLLER_NAME}`, manifests: renderControllerAccess(context) }]
      : []),
  ];
}

/**
 * The fleet as the controllers read it, as JSON: without what only building the sites needs, which can be long. A line for
 * each site, link and store, so that a change in Git shows which one changes.
 */
export function controllersView(fleet: Fleet): string {
  const sites = fleet.sites.map(({ name, location, platform, network, addresses }): Site => {
    return { name, location, platform, network, addresses, quotas: {} };
  });
  const members = Object.entries({ ...fleet, sites }).sort(([a], [b]) => (a < b ? -1 : 1));
  const lines = members.map(([key, value]) => {
    const items = Array.isArray(value) && value.length > 0 ? (value as readonly unknown[]) : undefined;
    const text = items ? `[\n    ${items.map(canonicalJson).join(",\n    ")}\n  ]` : canonicalJson(value);
    return `  ${JSON.stringify(key)}: ${text}`;
  });
  return `{\n${lines.join(",\n")}\n}`;
}
