import { hubApiVersion } from "../../azure-stack-hub/index.ts";
import { accessTemplate } from "./access.ts";
import { agentTemplate } from "./build-agent-vm.ts";
import { connectionsTemplate } from "./connections.ts";
import { helperTemplate } from "./helper-vm.ts";
import type { HubPlace } from "./hub-place.ts";
import { plannedNetwork } from "./hub-place.ts";
import { vaultAdministrators, vaultPipeline, vaultTemplate } from "./key-vault.ts";
import { locksTemplate } from "./locks.ts";
import { networkTemplate } from "./network.ts";
import { HERE } from "./template.ts";
import type { Template } from "./template.ts";
import { isFleetVault, vaultOf } from "./vault.ts";

/** A template with its place in the order of things. */
export interface NamedTemplate {
  /** Of the file, without its ending. */
  readonly name: string;
  readonly template: Template;
  readonly resourceGroup: string;
}

/** In the order in which they are deployed. What the fleet file does not ask for is left out. */
export function siteTemplates(place: HubPlace): readonly NamedTemplate[] {
  const { platform, name, fleet } = place;
  const planned = plannedNetwork(place);
  const vault = vaultOf(place);
  const versions = {
    vaults: hubApiVersion(platform.apiProfile, "Microsoft.KeyVault/vaults"),
    locks: hubApiVersion(platform.apiProfile, "Microsoft.Authorization/locks"),
  };
  const tags = { "holdfast-fleet": fleet.name, "holdfast-site": name };
  const network = planned?.resourceGroup ?? platform.resourceGroup;
  const ofSite = place.cluster === undefined ? undefined : helperTemplate(place);
  const all: readonly (Omit<NamedTemplate, "template"> & { readonly template: Template | undefined })[] = [
    {
      name: "key-vault",
      template: vaultTemplate(vault.name, { location: HERE, tags }, versions, [
        ...(isFleetVault(fleet, vault) ? vaultPipeline(fleet) : []),
        vaultAdministrators(),
      ]),
      resourceGroup: vault.resourceGroup,
    },
    { name: "access", template: accessTemplate(place), resourceGroup: platform.resourceGroup },
    { name: "1-network", template: planned && networkTemplate(place, planned), resourceGroup: network },
    { name: "helper-vm", template: ofSite, resourceGroup: platform.resourceGroup },
    { name: "build-agent-vm", template: agentTemplate(place), resourceGroup: platform.resourceGroup },
    { name: "2-connections", template: planned && connectionsTemplate(place, planned), resourceGroup: network },
    { name: "locks", template: planned && locksTemplate(place, planned), resourceGroup: network },
  ];
  return all.flatMap(({ template, ...named }) => (template === undefined ? [] : [{ ...named, template }]));
}
