#!/usr/bin/env bash
# Makes a kubeconfig for the pipeline's deployer at fort-east, with a token that ends by itself, and puts it into HashiCorp Vault at https://vault.enclave.example.
# The current kubectl context is that cluster's administrator. Run it again before the token ends: each run of the cluster's stage does.
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
need mktemp kubectl vault

work="$(mktemp -d "${HOLDFAST_WORK_DIR:-${XDG_RUNTIME_DIR:-/dev/shm}}/holdfast-secrets.XXXXXX")"
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

DURATION="${DEPLOYER_TOKEN_DURATION:-2160h}"
export VAULT_ADDR="${VAULT_ADDR:-https://vault.enclave.example}"
MOUNT="${VAULT_MOUNT:-secret}"

# With an AppRole in the environment the pipeline logs in by itself; the token lives as long as this script.
if [ -z "${VAULT_TOKEN:-}" ] && [ -n "${VAULT_ROLE_ID:-}" ]; then
  VAULT_TOKEN="$(printf '%s' "$VAULT_SECRET_ID" | vault write -field=token auth/approle/login role_id="$VAULT_ROLE_ID" secret_id=-)"
  export VAULT_TOKEN
fi

fetch() { # fetch PATH#FIELD FILE
  vault kv get -mount="$MOUNT" -field="${1##*#}" "${1%#*}" > "$2"
}

put() { # put PATH#FIELD FILE: the other fields stay
  vault kv patch -mount="$MOUNT" "${1%#*}" "${1##*#}=@$2" > /dev/null 2>&1 ||
    vault kv put -mount="$MOUNT" -cas=0 "${1%#*}" "${1##*#}=@$2" > /dev/null
}

present() { # present PATH#FIELD
  if fetch "$1" "$work/value" 2> "$work/trouble"; then return 0; fi
  grep -q -e 'No value found' -e 'not present in secret' "$work/trouble" || refuse "cannot look for $1: $(< "$work/trouble")"
  return 1
}

kubectl config view --minify --flatten --output jsonpath='{.clusters[0].cluster.server}' > "$work/server"
kubectl config view --minify --flatten --output jsonpath='{.clusters[0].cluster.certificate-authority-data}' > "$work/ca"
kubectl create token holdfast-deployer --namespace holdfast-system --duration "$DURATION" > "$work/token"
cat > "$work/kubeconfig" << END
apiVersion: v1
kind: Config
clusters:
  - { name: fort-east, cluster: { server: "$(< "$work/server")", certificate-authority-data: "$(< "$work/ca")" } }
users: [{ name: deployer, user: { token: "$(< "$work/token")" } }]
contexts: [{ name: fort-east, context: { cluster: fort-east, user: deployer } }]
current-context: fort-east
END
put 'holdfast/ratings-enclave/fort-east/deployer#kubeconfig' "$work/kubeconfig"
