# The cluster of operations: the values of its own Secrets, and nothing else.
path "secret/data/holdfast/ratings-enclave/operations/registry-pull" {
  capabilities = ["read"]
}

path "secret/data/holdfast/ratings-enclave/operations/ratings-mongodb-tls" {
  capabilities = ["read"]
}
