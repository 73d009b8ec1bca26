# Whoever fills the vault. The pipeline cannot: it does not decide what a password is.
path "secret/data/holdfast/ratings-enclave/*" {
  capabilities = ["create","read","update","patch","delete"]
}

path "secret/metadata/holdfast/ratings-enclave/*" {
  capabilities = ["read","list","delete"]
}
