#!/usr/bin/env bash
# Tells HashiCorp Vault who may read what. Log in before, as someone who may write policies. Safe to run again.
# Rendered by holdfast from the fleet file: change that one, and render again.
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
root="$(dirname "$here")"

vault policy write holdfast-ratings-enclave-pipeline "$here/policies/pipeline.hcl"
vault policy write holdfast-ratings-enclave-administrator "$here/policies/administrator.hcl"
# The pipeline's tokens are good for one stage. Its role id and a secret id go into the pipeline's own secret variables
# VAULT_ROLE_ID and VAULT_SECRET_ID:
#   vault read auth/approle/role/holdfast-ratings-enclave-pipeline/role-id
#   vault write -force auth/approle/role/holdfast-ratings-enclave-pipeline/secret-id
vault auth list -format=json | grep -q '"approle/"' || vault auth enable approle
vault write auth/approle/role/holdfast-ratings-enclave-pipeline token_policies=holdfast-ratings-enclave-pipeline token_ttl=2h token_max_ttl=4h secret_id_num_uses=0

# One login method a cluster, so that a token of one site opens nothing of another. Set each up once with the cluster's address
# and certificate: vault write auth/kubernetes-SITE/config kubernetes_host=... kubernetes_ca_cert=@ca.crt
for site in fort-west fort-east operations; do
  vault policy write "holdfast-ratings-enclave-$site" "$root/$site/vault/policy.hcl"
  vault auth list -format=json | grep -q "\"kubernetes-$site/\"" || vault auth enable -path="kubernetes-$site" kubernetes
  vault write "auth/kubernetes-$site/role/holdfast-ratings-enclave" - < "$root/$site/vault/role.json"
done
