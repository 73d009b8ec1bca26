# The cluster of fort-west: the values of its own Secrets, and nothing else.
path "secret/data/holdfast/ratings-enclave/fort-west/registry-pull" {
  capabilities = ["read"]
}

path "secret/data/holdfast/ratings-enclave/fleet/ratings-mongodb-app" {
  capabilities = ["read"]
}

path "secret/data/holdfast/ratings-enclave/fleet/ratings-mongodb-system" {
  capabilities = ["read"]
}

path "secret/data/holdfast/ratings-enclave/fort-west/ratings-mongodb-tls" {
  capabilities = ["read"]
}
