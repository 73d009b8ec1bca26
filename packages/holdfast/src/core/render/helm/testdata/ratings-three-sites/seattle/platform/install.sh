#!/bin/sh
# Rendered by holdfast. Installs what the cluster of seattle needs under the application; run it again after a change.
# With --operators also what databases/ needs: only where it runs the stores, in place of holdfast's own servers.
set -eu
cd "$(dirname "$0")"

# Ingress controller: one address of the site for all paths of the application.
helm upgrade --install ingress-nginx oci://registry.bank.example/helm/ingress-nginx \
  --version 4.15.1 --namespace ingress --create-namespace \
  --values ingress-nginx/values.yaml \
  --wait --timeout 10m

# Certificates, and the ClusterIssuer that the fleet file names.
helm upgrade --install cert-manager oci://registry.bank.example/helm/cert-manager \
  --version v1.20.2 --namespace cert-manager --create-namespace \
  --values cert-manager/values.yaml \
  --wait --timeout 10m
kubectl apply --filename cert-manager/cluster-issuer.yaml

# Metrics of nodes, containers and controllers, alerts and dashboards, kept in the site.
helm upgrade --install kube-prometheus-stack oci://registry.bank.example/helm/kube-prometheus-stack \
  --version 77.11.1 --namespace monitoring --create-namespace \
  --values kube-prometheus-stack/values.yaml \
  --values ../../_monitoring/prometheus-values.yaml \
  --wait --timeout 10m
kubectl create configmap holdfast-dashboard --namespace monitoring --from-file=holdfast.json=../../_monitoring/dashboard.json \
  --dry-run=client --output yaml | kubectl label --local --filename - grafana_dashboard=1 --output yaml | kubectl apply --filename -

# Reboots nodes that updates left waiting, one at a time, in this site's window.
helm upgrade --install kured oci://registry.bank.example/helm/kured \
  --version 6.0.0 --namespace kube-system --create-namespace \
  --values kured/values.yaml \
  --wait --timeout 10m

if [ "${1:-}" = --operators ]; then
  # Operator for PostgreSQL, with databases/ in place of holdfast's own servers.
  helm upgrade --install cloudnative-pg oci://registry.bank.example/helm/cloudnative-pg \
    --version 0.28.2 --namespace cnpg-system --create-namespace \
    --values cloudnative-pg/values.yaml \
    --wait --timeout 10m

  # CloudNativePG's backups to an object store; it needs cert-manager.
  helm upgrade --install plugin-barman-cloud oci://registry.bank.example/helm/plugin-barman-cloud \
    --version 0.4.0 --namespace cnpg-system --create-namespace \
    --values plugin-barman-cloud/values.yaml \
    --wait --timeout 10m

fi
