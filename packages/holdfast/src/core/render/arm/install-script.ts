import { hubEndpoints } from "../../azure-stack-hub/index.ts";
import { shellQuote } from "../formats/index.ts";
import type { HubPlace } from "./hub-place.ts";

/**
 * The begin of every machine's script: settings for the proxy, and the tools. They come from one folder of the operator's, on a
 * mirror or on the Hub's own storage, so that connected and disconnected sites have one way; one checksum vouches for the list
 * of files in it, and the list for the files.
 */
export function installTools(place: HubPlace, what: string): string {
  return `#!/bin/sh
# ${what} Safe to run again.
# Environment: TOOLS_URL is a folder with a file SHA256SUMS and the files that it lists; TOOLS_SHA256 is the checksum of that list.
set -eu
umask 022
${proxySettings(place)}work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
fetch() { curl --fail --silent --show-error --location --retry 5 --output "$1" "$TOOLS_URL/$1"; }
fetch SHA256SUMS
echo "$TOOLS_SHA256  SHA256SUMS" | sha256sum --check --quiet -
cut -c 67- SHA256SUMS > names
while IFS= read -r name; do
  case $name in
    */* | .* | -* | "") echo "SHA256SUMS names '$name', which is no file of the folder" >&2; exit 1 ;;
  esac
  fetch "$name"
done < names
sha256sum --check --quiet SHA256SUMS
while IFS= read -r name; do
  case $name in
    vsts-agent* | actions-runner*) ;;
    *.deb) dpkg --install "$name" < /dev/null ;;
    *.crt)
      install -m 0644 -t /usr/local/share/ca-certificates "$name"
      update-ca-certificates
      ;;
    *.tar.gz)
      rm -rf unpacked
      mkdir unpacked
      tar --extract --gzip --no-same-owner --file "$name" --directory unpacked
      find unpacked -type f -perm /100 -exec install -m 0755 -t /usr/local/bin {} +
      ;;
    *) install -m 0755 -t /usr/local/bin "$name" ;;
  esac
done < names
`;
}

/** For logins, for services and for what follows in the script. A proxy's password has no place in them. */
function proxySettings({ network, platform, peers }: HubPlace): string {
  const { proxy } = network.egress;
  if (proxy === undefined) return "";
  const { management, vaultDnsSuffix } = hubEndpoints(platform);
  const direct = [
    "localhost",
    "127.0.0.1",
    "169.254.169.254",
    "168.63.129.16",
    ...network.addressSpaces,
    ...[network.podRange, network.serviceRange].filter((range) => range !== undefined),
    ".svc",
    ".cluster.local",
    management.replace("https://", ""),
    `.${vaultDnsSuffix}`,
    ...peers.flatMap(({ member }) => member.network.addressSpaces),
    ...proxy.noProxy,
  ];
  const settings = [
    ...(proxy.http === undefined ? [] : [["HTTP_PROXY", proxy.http] as const]),
    ...(proxy.https === undefined ? [] : [["HTTPS_PROXY", proxy.https] as const]),
    ["NO_PROXY", [...new Set(direct)].join(",")] as const,
  ].flatMap(([name, value]) => [[name, value] as const, [name.toLowerCase(), value] as const]);
  const lines = settings.map(([name, value]) => `  ${shellQuote(`${name}=${value}`)} \\\n`).join("");
  return `sed -i '/^\\(HTTP\\|HTTPS\\|NO\\|http\\|https\\|no\\)_\\(PROXY\\|proxy\\)=/d' /etc/environment
printf '%s\\n' \\
${lines}  >> /etc/environment
set -a
# shellcheck disable=SC1091
. /etc/environment
set +a
`;
}
