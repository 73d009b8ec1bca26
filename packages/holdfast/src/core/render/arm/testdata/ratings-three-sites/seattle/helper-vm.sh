#!/bin/sh
# Makes this machine the one that runs AKS Engine for seattle. Safe to run again.
# Environment: TOOLS_URL is a folder with a file SHA256SUMS and the files that it lists; TOOLS_SHA256 is the checksum of that list.
set -eu
umask 022
work=$(mktemp -d)
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
for tool in aks-engine-azurestack az kubectl jq age; do
  command -v "$tool" > /dev/null || { echo "the folder has no $tool" >&2; exit 1; }
done
# Another release has another base image, and refuses the one that the Hub has.
aks-engine-azurestack version | grep -qF 'v0.85.0' || { echo 'aks-engine-azurestack is not 0.85.0' >&2; exit 1; }
