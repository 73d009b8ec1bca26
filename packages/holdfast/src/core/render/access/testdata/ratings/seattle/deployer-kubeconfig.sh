#!/usr/bin/env bash
# Makes a kubeconfig for the pipeline's deployer at seattle, with a token that ends by itself, and writes it to the file that is named.
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
need mktemp kubectl

work="$(mktemp -d "${HOLDFAST_WORK_DIR:-${XDG_RUNTIME_DIR:-/dev/shm}}/holdfast-secrets.XXXXXX")"
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

DURATION="${DEPLOYER_TOKEN_DURATION:-2160h}"
target="${1:?usage: deployer-kubeconfig.sh FILE}"

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
install -m 600 "$work/kubeconfig" "$target"
