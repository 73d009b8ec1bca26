/**
 * What the other scripts have in common, sourced by each. AKS Engine writes every private key of a cluster into its output
 * folder and needs that folder again for each later command: so it lives in memory while a command runs and is stored encrypted.
 */
export const commonScript = `# shellcheck shell=bash
# Sourced by the scripts beside it, which set "here". Rendered by holdfast: change the fleet file, and render again.
#
# AKS Engine writes every private key of the cluster into its output folder, unencrypted, and needs that folder for each later
# command. So a command opens it in memory (tmpfs) only, and what is kept on disk is encrypted with age:
#   $STATE/state-000001.tar.age, state-000002.tar.age, ...   one a change, the last is valid, older ones are kept
#   $STATE/progress                                          which command began or ended last; no secret in it
# Exit codes: 0 done; 1 a tool failed; 2 refused, nothing was changed; 130 or 143 interrupted.

umask 077
here="\${here:?}"
# shellcheck source=cluster.sh
source "$here/cluster.sh"

ENGINE=aks-engine-azurestack
STATE="\${HOLDFAST_STATE_DIR:-$HOME/.local/state/holdfast/aks-engine}/$FLEET/$SITE"
WORK_ROOT="\${HOLDFAST_WORK_DIR:-\${XDG_RUNTIME_DIR:-/dev/shm}}"
WORK="$WORK_ROOT/holdfast-aks-engine-$(id -u)-$FLEET-$SITE"
OUTPUT="$WORK/_output/$DNS_PREFIX"
MODEL="$OUTPUT/apimodel.json"
GENERATIONS_KEPT=10
CHECKPOINT_SECONDS="\${HOLDFAST_CHECKPOINT_SECONDS:-5}"

engine_pid=""
sealed_digest=""
AUTH=()

say() { printf '%s\\n' "$*" >&2; }
fail() { say "error: $*"; exit 1; }
refuse() { say "refused: $*"; exit 2; }

need() {
  local tool
  for tool in "$@"; do
    command -v "$tool" > /dev/null || refuse "this machine has no $tool"
  done
}

is_guid() { [[ "$1" =~ ^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$ ]]; }

# --- The encrypted state ---------------------------------------------------------------------------------------------

newest_generation() {
  local file newest=0 number
  for file in "$STATE"/state-*.tar.age; do
    [ -e "$file" ] || continue
    number="\${file##*/state-}"
    number="\${number%.tar.age}"
    if ((10#$number > newest)); then newest=$((10#$number)); fi
  done
  printf '%s\\n' "$newest"
}

generation_file() { printf '%s/state-%06d.tar.age\\n' "$STATE" "$1"; }

output_digest() { (cd "$WORK/_output" && find . -type f -print0 | sort -z | xargs -0 sha256sum | sha256sum | cut -d ' ' -f 1); }

# Standard input to FILE, encrypted: whole or not at all.
encrypt_into() { # encrypt_into FILE
  local recipient arguments=()
  for recipient in "\${STATE_RECIPIENTS[@]}"; do arguments+=(--recipient "$recipient"); done
  age --encrypt "\${arguments[@]}" > "$1" && sync "$1"
}

# Stores a folder of $WORK as FILE.
store() { # store FOLDER FILE
  local partial="\${2%/*}/.\${2##*/}.partial"
  # The pipe fails, and nothing is renamed, where tar fails.
  tar -C "$WORK" -cf - "$1" | encrypt_into "$partial" && mv -f "$partial" "$2"
}

# Stores the output folder as the next generation, unless it is what was stored last.
seal() {
  local digest next
  [ -e "$MODEL" ] || return 0
  digest="$(output_digest)" || return 1
  [ "$digest" != "$sealed_digest" ] || return 0
  if ! jq -e . "$MODEL" > /dev/null 2>&1; then
    say "warning: apimodel.json was cut off while $ENGINE wrote it: what was stored before stays valid"
    return 0
  fi
  next=$(($(newest_generation) + 1))
  store _output "$(generation_file "$next")" || return 1
  printf '%s\\n' "$next" > "$WORK/generation" || return 1
  sealed_digest="$digest"
  rm -f "$(generation_file "$((next - GENERATIONS_KEPT))")"
}

unseal() { # unseal GENERATION
  [ -n "\${HOLDFAST_AGE_IDENTITY:-}" ] || refuse "name the file with your age identity in HOLDFAST_AGE_IDENTITY"
  # It gets its place only when it is whole: half of it must never be stored again.
  mkdir "$WORK/opening"
  age --decrypt --identity "$HOLDFAST_AGE_IDENTITY" "$(generation_file "$1")" | tar -C "$WORK/opening" -xf - ||
    fail "could not open $(generation_file "$1")"
  [ -e "$WORK/opening/_output/$DNS_PREFIX/apimodel.json" ] ||
    fail "$(generation_file "$1") has no output of the cluster $DNS_PREFIX"
  mv "$WORK/opening/_output" "$WORK/_output"
  sealed_digest="$(output_digest)"
}

wipe() {
  [ -d "$WORK" ] || return 0
  find "$WORK" -type f -exec shred --force --remove {} + 2> /dev/null || true
  rm -rf "$WORK"
}

# An earlier command was killed before it could put its output away. What it left is newer than what is stored, unless
# something was stored since.
adopt_leftovers() {
  local base=0
  if [ ! -O "$WORK" ] || [ -L "$WORK" ]; then refuse "$WORK belongs to someone else"; fi
  if [ -e "$MODEL" ] && jq -e . "$MODEL" > /dev/null 2>&1; then
    [ ! -e "$WORK/generation" ] || base="$(< "$WORK/generation")"
    [ "$base" = "$(newest_generation)" ] ||
      refuse "an earlier command left its output in $WORK, but $STATE has newer: look at both, and remove the folder"
    say "storing what an earlier command left when it was killed"
    seal || fail "could not store $OUTPUT"
  fi
  wipe
}

open_state() {
  local generation
  need age flock jq sha256sum shred tar
  [ "\${#STATE_RECIPIENTS[@]}" -gt 0 ] ||
    refuse "nobody could open the cluster's keys: name age recipients in access.stateRecipients of the fleet file, and render again"
  [ "$(stat -f -c %T "$WORK_ROOT" 2> /dev/null)" = tmpfs ] ||
    refuse "$WORK_ROOT is not in memory (tmpfs): name a folder that is in HOLDFAST_WORK_DIR"
  mkdir -p "$STATE"
  # AKS Engine inherits the lock: if this script is killed, nobody starts a second one beside an engine that still runs.
  exec 9> "$STATE/lock"
  flock -n 9 || refuse "another command works on $SITE"
  [ ! -e "$WORK" ] || adopt_leftovers
  mkdir -m 700 "$WORK"
  trap 'put_away $?' EXIT
  trap 'interrupted 130' INT
  trap 'interrupted 143' TERM HUP
  mkdir "$WORK/tmp"
  # AKS Engine and az write their own files with tokens and endpoints.
  export TMPDIR="$WORK/tmp" AZURE_CONFIG_DIR="$WORK/az"
  generation="$(newest_generation)"
  printf '%s\\n' "$generation" > "$WORK/generation"
  if [ "$generation" -gt 0 ]; then unseal "$generation"; fi
}

put_away() { # put_away EXIT-CODE
  local code="$1"
  trap - EXIT
  trap '' INT TERM HUP
  if ! seal; then
    say "error: could not store the output encrypted: it stays in $WORK, in memory only, until the next command stores it"
    exit "$((code == 0 ? 1 : code))"
  fi
  wipe
  exit "$code"
}

interrupted() { # interrupted EXIT-CODE
  say "interrupted: storing what there is; run the same script again to go on"
  if [ -n "$engine_pid" ]; then
    kill -TERM "$engine_pid" 2> /dev/null || true
    wait "$engine_pid" || true
  fi
  exit "$1"
}

# --- Progress: what was begun has to be ended before anything else ------------------------------------------------------

progress() { # progress KEY
  [ ! -e "$STATE/progress" ] || sed -n "s/^$1=//p" "$STATE/progress"
}

record() { # record OPERATION PHASE TARGET
  {
    printf 'operation=%s\\nphase=%s\\ntarget=%s\\n' "$1" "$2" "$3"
    printf 'model=%s\\n' "\${deployed_model:-$(progress model)}"
  } > "$STATE/.progress.partial"
  mv -f "$STATE/.progress.partial" "$STATE/progress"
}

is_unfinished() { [ "$(progress operation)" = "$1" ] && [ "$(progress phase)" = begun ]; }

begin() { # begin OPERATION TARGET
  if [ "$(progress phase)" = begun ] && [ "$(progress operation)" != "$1" ]; then
    refuse "$(progress operation) to $(progress target) was begun and did not end: run it again first"
  fi
  if is_unfinished "$1" && [ "$(progress target)" != "$2" ]; then
    refuse "$1 to $(progress target) was begun and did not end: end it before $1 to $2"
  fi
  record "$1" begun "$2"
}

finish() { record "$1" ended "$2"; }

# --- The right cluster ----------------------------------------------------------------------------------------------------

check_rendered_model() {
  local digest
  digest="$(sha256sum < "$here/apimodel.json" | cut -d ' ' -f 1)"
  [ "$digest" = "$MODEL_SHA256" ] ||
    refuse "apimodel.json is not the one that was rendered with these scripts: change the fleet file, and render again"
}

from_model() { jq -r "$1" "$MODEL"; }

open_cluster() {
  local what=(dnsPrefix location portal "number of control-plane nodes" pools) found=() index
  local expected=("$DNS_PREFIX" "$LOCATION" "$PORTAL_URL" "$CONTROL_PLANE_COUNT" "\${POOL_NAMES[*]}")
  open_state
  [ -e "$MODEL" ] || refuse "there is no stored output in $STATE: deploy.sh makes it, or bring it from where it is kept"
  mapfile -t found < <(from_model '.properties.masterProfile.dnsPrefix, .location,
    (.properties.customCloudProfile.portalURL | rtrimstr("/")), .properties.masterProfile.count,
    ([.properties.agentPoolProfiles[].name] | join(" "))')
  for index in "\${!what[@]}"; do
    [ "\${found[$index]:-}" = "\${expected[$index]}" ] ||
      refuse "the stored output is of another cluster: its \${what[$index]} is \${found[$index]:-}, and the fleet file's is \${expected[$index]}"
  done
}

check_engine() {
  local found
  need "$ENGINE"
  found="$("$ENGINE" version | sed -n 's/^Version: v\\{0,1\\}//p')"
  [ "$found" = "$ENGINE_VERSION" ] ||
    refuse "$ENGINE is \${found:-of an unknown version}, and the fleet file names $ENGINE_VERSION: see install-engine.sh"
}

# --- Signing in -------------------------------------------------------------------------------------------------------------

# Secrets come from the environment or from a file (which may be /dev/fd/N), never from an argument of these scripts.
# AKS Engine itself takes a client secret only as an argument: whoever can list this machine's processes sees it while a command
# runs. Keep others off the helper VM, or use authentication: client-certificate, where it takes paths.
sign_in() {
  SUBSCRIPTION_ID="\${SUBSCRIPTION_ID:-\${AZURE_SUBSCRIPTION_ID:-}}"
  CLIENT_ID="\${CLIENT_ID:-\${AZURE_CLIENT_ID:-}}"
  is_guid "$SUBSCRIPTION_ID" || refuse "set AZURE_SUBSCRIPTION_ID to the id of the subscription $SUBSCRIPTION"
  is_guid "$CLIENT_ID" || refuse "set AZURE_CLIENT_ID to the application id of the service principal"
  AUTH=(--azure-env AzureStackCloud --subscription-id "$SUBSCRIPTION_ID" --identity-system "$IDENTITY_SYSTEM"
    --auth-method "$AUTH_METHOD" --client-id "$CLIENT_ID")
  case "$AUTH_METHOD" in
    client_secret)
      client_secret="\${AZURE_CLIENT_SECRET:-}"
      if [ -n "\${AZURE_CLIENT_SECRET_FILE:-}" ]; then client_secret="$(< "$AZURE_CLIENT_SECRET_FILE")"; fi
      export -n AZURE_CLIENT_SECRET
      [ -n "$client_secret" ] || refuse "set AZURE_CLIENT_SECRET, or AZURE_CLIENT_SECRET_FILE to a file with it"
      AUTH+=(--client-secret "$client_secret")
      ;;
    client_certificate)
      [ -r "\${AZURE_CLIENT_CERTIFICATE_PATH:-}" ] || refuse "set AZURE_CLIENT_CERTIFICATE_PATH to the certificate's file"
      [ -r "\${AZURE_CLIENT_PRIVATE_KEY_PATH:-}" ] || refuse "set AZURE_CLIENT_PRIVATE_KEY_PATH to the private key's file"
      AUTH+=(--certificate-path "$AZURE_CLIENT_CERTIFICATE_PATH" --private-key-path "$AZURE_CLIENT_PRIVATE_KEY_PATH")
      ;;
  esac
}

# The az CLI on the Hub, with a configuration of its own that goes when the command ends.
sign_in_az() {
  local tenant="\${AZURE_TENANT_ID:-}"
  local as=(--service-principal --username "$CLIENT_ID" --output none)
  need az
  if [ -z "$tenant" ]; then
    [ "$IDENTITY_SYSTEM" = adfs ] || refuse "set AZURE_TENANT_ID to the directory of the service principal"
    tenant=adfs
  fi
  # az comes with a list of authorities of its own; a Hub's certificates are often of an authority that only the system knows.
  if [ -z "\${REQUESTS_CA_BUNDLE:-}" ] && [ -r /etc/ssl/certs/ca-certificates.crt ]; then
    export REQUESTS_CA_BUNDLE=/etc/ssl/certs/ca-certificates.crt
  fi
  az cloud register --name "$CLOUD_NAME" --endpoint-resource-manager "$MANAGEMENT_URL" \\
    --suffix-storage-endpoint "$STORAGE_SUFFIX" --suffix-keyvault-dns ".$VAULT_SUFFIX" \\
    --endpoint-sql-management https://notsupported --profile "$API_PROFILE" --output none
  az cloud set --name "$CLOUD_NAME" --output none
  if [ "$AUTH_METHOD" = client_secret ]; then
    # az reads an argument that begins with @ from a file, @- from standard input: so no process has the secret in its arguments.
    printf '%s' "$client_secret" | az login "\${as[@]}" --tenant "$tenant" --password @-
  else
    cat "$AZURE_CLIENT_PRIVATE_KEY_PATH" "$AZURE_CLIENT_CERTIFICATE_PATH" > "$WORK/tmp/login.pem"
    if az login --help | grep -q -e --certificate; then
      az login "\${as[@]}" --tenant "$tenant" --certificate "$WORK/tmp/login.pem"
    else
      az login "\${as[@]}" --tenant "$tenant" --password "$WORK/tmp/login.pem"
    fi
  fi
  az account set --subscription "$SUBSCRIPTION_ID" --output none
}

# --- AKS Engine ---------------------------------------------------------------------------------------------------------------

# AKS Engine works with one base image only, and the Hub's operator puts it into the marketplace.
check_base_image() {
  local found
  found="$(az vm image list --location "$LOCATION" --publisher microsoft-aks --offer aks --all \\
    --query "[?version=='$BASE_IMAGE_VERSION'] | length(@)" --output tsv)"
  [ "\${found:-0}" -gt 0 ] ||
    refuse "the Hub's marketplace has no $BASE_IMAGE_NAME $BASE_IMAGE_VERSION: ask its operator to download it"
}

remind_of_quotas() {
  say "the subscription has to have room for $VMS_NEEDED VMs and $CORES_NEEDED cores (one VM more while nodes are replaced)"
}

checkpoint() {
  local digest
  [ -e "$MODEL" ] || return 0
  digest="$(output_digest 2> /dev/null)" || return 0
  # Only what did not change since the last look: it may be half written.
  if [ "$digest" = "$seen_digest" ] && [ "$digest" != "$sealed_digest" ]; then
    seal || say "warning: could not store a checkpoint of the output"
  fi
  seen_digest="$digest"
}

# Runs in the background, so that an interruption is heard at once, and stores the output as soon as it is there: with it the
# cluster's keys outlive this machine however the command ends.
run_engine() { # run_engine COMMAND ARGUMENTS...
  local code=0
  seen_digest=""
  say "$ENGINE $1"
  (cd "$WORK" && exec "$ENGINE" "$@") &
  engine_pid=$!
  while kill -0 "$engine_pid" 2> /dev/null; do
    checkpoint
    sleep "$CHECKPOINT_SECONDS" 9>&- &
    wait "$!" || true
  done
  wait "$engine_pid" || code=$?
  engine_pid=""
  [ "$code" -eq 0 ] || fail "$ENGINE $1 ended with $code; run the same script again to go on"
}
`;
