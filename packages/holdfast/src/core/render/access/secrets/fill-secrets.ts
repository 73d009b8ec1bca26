import type { SiteName } from "../../../spec/index.ts";
import { shellQuote } from "../../formats/index.ts";
import type { RequiredSecret, SecretKey } from "../../kubernetes/index.ts";
import type { Provider } from "./provider.ts";
import { secretScript } from "./script-frame.ts";
import { loginOf, storedIn } from "./secret-plan.ts";

/** The script that makes a site's Secrets out of what is kept elsewhere. */
export function fillSecretsScript(site: SiteName, secrets: readonly RequiredSecret[], provider: Provider): string {
  const own = secrets.filter((secret) => !isLogin(secret));
  const logins = secrets.filter(isLogin);
  return secretScript(
    `Makes the Secrets that the manifests of ${site} refer to, from ${provider.title.replaceAll("`", "")}.
The current kubectl context is that cluster's, as the deployer: it may write these Secrets, and read none of them.
Safe to run again: what is the same stays. Exit codes: 0 done; 1 a tool failed; 2 refused, or a value is missing.`,
    ["kubectl", ...provider.tools],
    [
      provider.shell,
      FUNCTIONS,
      ...own.flatMap((secret) => [describe(site, secret, provider), ""]),
      ...loginLines(logins, provider),
      `[ "$missing" -eq 0 ] || refuse "$missing values are missing; nothing of their Secrets was written"`,
      "",
    ].join("\n"),
  );
}

/** The same for what stands under the application; it runs as the cluster's administrator, before the charts are installed. */
export function fillPlatformScript(site: SiteName, secrets: readonly RequiredSecret[], provider: Provider): string {
  const namespaces = [...new Set(secrets.map(({ namespace }) => namespace))];
  return secretScript(
    `Makes the Secrets that the platform of ${site} refers to, from ${provider.title.replaceAll("`", "")}.
The current kubectl context is that cluster's administrator. Safe to run again: what is the same stays.`,
    ["kubectl", ...provider.tools],
    [
      provider.shell,
      FUNCTIONS,
      ...namespaces.map(
        (namespace) =>
          `kubectl create namespace ${namespace} --dry-run=client --output yaml | kubectl apply --server-side --filename -`,
      ),
      "",
      ...secrets.flatMap((secret) => [describe(site, secret, provider), ""]),
      `[ "$missing" -eq 0 ] || refuse "$missing values are missing; nothing of their Secrets was written"`,
      "",
    ].join("\n"),
  );
}

const FUNCTIONS = `missing=0

# A Secret is begun, gets its keys, and is written when it has them all.
begin() { rm -rf "$work/secret"; mkdir "$work/secret"; complete=yes; }

stored() { # stored KEY REFERENCE
  fetch "$2" "$work/secret/$1" 2> "$work/trouble" || {
    say "missing: $2, for the key $1"
    sed 's/^/  /' "$work/trouble" >&2
    complete=no
    missing=$((missing + 1))
  }
}

fixed() { printf '%s' "$2" > "$work/secret/$1"; } # fixed KEY VALUE

made_of() { # made_of KEY TEMPLATE: {other-key} stands for another key; what is put in is not looked at again
  local rest="$2" text="" key
  [ "$complete" = yes ] || return 0
  while [[ "$rest" == *"{"*"}"* ]]; do
    text+="\${rest%%"{"*}"
    rest="\${rest#*"{"}"
    key="\${rest%%"}"*}"
    rest="\${rest#*"}"}"
    text+="$(< "$work/secret/$key")"
  done
  printf '%s' "$text$rest" > "$work/secret/$1"
}

write() { # write NAMESPACE NAME TYPE
  local key
  local from=()
  [ "$complete" = yes ] || return 0
  for key in "$work/secret"/.[!.]* "$work/secret"/*; do
    [ ! -e "$key" ] || from+=("--from-file=\${key##*/}=$key")
  done
  kubectl create secret generic "$2" --namespace "$1" --type "$3" "\${from[@]}" --dry-run=client --output yaml |
    kubectl apply --server-side --field-manager holdfast-secrets --force-conflicts --filename -
}
`;

function describe(site: SiteName, secret: RequiredSecret, provider: Provider): string {
  const { namespace, name, type, keys } = secret;
  // Templates last: they are made of the others.
  const ordered = [...keys].sort((a, b) => Number(a.source.kind === "template") - Number(b.source.kind === "template"));
  return [
    "begin",
    ...ordered.map((key) => keyLine(site, secret, key, provider)),
    `write ${[namespace, name, type].map(shellQuote).join(" ")}`,
  ].join("\n");
}

function keyLine(site: SiteName, secret: RequiredSecret, key: SecretKey, provider: Provider): string {
  const { source } = key;
  switch (source.kind) {
    case "fixed":
      return `fixed ${shellQuote(key.key)} ${shellQuote(source.value)}`;
    case "template":
      return `made_of ${shellQuote(key.key)} ${shellQuote(source.template)}`;
    case "random":
    case "given":
    case "peer-kubeconfig":
      return `stored ${shellQuote(key.key)} ${shellQuote(provider.reference(storedIn(secret, key, site)))}`;
  }
}

function isLogin({ keys }: RequiredSecret): boolean {
  return keys.some(({ source }) => source.kind === "peer-kubeconfig");
}

/** A voter's login is there once its site was deployed: until then the controller asks for it. */
function loginLines(logins: readonly RequiredSecret[], provider: Provider): readonly string[] {
  const [first] = logins;
  if (first === undefined) return [];
  const pairs = logins.flatMap(({ name, keys }) =>
    keys.flatMap(({ source }) =>
      source.kind === "peer-kubeconfig" ? [`${name} ${provider.reference(loginOf(source.voter))}`] : [],
    ),
  );
  return [
    "# Logins to the other voters: there once their sites were deployed (publish-login.sh). Run this again then.",
    "while read -r name reference <&3; do",
    "  begin",
    `  if fetch "$reference" "$work/secret/kubeconfig" 2> /dev/null; then`,
    `    write ${shellQuote(first.namespace)} "$name" Opaque`,
    "  else",
    `    say "not there yet: $reference, for $name"`,
    "  fi",
    "done 3<< 'END'",
    ...pairs,
    "END",
    "",
  ];
}
