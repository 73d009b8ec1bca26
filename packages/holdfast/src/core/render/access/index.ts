import { isHubSite } from "../../azure-stack-hub/index.ts";
import { membersOf } from "../../spec/index.ts";
import type { Fleet, Member, SiteName } from "../../spec/index.ts";
import { vaultOf } from "../arm/vault.ts";
import { toYaml } from "../formats/index.ts";
import { controllersView } from "../kubernetes/controllers-view.ts";
import { indexFleet, renderedSites, siteContext } from "../kubernetes/index.ts";
import type { Manifest } from "../kubernetes/index.ts";
import { secretsAt } from "../kubernetes/secrets.ts";
import { registersOf } from "../kubernetes/voter-names.ts";
import type { RenderFamily, RenderedFile, RenderedGroup } from "../rendered-file.ts";
import { activeDirectoryScript } from "./directory/active-directory-script.ts";
import { graphScript } from "./directory/graph-script.ts";
import { accessPage, secretsPage } from "./pages.ts";
import { personas } from "./personas.ts";
import { fillPlatformScript, fillSecretsScript } from "./secrets/fill-secrets.ts";
import {
  createMissingScript,
  deployerKubeconfigScript,
  fillHubVaultScript,
  publishLoginScript,
  putScript,
  runWithScript,
} from "./secrets/other-scripts.ts";
import { platformSecrets } from "./secrets/platform-secrets.ts";
import { providerOf } from "./secrets/provider.ts";
import type { Provider } from "./secrets/provider.ts";
import { deliverySecrets, storedKeys } from "./secrets/secret-plan.ts";
import type { PlannedValue } from "./secrets/secret-plan.ts";
import { vaultFiles, vaultSiteFiles } from "./secrets/vault-policies.ts";
import { siteFacts } from "./site-facts.ts";
import type { SiteFacts } from "./site-facts.ts";
import { otherBindings, personaManifests } from "./site-roles.ts";

export { providerOf } from "./secrets/provider.ts";
export { STATUS_CONFIG_MAP, requestName } from "./site-facts.ts";
export { platformSecrets } from "./secrets/platform-secrets.ts";
export {
  adminKubeconfig,
  deployerKubeconfig,
  gatewayAddress,
  hubLogin,
  nodeKey,
  stateIdentity,
  storedKeys,
} from "./secrets/secret-plan.ts";
export type { StoredValue } from "./secrets/secret-plan.ts";

export const accessFamily: RenderFamily = {
  id: "access",
  what: "Directory groups, roles in each cluster, and where secrets are kept and who reads them.",
  render: renderAccess,
};

function* renderAccess(fleet: Fleet, sites: ReadonlySet<SiteName>): Generator<RenderedGroup> {
  const provider = providerOf(fleet);
  yield { files: [...directoryFiles(fleet), ...secretFiles(fleet, provider), page("README.md", accessPage(fleet))] };
  const index = indexFleet(fleet);
  const view = controllersView(fleet);
  const members = new Map(membersOf(fleet).map((member) => [member.name, member]));
  for (const site of renderedSites(fleet)) {
    if (!sites.has(site)) continue;
    const files = siteFiles(siteFacts(siteContext(index, site), view), members.get(site), provider);
    yield { site, files: files.map((file) => ({ ...file, path: `${site}/${file.path}` })) };
  }
}

function page(path: string, content: string): RenderedFile {
  return { path, content };
}

function script(path: string, content: string): RenderedFile {
  return { path, content, executable: true };
}

function directoryFiles(fleet: Fleet): readonly RenderedFile[] {
  const { groups } = fleet.access;
  if (groups.length === 0) return [];
  const identities = new Set(
    membersOf(fleet).flatMap(({ platform }) => (platform.kind === "azure-stack-hub" ? [platform.identity] : [])),
  );
  return [
    ...(identities.has("azure-ad") ? [script("_directory/create-groups.sh", graphScript(groups))] : []),
    ...(identities.has("adfs") ? [page("_directory/Create-Groups.ps1", activeDirectoryScript(groups))] : []),
  ];
}

function secretFiles(fleet: Fleet, provider: Provider): readonly RenderedFile[] {
  const values = valuesOf(fleet);
  const vault = fleet.access.secrets.kind === "hashicorp-vault" ? vaultFiles(fleet, renderedSites(fleet)) : [];
  return [
    page("_secrets/README.md", secretsPage(fleet, values, provider)),
    script("_secrets/run-with.sh", runWithScript(provider)),
    ...(provider.writable
      ? [
          script("_secrets/put.sh", putScript(provider)),
          script("_secrets/create-missing.sh", createMissingScript(values, provider)),
        ]
      : []),
    ...vault.map((file) => ({ ...file, path: `_secrets/${file.path}` })),
  ];
}

/** Everything that is kept, each once, in the order of the sites. */
function valuesOf(fleet: Fleet): readonly PlannedValue[] {
  const index = indexFleet(fleet);
  const votes = registersOf(fleet).length > 0;
  const values = membersOf(fleet).flatMap((member) => [
    ...storedKeys(secretsAt(siteContext(index, member.name)), member.name),
    ...storedKeys(platformSecrets(fleet, member), member.name, "fill-platform-secrets.sh"),
    ...deliverySecrets(fleet, member.name, votes),
  ]);
  const seen = new Map<string, PlannedValue>();
  for (const value of values) {
    const id = `${value.scope}/${value.name}/${value.key}`;
    if (!seen.has(id)) seen.set(id, value);
  }
  return [...seen.values()];
}

function siteFiles(facts: SiteFacts, member: Member | undefined, provider: Provider): readonly RenderedFile[] {
  const { context, secrets } = facts;
  const { fleet, name: site, addresses } = context;
  const api = addresses.peering.kubernetesApi;
  const votes = registersOf(fleet).length > 0;
  const hub = member?.role === "site" && isHubSite(member) ? member : undefined;
  const bindings = otherBindings(facts);
  const platform = member === undefined ? [] : platformSecrets(fleet, member);
  return [
    ...personas.map((persona) =>
      page(`${persona.id}.yaml`, manifestsFile(persona.about, personaManifests(facts, persona))),
    ),
    ...(bindings.length === 0
      ? []
      : [page("groups.yaml", manifestsFile("Groups of the directory with roles that are not holdfast's.", bindings))]),
    script("deployer-kubeconfig.sh", deployerKubeconfigScript(site, provider)),
    ...(secrets.length === 0 ? [] : [script("fill-secrets.sh", fillSecretsScript(site, secrets, provider))]),
    ...(platform.length === 0
      ? []
      : [script("fill-platform-secrets.sh", fillPlatformScript(site, platform, provider))]),
    ...(votes && provider.writable && api !== undefined
      ? [script("publish-login.sh", publishLoginScript(site, `https://${api.host}:${api.port}`, provider))]
      : []),
    ...(hub !== undefined && provider.writable
      ? [script("fill-hub-vault.sh", fillHubVaultScript(fleet, hub, vaultOf(hub).name, provider))]
      : []),
    ...(fleet.access.secrets.kind === "hashicorp-vault" ? vaultSiteFiles({ fleet, site, secrets }) : []),
  ];
}

function manifestsFile(about: string, manifests: readonly Manifest[]): string {
  const header = `# ${about}\n# Rendered by holdfast from the fleet file: change that one, and render again.\n`;
  return header + manifests.map(toYaml).join("---\n");
}
