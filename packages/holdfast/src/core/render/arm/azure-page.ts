import type { Fleet } from "../../spec/index.ts";
import { shellQuote } from "../formats/index.ts";
import { azureTemplates } from "./azure-templates.ts";
import { deployCommand } from "./deploy-command.ts";

/** How the templates for public Azure are deployed. */
export function azurePage(fleet: Fleet): string {
  const templates = azureTemplates(fleet);
  const [first] = templates;
  const group = shellQuote(first?.resourceGroup ?? "");
  const sections = [
    `# ${fleet.name} in public Azure`,
    "Rendered by holdfast from the fleet file: change that one, and render again. Each step may be run again. Nothing here holds data of persons: the application and its data are at the sites.",
    '```sh\naz cloud set --name AzureCloud\naz account set --subscription "$AZURE_SUBSCRIPTION"\naz group create --name ' +
      `${group} --location "$AZURE_LOCATION"\n\`\`\``,
    ...templates.flatMap((template) => [
      `## ${titles[template.name] ?? template.name}`,
      ...(notes(fleet)[template.name] ?? []),
      `\`\`\`sh\n${deployCommand(template)}\n\`\`\``,
    ]),
  ];
  return `${sections.join("\n\n")}\n`;
}

const titles: Readonly<Record<string, string>> = {
  "key-vault": "The fleet's vault",
  "container-registry": "Images and charts",
  "log-analytics": "Metrics and logs",
  "traffic-manager": "Steering users",
  "dns-delegation": "The application's name",
};

function notes({ traffic, registry }: Fleet): Readonly<Record<string, readonly string[]>> {
  const down = (traffic.probe.intervalMs * traffic.probe.fall + traffic.probe.timeoutMs) / 1_000;
  return {
    "container-registry": [
      `The clusters pull from ${registry.server} as the service principals that built them.`,
      '```sh\nROLE_ACRPULL=$(az role definition list --name AcrPull --query "[0].name" --output tsv)\n```',
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
