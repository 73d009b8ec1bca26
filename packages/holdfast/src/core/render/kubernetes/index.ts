export { renderComponent } from "./component.ts";
export { SYSTEM_NAMESPACE, indexFleet, siteContext } from "./context.ts";
export type { SiteContext } from "./context.ts";
export { CONTROLLER_NAME, controllerPorts } from "./controller-names.ts";
export { kubernetesFamily, renderedSites } from "./files.ts";
export { controllerImage, mongodbImage, postgresImage } from "./images.ts";
export { ingressAnnotations, ingressClass, renderCertificate, renderHost, tlsSecretName } from "./ingress.ts";
export { renderedKinds, waveOf } from "./kinds.ts";
export { FLEET_LABEL, MANAGED_BY, MANAGED_BY_LABEL, SITE_LABEL, ownedSelector, selectorOf } from "./labels.ts";
export { internalOnly, loadBalancer } from "./load-balancer.ts";
export { describeReference, referenceTo } from "./manifest.ts";
export type { Manifest, ObjectReference } from "./manifest.ts";
export { allowDns, componentPolicy, denyByDefault } from "./network-policies.ts";
export { storageClassAt } from "./platforms.ts";
export { resourcesOf } from "./pods.ts";
export { requiredSecrets } from "./secrets.ts";
export type { RequiredSecret, SecretKey } from "./secrets.ts";
export { renderSite } from "./site.ts";
export {
  AGENT_PORT,
  MONGODB_PORT,
  POSTGRESQL_PORT,
  mongodbMembersAt,
  peeringPorts,
  peersWith,
  secretNames,
  serviceNames,
  storesAt,
} from "./stores.ts";
export { PEER_KUBECONFIG, VOTER_NAME, VOTER_TOKEN, peerSecretName, registerName } from "./voter-names.ts";
