import type { HubPlace } from "./hub-place.ts";
import { installTools } from "./install-script.ts";
import { nobodyElse } from "./security-rules.ts";
import { parameter } from "./template.ts";
import type { Parameter, Template } from "./template.ts";
import { machineTemplate } from "./virtual-machine.ts";

export const toolsParameters: Readonly<Record<string, Parameter>> = {
  toolsUrl: {
    type: "string",
    about: "Folder with SHA256SUMS and the files that it lists, as the site reaches it; no slash at the end.",
    fromShell: "$TOOLS_URL",
  },
  toolsSha256: { type: "string", about: "SHA-256 of the file SHA256SUMS, in hex.", fromShell: "$TOOLS_SHA256" },
};

export const operatorRange: Parameter = {
  type: "string",
  about: "Who may come by SSH: a range, or the tag of everything that the network is joined to.",
  byDefault: "VirtualNetwork",
};

/** The machine that builds the cluster and is kept: scaling and upgrades run where the cluster was deployed. */
export function helperTemplate(place: HubPlace): Template {
  return machineTemplate(place, {
    what: "helper",
    rules: [
      {
        name: "allow-operators",
        about: "Operators, by SSH.",
        direction: "Inbound",
        access: "Allow",
        protocol: "Tcp",
        from: [`[${parameter("operatorRange")}]`],
        ports: [22],
      },
      nobodyElse("Inbound"),
    ],
    rulesParameters: { operatorRange },
    install: helperScript(place),
    environment: { TOOLS_URL: "toolsUrl", TOOLS_SHA256: "toolsSha256" },
    parameters: toolsParameters,
  });
}

export function helperScript(place: HubPlace): string {
  const { version } = place.platform.engine;
  return `${installTools(place, `Makes this machine the one that runs AKS Engine for ${place.name}.`)}for tool in aks-engine-azurestack az kubectl jq age; do
  command -v "$tool" > /dev/null || { echo "the folder has no $tool" >&2; exit 1; }
done
# Another release has another base image, and refuses the one that the Hub has.
aks-engine-azurestack version | grep -qF 'v${version}' || { echo 'aks-engine-azurestack is not ${version}' >&2; exit 1; }
`;
}
