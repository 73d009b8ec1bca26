#!/bin/sh
# Rendered by holdfast. Installs what the cluster of seattle needs under the application; run it again after a change.
# With --operators also what databases/ needs: only where it runs the stores, in place of holdfast's own servers.
set -eu
cd "$(dirname "$0")"

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
helm upgrade --install nginx-ingress oci://ratingscontoso.azurecr.io/helm/nginx-ingress \
  --version 2.7.3 --namespace ingress --create-namespace \
  --values nginx-ingress/values.yaml \
  --wait --timeout 10m
kubectl apply --filename nginx-ingress/service-peers.yaml

# Certificates, and the ClusterIssuer that the fleet file names.
helm upgrade --install cert-manager oci://ratingscontoso.azurecr.io/helm/cert-manager \
  --version v1.21.2 --namespace cert-manager --create-namespace \
  --values cert-manager/values.yaml \
  --wait --timeout 10m
: "${AZURE_DNS_SUBSCRIPTION_ID:?}"
: "${AZURE_DNS_RESOURCE_GROUP:?}"
: "${AZURE_DNS_TENANT_ID:?}"
: "${AZURE_DNS_CLIENT_ID:?}"
# shellcheck disable=SC2016
envsubst '${AZURE_DNS_SUBSCRIPTION_ID} ${AZURE_DNS_RESOURCE_GROUP} ${AZURE_DNS_TENANT_ID} ${AZURE_DNS_CLIENT_ID}' <cert-manager/cluster-issuer.yaml | kubectl apply --filename -

# Logs and metrics of nodes and containers to Azure Monitor, without personal fields.
helm upgrade --install otel-node oci://ratingscontoso.azurecr.io/helm/opentelemetry-collector \
  --version 0.147.1 --namespace monitoring --create-namespace \
  --values otel-node/values.yaml \
  --wait --timeout 10m

# Metrics of controllers and Kubernetes' events to Azure Monitor, without personal fields.
helm upgrade --install otel-cluster oci://ratingscontoso.azurecr.io/helm/opentelemetry-collector \
  --version 0.147.1 --namespace monitoring --create-namespace \
  --values otel-cluster/values.yaml \
  --wait --timeout 10m

# Reboots nodes that updates left waiting, one at a time, in this site's window.
helm upgrade --install kured oci://ratingscontoso.azurecr.io/helm/kured \
  --version 6.0.0 --namespace kube-system --create-namespace \
  --values kured/values.yaml \
  --wait --timeout 10m

if [ "${1:-}" = --operators ]; then
  # Operator for MongoDB, with databases/ in place of the plain replica set.
  helm upgrade --install psmdb-operator oci://ratingscontoso.azurecr.io/helm/psmdb-operator \
    --version 1.23.0 --namespace psmdb-system --create-namespace \
    --values psmdb-operator/values.yaml \
    --wait --timeout 10m

fi
