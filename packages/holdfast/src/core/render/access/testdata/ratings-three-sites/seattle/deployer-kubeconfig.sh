#!/usr/bin/env bash
# Makes a kubeconfig for the pipeline's deployer at seattle, with a token that ends by itself, and puts it into Azure Key Vault ratings-global-kv.
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
need mktemp kubectl az

work="$(mktemp -d "${HOLDFAST_WORK_DIR:-${XDG_RUNTIME_DIR:-/dev/shm}}/holdfast-secrets.XXXXXX")"
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

DURATION="${DEPLOYER_TOKEN_DURATION:-2160h}"
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

kubectl config view --minify --flatten --output jsonpath='{.clusters[0].cluster.server}' > "$work/server"
kubectl config view --minify --flatten --output jsonpath='{.clusters[0].cluster.certificate-authority-data}' > "$work/ca"
kubectl create token holdfast-deployer --namespace holdfast-system --duration "$DURATION" > "$work/token"
cat > "$work/kubeconfig" << END
apiVersion: v1
kind: Config
clusters:
  - { name: seattle, cluster: { server: "$(< "$work/server")", certificate-authority-data: "$(< "$work/ca")" } }
users: [{ name: deployer, user: { token: "$(< "$work/token")" } }]
contexts: [{ name: seattle, context: { cluster: seattle, user: deployer } }]
current-context: seattle
END
put seattle--deployer--kubeconfig "$work/kubeconfig"
