import { shellQuote } from "../formats/index.ts";
import type { NamedTemplate } from "./site-templates.ts";
import { SUBSCRIPTION_ID } from "./vault.ts";

/** The command that deploys a template, with everything that no file knows taken from the shell. */
export function deployCommand({ name, template, resourceGroup }: NamedTemplate): string {
  const parameters = Object.entries(template.parameters);
  const asked = parameters.flatMap(([parameter, { fromShell }]) =>
    fromShell === undefined ? [] : [`"${parameter}=${fromShell}"`],
  );
  const file = `${name}.parameters.json`;
  const values = needsSubscription(template) ? `"$WORK/${file}"` : file;
  const lines = [
    `az deployment group create --name ${name} --resource-group ${shellQuote(resourceGroup)}`,
    `--template-file ${name}.json`,
    `--parameters ${[values, ...asked].join(" ")}`,
  ];
  const prepare = `sed "s/${SUBSCRIPTION_ID}/$SUBSCRIPTION_ID/" ${file} > "$WORK/${file}"\n`;
  return `${needsSubscription(template) ? prepare : ""}${lines.join(" \\\n  ")}`;
}

function needsSubscription({ parameters }: NamedTemplate["template"]): boolean {
  return Object.values(parameters).some(({ secret }) => secret?.vaultId.includes(SUBSCRIPTION_ID) === true);
}
