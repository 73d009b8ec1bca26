#!/usr/bin/env bash
# Gives the whole cluster new certificates. The Kubernetes API is away while the control plane takes them: drain the site first.
# Run again after an interruption, it goes on with the certificates that it made the first time.
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
# shellcheck source=common.sh
source "$here/common.sh"

check_engine
[ -r "${HOLDFAST_SSH_KEY:-}" ] || refuse "set HOLDFAST_SSH_KEY to the file with the nodes' private SSH key"
ssh=(--ssh-host "$SSH_HOST" --linux-ssh-private-key "$HOLDFAST_SSH_KEY")
open_cluster
sign_in

made="$OUTPUT/_rotate_certs_output/apimodel.json"
again=()
if is_unfinished rotate-certs && [ -e "$made" ]; then
  say "going on with the certificates that were made before"
  jq .properties.certificateProfile "$made" > "$WORK/certificates.json"
  # Part of the control plane may have them already, and not answer.
  again=(--certificate-profile "$WORK/certificates.json" --force)
else
  rm -rf "$OUTPUT/_rotate_certs_output" "$OUTPUT/_rotate_certs_backup"
fi

begin rotate-certs certificates
run_engine rotate-certs --api-model "$MODEL" --location "$LOCATION" --resource-group "$RESOURCE_GROUP" \
  "${ssh[@]}" "${again[@]}" "${AUTH[@]}"
finish rotate-certs certificates
say "$SITE has new certificates: hand out kubeconfig files and the controllers' logins again"
