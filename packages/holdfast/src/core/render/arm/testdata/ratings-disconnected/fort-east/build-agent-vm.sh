#!/bin/sh
# Makes this machine an agent of the pipelines at fort-east. Safe to run again.
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
id -u agent > /dev/null 2>&1 || useradd --system --user-group --create-home --home-dir /opt/agent --shell /bin/sh agent
as_agent() { HOME=/opt/agent setpriv --reuid=agent --regid=agent --init-groups "$@"; }
if [ ! -f /opt/agent/.agent ]; then
  tar --extract --gzip --file "$(ls "$work"/vsts-agent*.tar.gz)" --directory /opt/agent
  chown -R agent:agent /opt/agent
  /opt/agent/bin/installdependencies.sh
  cd /opt/agent
  export VSTS_AGENT_INPUT_TOKEN="$AGENT_TOKEN"
  as_agent ./config.sh --unattended --acceptTeeEula --replace --url "$SERVER_URL" --auth pat --pool "$POOL" --agent fort-east-agent
  ./svc.sh install agent
fi
unset AGENT_TOKEN VSTS_AGENT_INPUT_TOKEN
cd /opt/agent
./svc.sh start
