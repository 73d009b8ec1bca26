import type { Fleet, SiteName } from "../../spec/index.ts";
import { renderComponent } from "./component.ts";
import { SYSTEM_NAMESPACE, indexFleet, siteContext } from "./context.ts";
import type { SiteContext } from "./context.ts";
import { CONTROLLER_NAME } from "./controller-names.ts";
import { renderController, renderControllerAccess } from "./controller.ts";
import { renderCertificate, renderHost } from "./ingress.ts";
import { controllersView } from "./controllers-view.ts";
import type { ControllersView } from "./controllers-view.ts";
import { waveOf } from "./kinds.ts";
import type { Manifest } from "./manifest.ts";
import { renderMongodb } from "./mongodb.ts";
import { renderNamespace } from "./namespaces.ts";
import { allowDns, componentPolicy, controllerPolicy, denyByDefault, storePolicy } from "./network-policies.ts";
import { renderPostgresql } from "./postgresql.ts";
import { isPostgresql, storesAt } from "./stores.ts";
import { renderVoter, renderVoterToken } from "./voter.ts";
import { VOTER_NAME, VOTER_TOKEN } from "./voter-names.ts";

/** Manifests that belong together, in a folder of their own. */
export interface ManifestGroup {
  /** Relative to the site's folder; "" is that folder. */
  readonly folder: string;
  readonly manifests: readonly Manifest[];
}

/** Everything that runs at one site or at the witness, in the order in which a cluster should get it. */
export function renderSite(fleet: Fleet, name: SiteName): readonly Manifest[] {
  return renderGroups(siteContext(indexFleet(fleet), name), controllersView(fleet))
    .flatMap(({ manifests }) => manifests)
    .map((manifest, index) => ({ manifest, index, wave: waveOf(manifest) }))
    .sort((a, b) => a.wave - b.wave || a.index - b.index)
    .map(({ manifest }) => manifest);
}

/** `view` is the same for every site, so it is made once. */
export function renderGroups(context: SiteContext, view: ControllersView): readonly ManifestGroup[] {
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
      manifests: [...renderController(context, view), controllerPolicy(context)],
    },
    { folder: `${SYSTEM_NAMESPACE}/${VOTER_NAME}`, manifests: renderVoter(context) },
    // After its service account also for `kubectl apply --recursive`: a cluster deletes a token whose account it does not know.
    { folder: `${SYSTEM_NAMESPACE}/${VOTER_TOKEN}`, manifests: renderVoterToken(context) },
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
        ...(context.role === "site" ? [...renderCertificate(context), ...renderHost(context)] : []),
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
