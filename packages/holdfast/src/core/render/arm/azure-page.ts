import type { Fleet } from "../../spec/index.ts";
import { providerOf } from "../access/secrets/provider.ts";
import type { StoredValue } from "../access/secrets/secret-plan.ts";
import { shellQuote } from "../formats/index.ts";
import { azureTemplates } from "./azure-templates.ts";
import { deployCommand } from "./deploy-command.ts";
import { applicationInsights } from "./log-analytics.ts";

/** How the templates for public Azure are deployed. */
export function azurePage(fleet: Fleet): string {
  const templates = azureTemplates(fleet);
  const [first] = templates;
  const group = shellQuote(first?.resourceGroup ?? "");
  const sections = [
    `# ${fleet.name} in public Azure`,
    "Rendered by holdfast from the fleet file: change that one, and render again. Each step may be run again. Nothing here holds data of persons: the application and its data are at the sites.",
    '```sh\nunset AZURE_CONFIG_DIR\naz cloud set --name AzureCloud\naz login\naz account set --subscription "$AZURE_SUBSCRIPTION"\naz group create --name ' +
      `${group} --location "$AZURE_LOCATION"\n\`\`\``,
    ...templates.flatMap((template) => [
      `## ${titles[template.name] ?? template.name}`,
      ...(notes(fleet)[template.name] ?? []),
      `\`\`\`sh\n${deployCommand(template)}\n\`\`\``,
      ...(template.name === "log-analytics" ? connectionString(fleet, template.resourceGroup) : []),
    ]),
  ];
  return `${sections.join("\n\n")}\n`;
}

const titles: Readonly<Record<string, string>> = {
  "key-vault": "The fleet's vault",
  "container-registry": "Images and charts",
  "log-analytics": "Metrics, logs and alerts",
  "traffic-manager": "Steering users",
  "dns-delegation": "The application's name",
};

const CONNECTION: StoredValue = { scope: "fleet", name: "azure-monitor", key: "connection-string" };

/** Whoever has it may write there, so it goes from Azure into the vault, and into no file. */
function connectionString(fleet: Fleet, resourceGroup: string): readonly string[] {
  const provider = providerOf(fleet);
  const read = `az resource show --resource-group ${shellQuote(resourceGroup)} --resource-type Microsoft.Insights/components \\\n  --name ${applicationInsights(fleet)} --query properties.ConnectionString --output tsv`;
  return [
    `The clusters' collectors send with its connection string, which a person puts where the fleet's secrets are${provider.writable ? ", signed in there as one of its administrators" : `: ${provider.where(CONNECTION)}`}:`,
    `\`\`\`sh\n${provider.writable ? `${read} | tr -d '\\n' |\n  ../../access/_secrets/put.sh ${shellQuote(provider.reference(CONNECTION))}` : read}\n\`\`\``,
  ];
}

function notes({ traffic, registry, delivery, monitoring }: Fleet): Readonly<Record<string, readonly string[]>> {
  const down = (traffic.probe.intervalMs * traffic.probe.fall + traffic.probe.timeoutMs) / 1_000;
  return {
    "key-vault": [
      `It writes a lock: deploy it as Owner. ${delivery.kind === "none" ? "" : "The pipeline (`PIPELINE_OBJECT_ID`) reads, and puts back the logins that it makes. "}The group \`VAULT_ADMINISTRATORS_OBJECT_ID\` fills and deletes. Deployed again, the vault has no other policies.`,
    ],
    "container-registry": [
      `The clusters pull from ${registry.server} as the service principals that built them. To give them that role, whoever deploys this has to be Owner, or User Access Administrator beside Contributor: the pipeline as well.`,
      '```sh\nROLE_ACRPULL=$(az role definition list --name AcrPull --query "[0].name" --output tsv)\n```',
    ],
    "log-analytics": [
      monitoring.alertMail === undefined
        ? "**Alerts are asked and reach nobody**: the fleet file has no `monitoring.alertMail`."
        : `Alerts are mailed to ${monitoring.alertMail}, whom Azure writes to once, when the group is made. They look at what reached Azure: minutes late, and nothing while the sites cannot send.`,
    ],
    "traffic-manager": [
      `A site that is lost is left out after ${down} s at most; resolvers keep an answer for ${traffic.ttlSeconds} s more (predicted).`,
      ...(traffic.whenAllDown === "answer-none"
        ? [
            "`whenAllDown: answer-none` is not to be had: when all sites look down, Traffic Manager answers as if all were well.",
          ]
        : []),
    ],
    "dns-delegation": [
      traffic.provider === "azure-traffic-manager"
        ? `Users open ${traffic.host}. The output \`nameServers\` is what the zone above delegates ${traffic.zone} to.`
        : `Delegates ${traffic.zone} to the sites.`,
    ],
  };
}
