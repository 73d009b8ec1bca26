#!/bin/sh
# Makes this machine an agent of the pipelines at orlando. Safe to run again.
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
command -v java > /dev/null || { apt-get update && apt-get install --yes --no-install-recommends default-jre-headless; }
as_agent curl --fail --silent --show-error --output /opt/agent/agent.jar "$SERVER_URL/jnlpJars/agent.jar"
(umask 077 && printf '%s' "$AGENT_TOKEN" > /opt/agent/secret)
chown agent:agent /opt/agent/secret
unset AGENT_TOKEN
cat > /etc/systemd/system/jenkins-agent.service << UNIT
[Unit]
Description=Agent of the pipelines, label $POOL
Wants=network-online.target
After=network-online.target

[Service]
User=agent
EnvironmentFile=-/etc/environment
WorkingDirectory=/opt/agent
ExecStart=/usr/bin/java -jar agent.jar -url "$SERVER_URL" -secret @/opt/agent/secret -name orlando-agent -webSocket -workDir /opt/agent
Restart=always

[Install]
WantedBy=multi-user.target
UNIT
systemctl daemon-reload
systemctl enable --now jenkins-agent
