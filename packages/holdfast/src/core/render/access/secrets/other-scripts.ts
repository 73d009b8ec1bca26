import type { HubSite } from "../../../azure-stack-hub/index.ts";
import type { Fleet, SiteName } from "../../../spec/index.ts";
import { shellQuote } from "../../formats/index.ts";
import { SYSTEM_NAMESPACE, VOTER_TOKEN } from "../../kubernetes/index.ts";
import { DEPLOYER_ACCOUNT } from "../site-roles.ts";
import type { Provider } from "./provider.ts";
import { secretScript } from "./script-frame.ts";
import { deployerKubeconfig, hubLogin, loginOf, tunnelKey } from "./secret-plan.ts";
import type { PlannedValue } from "./secret-plan.ts";

/** Fetches what one command needs into its environment: nothing else sees it, and nothing is printed. */
export function runWithScript(provider: Provider): string {
  return secretScript(
    `run-with.sh NAME=REFERENCE... -- COMMAND ARGUMENTS...
Runs a command with values from ${provider.title.replaceAll("`", "")} in its environment, and nowhere else.`,
    provider.tools,
    `${provider.shell}
values=()
while [ "$#" -gt 0 ] && [ "$1" != -- ]; do
  fetch "\${1#*=}" "$work/value" || refuse "there is no value for \${1%%=*}: \${1#*=}"
  values+=("\${1%%=*}" "$(< "$work/value")")
  shift
done
[ "$#" -gt 1 ] || refuse "usage: run-with.sh NAME=REFERENCE... -- COMMAND ARGUMENTS..."
shift
# Only now, so that a value never changes how the next one is fetched.
for ((index = 0; index < \${#values[@]}; index += 2)); do export "\${values[index]}=\${values[index + 1]}"; done
rm -rf "$work"
exec "$@"
`,
  );
}

/** For what the pipeline makes itself and others need: kubeconfigs, a gateway's address. */
export function putScript(provider: Provider): string {
  return secretScript(
    `put.sh REFERENCE < VALUE
Puts standard input into ${provider.title.replaceAll("`", "")}.`,
    provider.tools,
    `${provider.shell}
cat > "$work/value"
[ -s "$work/value" ] || refuse "there is no value for \${1:?usage: put.sh REFERENCE < VALUE}"
put "$1" "$work/value"
`,
  );
}

/** Random values are made once, in the vault, and by nobody who could know them. */
export function createMissingScript(values: readonly PlannedValue[], provider: Provider): string {
  return secretScript(
    `Makes each random value that ${provider.title.replaceAll("\`", "")} does not have yet, and says what people have to fill in.
A value that is there stays as it is. To replace one, follow the runbook: openssl rand -hex 32 | tr -d '\\n' | put.sh REFERENCE`,
    ["openssl", ...provider.tools],
    `${provider.shell}
random() {
  if present "$1"; then return 0; fi
  openssl rand -hex 32 | tr -d '\\n' > "$work/value"
  put "$1" "$work/value"
  say "made $1"
}

yours() { # yours REFERENCE PURPOSE
  present "$1" || say "fill in $1: $2"
}

${values
  .flatMap((value) => {
    const reference = shellQuote(provider.reference(value));
    if (value.filledBy === "create-missing.sh") return [`random ${reference}`];
    return value.filledBy === "you" ? [`yours ${reference} ${shellQuote(value.purpose)}`] : [];
  })
  .join("\n")}
`,
  );
}

/** The voter's API server made the token; the other sites fetch it from the vault, so no site logs in to another for it. */
export function publishLoginScript(site: SiteName, server: string, provider: Provider): string {
  return secretScript(
    `Hands the login of ${site}'s voter to the other sites through ${provider.title.replaceAll("\`", "")}.
The current kubectl context is the cluster of ${site}, as the deployer. Run it again after the token was replaced.`,
    ["kubectl", ...provider.tools],
    `${provider.shell}
kubectl --namespace ${SYSTEM_NAMESPACE} get secret ${VOTER_TOKEN} --output go-template='
apiVersion: v1
kind: Config
clusters:
  - { name: voter, cluster: { server: "${server}", certificate-authority-data: "{{ index .data "ca.crt" }}" } }
users: [{ name: voter, user: { token: "{{ base64decode .data.token }}" } }]
contexts: [{ name: voter, context: { cluster: voter, user: voter } }]
current-context: voter
' > "$work/kubeconfig"
! grep -q '{ token. "" }' "$work/kubeconfig" || refuse "the API server has not filled ${VOTER_TOKEN} yet: run this again in a moment"
put ${shellQuote(provider.reference(loginOf(site)))} "$work/kubeconfig"
`,
  );
}

/** The administrator's login makes the deployer's, which is good for a while only. */
export function deployerKubeconfigScript(site: SiteName, provider: Provider): string {
  const reference = shellQuote(provider.reference(deployerKubeconfig(site)));
  return secretScript(
    `Makes a kubeconfig for the pipeline's deployer at ${site}, with a token that ends by itself, and ${
      provider.writable ? `puts it into ${provider.title.replaceAll("`", "")}` : "writes it to the file that is named"
    }.
The current kubectl context is that cluster's administrator. Run it again before the token ends: each run of the cluster's stage does.`,
    ["kubectl", ...provider.tools],
    `DURATION="\${DEPLOYER_TOKEN_DURATION:-2160h}"
${provider.writable ? provider.shell : 'target="${1:?usage: deployer-kubeconfig.sh FILE}"\n'}
kubectl config view --minify --flatten --output jsonpath='{.clusters[0].cluster.server}' > "$work/server"
kubectl config view --minify --flatten --output jsonpath='{.clusters[0].cluster.certificate-authority-data}' > "$work/ca"
kubectl create token ${DEPLOYER_ACCOUNT} --namespace ${SYSTEM_NAMESPACE} --duration "$DURATION" > "$work/token"
cat > "$work/kubeconfig" << END
apiVersion: v1
kind: Config
clusters:
  - { name: ${site}, cluster: { server: "$(< "$work/server")", certificate-authority-data: "$(< "$work/ca")" } }
users: [{ name: deployer, user: { token: "$(< "$work/token")" } }]
contexts: [{ name: ${site}, context: { cluster: ${site}, user: deployer } }]
current-context: ${site}
END
${provider.writable ? `put ${reference} "$work/kubeconfig"` : 'install -m 600 "$work/kubeconfig" "$target"'}
`,
  );
}

/**
 * Resource Manager reads secrets for its templates from a vault of its own Hub only: what they need is copied there by whoever
 * administers that vault.
 */
export function fillHubVaultScript(fleet: Fleet, hub: HubSite, vault: string, provider: Provider): string {
  const tunnels = fleet.links.filter(({ kind, between }) => kind === "vpn" && between.includes(hub.name));
  const secret = hubLogin(hub).find(({ key }) => key === "client-secret");
  const named = hub.platform.servicePrincipal.keyVaultSecret;
  return secretScript(
    `Copies what the templates of ${hub.name} read from ${provider.title.replaceAll("\`", "")} into the Hub's own vault ${vault}.
Run it signed in to both: this shell's az to where the secrets are, and HUB_AZURE_CONFIG_DIR names the configuration of an az
that is signed in to the Hub as an administrator of that vault.`,
    ["az", ...provider.tools.filter((tool) => tool !== "az")],
    `${provider.shell}
: "\${HUB_AZURE_CONFIG_DIR:?name the folder of the az configuration that is signed in to the Hub}"

copy() { # copy REFERENCE NAME
  fetch "$1" "$work/value" || refuse "there is no $1"
  AZURE_CONFIG_DIR="$HUB_AZURE_CONFIG_DIR" az keyvault secret set --vault-name ${shellQuote(vault)} --name "$2" \\
    --file "$work/value" --encoding utf-8 --output none
  say "copied $2"
}

${[
  ...(secret === undefined || named === undefined
    ? []
    : [`copy ${shellQuote(provider.reference(secret))} ${shellQuote(named.name)}`]),
  ...tunnels.map(({ between: [one, other] }) => {
    const value = tunnelKey(one, other);
    return `copy ${shellQuote(provider.reference(value))} ${shellQuote(value.name)}`;
  }),
].join("\n")}
`,
  );
}
