import type { Fleet } from "../../../spec/index.ts";
import { azureTemplates } from "../../arm/azure-templates.ts";
import { deployCommand } from "../../arm/deploy-command.ts";
import type { NamedTemplate } from "../../arm/site-templates.ts";
import { shellQuote } from "../../formats/index.ts";
import { stageScript } from "./stage-script.ts";

/** Before anything is touched: the design is sound, and what is in Git is what the file says. */
export const checkScript = stageScript(
  `Checks the fleet file, and that the rendered files are those of this file. Writes its reports to RESULTS (default: results).
Environment: HOLDFAST_FLEET_FILE (default: holdfast.yaml), HOLDFAST_PACKAGE: what npm installs where holdfast is not there.`,
  ["mkdir"],
  `fleet="\${HOLDFAST_FLEET_FILE:-holdfast.yaml}"
results="\${RESULTS:-results}"
mkdir -p "$results"
if ! command -v holdfast > /dev/null; then
  # No default: a public registry may have another program of this name.
  case "\${HOLDFAST_PACKAGE:-}" in
    "" | \\$\\(*) refuse "put holdfast on this machine, or set HOLDFAST_PACKAGE to its package's file or address" ;;
  esac
  npm install --global "$HOLDFAST_PACKAGE"
fi
code=0
holdfast check "$fleet" --format sarif > "$results/check.sarif" || code=$?
holdfast check "$fleet" --format junit > "$results/check.xml" || true
holdfast check "$fleet" || true
[ "$code" -eq 0 ] || exit "$code"
holdfast render "$fleet" --diff "$root" || refuse "the rendered files are not those of $fleet: render again, and commit"
`,
  "..",
);

/** Of Azure Pipelines, which has no lock for a whole run: the older one goes on, and this one says why it stops. */
export const aloneScript = stageScript(
  `Refuses while an older run of this pipeline is under way: two at once would change two sites at once.
Environment: what Azure Pipelines sets, and SYSTEM_ACCESSTOKEN.`,
  ["curl", "jq"],
  `given SYSTEM_ACCESSTOKEN SYSTEM_COLLECTIONURI SYSTEM_TEAMPROJECTID SYSTEM_DEFINITIONID BUILD_BUILDID
runs="$(printf 'header = "Authorization: Bearer %s"\\n' "$SYSTEM_ACCESSTOKEN" |
  curl --config - --silent --show-error --fail --retry 3 --max-time 60 \\
    "\${SYSTEM_COLLECTIONURI%/}/$SYSTEM_TEAMPROJECTID/_apis/build/builds?definitions=$SYSTEM_DEFINITIONID&statusFilter=inProgress&api-version=6.0")"
older="$(jq --raw-output --argjson this "$BUILD_BUILDID" '[.value[] | select(.id < $this) | .buildNumber] | join(", ")' <<< "$runs")"
[ -z "$older" ] || refuse "$older is under way, perhaps waiting for a person: let it end or cancel it, then run this one again"
`,
  "..",
);

/** A person makes the vault before the first run: the pipeline reads its own logins there. */
export function pipelineTemplates(fleet: Fleet): readonly NamedTemplate[] {
  return azureTemplates(fleet).filter(({ name }) => name !== "key-vault");
}

/** Names of the variables, not secret, that the templates of public Azure take; the pipeline sets them. */
export function azureVariables(fleet: Fleet): readonly string[] {
  const asked = pipelineTemplates(fleet).flatMap(({ template }) =>
    Object.values(template.parameters).flatMap(({ fromShell }) =>
      fromShell === undefined ? [] : [fromShell.slice(1)],
    ),
  );
  return ["AZURE_LOCATION", ...asked.filter((name) => !name.startsWith("ROLE_"))];
}

/** Undefined where the fleet has nothing in public Azure. */
export function azureScript(fleet: Fleet): string | undefined {
  const templates = pipelineTemplates(fleet);
  const [first] = templates;
  if (first === undefined) return undefined;
  const roles = templates.flatMap(({ template }) =>
    Object.values(template.parameters).flatMap(({ fromShell, about }) =>
      fromShell?.startsWith("$ROLE_") === true ? [{ variable: fromShell.slice(1), about }] : [],
    ),
  );
  return stageScript(
    `What ${fleet.name} has in public Azure; nothing there holds data of persons. Sign in before: az login.
Environment: ${azureVariables(fleet).join(", ")}.`,
    ["az"],
    [
      `given ${azureVariables(fleet).join(" ")}`,
      `az group create --name ${shellQuote(first.resourceGroup)} --location "$AZURE_LOCATION" --output none`,
      ...roles.map(
        ({ variable }) =>
          `${variable}="$(az role definition list --name ${roleOf(variable)} --query '[0].name' --output tsv)"`,
      ),
      'cd "$root/arm/_azure"',
      ...templates.map(deployCommand),
      "",
    ].join("\n"),
    "..",
  );
}

/** `ROLE_ACRPULL` is AcrPull; Azure compares names of roles without case. */
function roleOf(variable: string): string {
  return variable.replace(/^ROLE_/, "").toLowerCase();
}
