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
helm upgrade --install nginx-ingress oci://ghcr.io/nginx/charts/nginx-ingress \
  --version 2.7.3 --namespace ingress --create-namespace \
  --values nginx-ingress/values.yaml \
  --wait --timeout 10m

# Metrics of nodes, containers and controllers, alerts and dashboards, kept in the site.
helm upgrade --install kube-prometheus-stack kube-prometheus-stack --repo https://prometheus-community.github.io/helm-charts \
  --version 77.11.1 --namespace monitoring --create-namespace \
  --values kube-prometheus-stack/values.yaml \
  --values ../../_monitoring/prometheus-values.yaml \
  --wait --timeout 10m
kubectl create configmap holdfast-dashboard --namespace monitoring --from-file=holdfast.json=../../_monitoring/dashboard.json \
  --dry-run=client --output yaml | kubectl label --local --filename - grafana_dashboard=1 --output yaml | kubectl apply --filename -

if [ "${1:-}" = --operators ]; then
  # Certificates of the stores' servers.
  helm upgrade --install cert-manager oci://quay.io/jetstack/charts/cert-manager \
    --version v1.21.2 --namespace cert-manager --create-namespace \
    --values cert-manager/values.yaml \
    --wait --timeout 10m

  # Operator for PostgreSQL, with databases/ in place of holdfast's own servers.
  helm upgrade --install cloudnative-pg cloudnative-pg --repo https://cloudnative-pg.github.io/charts \
    --version 0.28.2 --namespace cnpg-system --create-namespace \
    --values cloudnative-pg/values.yaml \
    --wait --timeout 10m

  # CloudNativePG's backups to an object store; it needs cert-manager.
  helm upgrade --install plugin-barman-cloud plugin-barman-cloud --repo https://cloudnative-pg.github.io/charts \
    --version 0.4.0 --namespace cnpg-system --create-namespace \
    --values plugin-barman-cloud/values.yaml \
    --wait --timeout 10m

fi
