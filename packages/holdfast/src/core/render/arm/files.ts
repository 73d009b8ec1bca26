import type { Fleet, SiteName } from "../../spec/index.ts";
import type { RenderFamily, RenderedFile, RenderedGroup } from "../rendered-file.ts";
import { gatewayTemplates } from "./azure-gateway.ts";
import { azurePage } from "./azure-page.ts";
import { azurePlacePage } from "./azure-place-page.ts";
import { azurePlaces } from "./azure-place.ts";
import type { AzurePlace } from "./azure-place.ts";
import { azureTemplates } from "./azure-templates.ts";
import { agentScript } from "./build-agent-vm.ts";
import { delegationZone } from "./delegation.ts";
import { helperScript } from "./helper-vm.ts";
import { hubPlaces } from "./hub-place.ts";
import type { HubPlace } from "./hub-place.ts";
import { sitePage } from "./site-page.ts";
import { siteTemplates } from "./site-templates.ts";
import { templateFiles } from "./template.ts";

export const armFamily: RenderFamily = {
  id: "arm",
  what: "Azure Resource Manager templates for each Azure Stack Hub and for public Azure.",
  render: renderArm,
};

function* renderArm(fleet: Fleet, sites: ReadonlySet<SiteName>): Generator<RenderedGroup> {
  for (const place of hubPlaces(fleet)) if (sites.has(place.name)) yield { site: place.name, files: siteFiles(place) };
  for (const place of azurePlaces(fleet))
    if (sites.has(place.name)) yield { site: place.name, files: gatewayFiles(place) };
  const files = fleetFiles(fleet);
  if (files.length > 0) yield { files };
}

function siteFiles(place: HubPlace): readonly RenderedFile[] {
  const script = (name: string, content: string | undefined): RenderedFile[] =>
    content === undefined ? [] : [{ path: `${name}.sh`, content, executable: true }];
  const files = [
    { path: "README.md", content: sitePage(place) },
    ...siteTemplates(place).flatMap(({ name, template }) => templateFiles(name, template)),
    // The templates carry them inside; here they can be read, and run again.
    ...(place.cluster === undefined ? [] : script("helper-vm", helperScript(place))),
    ...script("build-agent-vm", agentScript(place)),
  ];
  return files.map((file) => ({ ...file, path: `${place.name}/${file.path}` }));
}

function gatewayFiles(place: AzurePlace): readonly RenderedFile[] {
  const files = [
    { path: "README.md", content: azurePlacePage(place) },
    ...gatewayTemplates(place).flatMap(({ name, template }) => templateFiles(name, template)),
  ];
  return files.map((file) => ({ ...file, path: `${place.name}/${file.path}` }));
}

function fleetFiles(fleet: Fleet): readonly RenderedFile[] {
  const templates = azureTemplates(fleet);
  const delegation = delegationZone(fleet);
  return [
    ...(templates.length === 0 ? [] : [{ path: "_azure/README.md", content: azurePage(fleet) }]),
    ...templates.flatMap(({ name, template }) => templateFiles(`_azure/${name}`, template)),
    ...(delegation === undefined ? [] : [{ path: "_dns/delegation.zone", content: delegation }]),
  ];
}
