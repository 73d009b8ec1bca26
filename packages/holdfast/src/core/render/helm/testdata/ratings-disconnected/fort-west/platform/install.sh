#!/bin/sh
# Rendered by holdfast. Installs what the cluster of fort-west needs under the application; run it again after a change.
# With --operators also what databases/ needs: only where it runs the stores, in place of holdfast's own servers.
set -eu
cd "$(dirname "$0")"

# Fills Kubernetes Secrets from the vault.
helm upgrade --install external-secrets oci://registry.enclave.example/helm/external-secrets \
  --version 2.0.0 --namespace external-secrets --create-namespace \
  --values external-secrets/values.yaml \
  --wait --timeout 10m

# Ingress controller: one address of the site for all paths of the application.
for other in traefik ingress-nginx; do
  if helm status "$other" --namespace ingress >/dev/null 2>&1; then
    echo "ingress controller $other is still here: drain this site, then: helm uninstall $other --namespace ingress" >&2
    exit 1
  fi
done
# For clients that ask for no name, Traffic Manager's probes among them: signed by nobody, and nobody should trust it.
if ! kubectl get secret ingress-default-server --namespace ingress >/dev/null 2>&1; then
  kubectl create namespace ingress --dry-run=client --output yaml | kubectl apply --filename -
  keys=$(umask 077 && mktemp -d)
  openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -subj /CN=default.invalid \
    -keyout "$keys/tls.key" -out "$keys/tls.crt" 2>/dev/null
  kubectl create secret tls ingress-default-server --namespace ingress --cert "$keys/tls.crt" --key "$keys/tls.key"
  rm -r "$keys"
fi
helm upgrade --install nginx-ingress oci://registry.enclave.example/helm/nginx-ingress \
  --version 2.7.3 --namespace ingress --create-namespace \
  --values nginx-ingress/values.yaml \
  --wait --timeout 10m
kubectl apply --filename nginx-ingress/service-peers.yaml

# Certificates, and the ClusterIssuer that the fleet file names.
helm upgrade --install cert-manager oci://registry.enclave.example/helm/cert-manager \
  --version v1.21.2 --namespace cert-manager --create-namespace \
  --values cert-manager/values.yaml \
  --wait --timeout 10m
kubectl apply --filename cert-manager/cluster-issuer.yaml

# Metrics of nodes, containers and controllers, alerts and dashboards, kept in the site.
helm upgrade --install kube-prometheus-stack oci://registry.enclave.example/helm/kube-prometheus-stack \
  --version 77.11.1 --namespace monitoring --create-namespace \
  --values kube-prometheus-stack/values.yaml \
  --values ../../_monitoring/prometheus-values.yaml \
  --wait --timeout 10m
kubectl create configmap holdfast-dashboard --namespace monitoring --from-file=holdfast.json=../../_monitoring/dashboard.json \
  --dry-run=client --output yaml | kubectl label --local --filename - grafana_dashboard=1 --output yaml | kubectl apply --filename -

# Reboots nodes that updates left waiting, one at a time, in this site's window.
helm upgrade --install kured oci://registry.enclave.example/helm/kured \
  --version 6.0.0 --namespace kube-system --create-namespace \
  --values kured/values.yaml \
  --wait --timeout 10m

if [ "${1:-}" = --operators ]; then
  # Operator for MongoDB, with databases/ in place of the plain replica set.
  helm upgrade --install psmdb-operator oci://registry.enclave.example/helm/psmdb-operator \
    --version 1.23.0 --namespace psmdb-system --create-namespace \
    --values psmdb-operator/values.yaml \
    --wait --timeout 10m

fi
