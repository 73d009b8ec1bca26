# The pipeline: reads what it deploys, and puts back the logins that it makes itself.
path "secret/data/holdfast/ratings-enclave/*" {
  capabilities = ["read"]
}

path "secret/data/holdfast/ratings-enclave/fort-west/admin" {
  capabilities = ["create","read","update","patch"]
}

path "secret/data/holdfast/ratings-enclave/fort-west/deployer" {
  capabilities = ["create","read","update","patch"]
}

path "secret/data/holdfast/ratings-enclave/fort-west/gateway" {
  capabilities = ["create","read","update","patch"]
}

path "secret/data/holdfast/ratings-enclave/fort-west/voter-login" {
  capabilities = ["create","read","update","patch"]
}

path "secret/data/holdfast/ratings-enclave/fort-east/admin" {
  capabilities = ["create","read","update","patch"]
}

path "secret/data/holdfast/ratings-enclave/fort-east/deployer" {
  capabilities = ["create","read","update","patch"]
}

path "secret/data/holdfast/ratings-enclave/fort-east/gateway" {
  capabilities = ["create","read","update","patch"]
}

path "secret/data/holdfast/ratings-enclave/fort-east/voter-login" {
  capabilities = ["create","read","update","patch"]
}

path "secret/data/holdfast/ratings-enclave/operations/admin" {
  capabilities = ["create","read","update","patch"]
}

path "secret/data/holdfast/ratings-enclave/operations/deployer" {
  capabilities = ["create","read","update","patch"]
}

path "secret/data/holdfast/ratings-enclave/operations/gateway" {
  capabilities = ["create","read","update","patch"]
}

path "secret/data/holdfast/ratings-enclave/operations/voter-login" {
  capabilities = ["create","read","update","patch"]
}
