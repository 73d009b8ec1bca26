import type { Fleet } from "../../spec/index.ts";
import { containerRegistryTemplate } from "./container-registry.ts";
import { dnsTemplate } from "./dns-delegation.ts";
import { logAnalyticsTemplate } from "./log-analytics.ts";
import { publicVaultTemplate } from "./public-vault.ts";
import { resourceGroupInAzure } from "./azure-group.ts";
import type { NamedTemplate } from "./site-templates.ts";
import { trafficManagerTemplate } from "./traffic-manager.ts";

/** What the fleet has in public Azure, in the order in which it is deployed: the name needs the profile. */
export function azureTemplates(fleet: Fleet): readonly NamedTemplate[] {
  const resourceGroup = resourceGroupInAzure(fleet);
  const all = [
    { name: "key-vault", template: publicVaultTemplate(fleet) },
    { name: "container-registry", template: containerRegistryTemplate(fleet) },
    { name: "log-analytics", template: logAnalyticsTemplate(fleet) },
    { name: "traffic-manager", template: trafficManagerTemplate(fleet) },
    { name: "dns-delegation", template: dnsTemplate(fleet) },
  ];
  return all.flatMap(({ name, template }) => (template === undefined ? [] : [{ name, template, resourceGroup }]));
}
