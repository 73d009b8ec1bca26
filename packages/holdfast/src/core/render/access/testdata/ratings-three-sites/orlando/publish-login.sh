#!/usr/bin/env bash
# Hands the login of orlando's voter to the other sites through Azure Key Vault ratings-global-kv.
# The current kubectl context is the cluster of orlando, as the deployer. Run it again after the token was replaced.
# Rendered by holdfast from the fleet file: change that one, and render again.
set -euo pipefail
set +x
umask 077

say() { printf '%s\n' "$*" >&2; }
refuse() { say "refused: $*"; exit 2; }
need() {
  local tool
  for tool in "$@"; do command -v "$tool" > /dev/null || refuse "this machine has no $tool"; done
}
need mktemp kubectl az

work="$(mktemp -d "${HOLDFAST_WORK_DIR:-${XDG_RUNTIME_DIR:-/dev/shm}}/holdfast-secrets.XXXXXX")"
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

VAULT=ratings-global-kv

# Sign in before: az login, with an identity that may get secrets (and set them, where a script puts some there).
fetch() { # fetch REFERENCE FILE
  rm -f "$2"
  az keyvault secret download --vault-name "$VAULT" --name "$1" --file "$2" --encoding utf-8 --output none
}

put() { # put REFERENCE FILE
  az keyvault secret set --vault-name "$VAULT" --name "$1" --file "$2" --encoding utf-8 --output none
}

present() { # present REFERENCE
  if [ ! -e "$work/names" ]; then
    az keyvault secret list --vault-name "$VAULT" --query '[].name' --output tsv > "$work/names" || refuse "cannot look into $VAULT"
  fi
  grep -qixF -e "$1" "$work/names"
}

kubectl --namespace holdfast-system get secret holdfast-voter-token --output go-template='
apiVersion: v1
kind: Config
clusters:
  - { name: voter, cluster: { server: "https://10.101.1.239:443", certificate-authority-data: "{{ index .data "ca.crt" }}" } }
users: [{ name: voter, user: { token: "{{ base64decode .data.token }}" } }]
contexts: [{ name: voter, context: { cluster: voter, user: voter } }]
current-context: voter
' > "$work/kubeconfig"
! grep -q '{ token. "" }' "$work/kubeconfig" || refuse "the API server has not filled holdfast-voter-token yet: run this again in a moment"
put orlando--voter-login--kubeconfig "$work/kubeconfig"
