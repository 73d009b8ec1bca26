#!/usr/bin/env bash
# databases.sh deploy | first-deploy | redeploy | scale | upgrade | upgrade-os-image | rotate-certs | rest | ready
# The stores of denver that HOLDFAST_OPERATED_STORES names, as resources of their operators; the others are left alone. Safe to run again.
# Shows what will change, changes it, and waits until each store is ready. It never begins an existing store anew, and never moves its leader.
# first-deploy leaves what needs a later site to the run with rest; ready changes nothing, and waits for all.
# Environment: ADMIN_KUBECONFIG, the text of the administrator's kubeconfig; HOLDFAST_OPERATED_STORES.
# Rendered by holdfast from the fleet file: change that one, and render again.
set -euo pipefail
set +x
umask 077
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)"

say() { printf '%s\n' "$*" >&2; }
refuse() { say "refused: $*"; exit 2; }
need() {
  local tool
  for tool in "$@"; do command -v "$tool" > /dev/null || refuse "this machine has no $tool"; done
}
need kubectl diff

case "${1:-}" in
  deploy | first-deploy | redeploy | scale | upgrade | upgrade-os-image | rotate-certs | rest | ready) mode="$1" ;;
  *) refuse "usage: databases.sh deploy | first-deploy | redeploy | scale | upgrade | upgrade-os-image | rotate-certs | rest | ready" ;;
esac
work="$(mktemp -d "${HOLDFAST_WORK_DIR:-${XDG_RUNTIME_DIR:-/dev/shm}}/holdfast-stage.XXXXXX")"
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

[ -n "${ADMIN_KUBECONFIG:-}" ] || refuse "set ADMIN_KUBECONFIG to the kubeconfig (its text, not a path)"
printf '%s\n' "$ADMIN_KUBECONFIG" > "$work/kubeconfig"
unset ADMIN_KUBECONFIG
export KUBECONFIG="$work/kubeconfig"

# Stores that an operator runs by databases/, in place of holdfast's own servers: names, with spaces between. Default: none.
operated_stores="${HOLDFAST_OPERATED_STORES:-}"
# Azure Pipelines leaves a variable that is not set as it is written.
case "$operated_stores" in \$\(*) operated_stores="" ;; esac
for each in $operated_stores; do
  case "$each" in ratings-db) ;; *) refuse "HOLDFAST_OPERATED_STORES names $each, which is no store of this fleet: it has ratings-db" ;; esac
done
operated() { case " $operated_stores " in *" $1 "*) return 0 ;; esac; return 1; }

TIMEOUT="${HEALTH_TIMEOUT:-30m}"
missing=0
in_namespace() { kubectl --namespace ratingsapp "$@"; }
exists() { # exists COMMAND...: no answer is not a no
  local found
  found="$("$@" --ignore-not-found --output name)" || refuse "the cluster does not answer: $*"
  [ -n "$found" ]
}
known() { # known DEFINITION...: the cluster has these kinds
  local definition
  for definition in "$@"; do exists kubectl get customresourcedefinitions "$definition" || return 1; done
}
holds() { # holds SECRET KEY...: looks at names of keys only
  local secret="$1" keys key
  shift
  # shellcheck disable=SC2016 # The template's variables, not the shell's.
  keys="$(in_namespace get secret "$secret" --ignore-not-found --output 'go-template={{range $key, $value := .data}}{{$key}} {{end}}')" ||
    refuse "the cluster does not say whether there is the Secret $secret"
  for key in "$@"; do
    case " $keys " in *" $key "*) ;; *) say "missing: the key $key of the Secret $secret in ratingsapp"; missing=$((missing + 1)) ;; esac
  done
}
deferred() { case "$later" in *" $1 "*) return 0 ;; esac; return 1; }
apply() { in_namespace apply --server-side --field-manager holdfast --force-conflicts --filename "$@"; }
show() { # what would change; a server that would refuse it does so here, before anything is changed
  apply "$1" --dry-run=server > /dev/null
  in_namespace diff --server-side --field-manager holdfast --force-conflicts --filename "$1" >&2 || [ "$?" -eq 1 ]
}

# What comes in another run of this script.
later=" "

# Nobody may run a store twice, so this is asked first, and for every store.
if operated ratings-db; then
  ! exists in_namespace get statefulsets --selector app.kubernetes.io/managed-by=holdfast,app.kubernetes.io/name=ratings-db ||
    refuse "holdfast's own servers of ratings-db are here: two managers of one database lose data. Move its data and take them away, or take ratings-db out of HOLDFAST_OPERATED_STORES"
elif known clusters.postgresql.cnpg.io && exists in_namespace get clusters.postgresql.cnpg.io/ratings-db; then
  refuse "an operator runs ratings-db here, and HOLDFAST_OPERATED_STORES does not name it: two managers of one database lose data"
fi
operated ratings-db || { say "holdfast runs all stores here: nothing to do"; exit 0; }

if [ "$mode" != ready ]; then
  "$root/access/denver/fill-secrets.sh"
  if operated ratings-db; then
    known clusters.postgresql.cnpg.io scheduledbackups.postgresql.cnpg.io objectstores.barmancloud.cnpg.io certificates.cert-manager.io issuers.cert-manager.io || refuse "the cluster lacks what ratings-db needs: run the stage of the platform with ratings-db in HOLDFAST_OPERATED_STORES"
    if exists in_namespace get clusters.postgresql.cnpg.io/ratings-db; then
      led="$(in_namespace get clusters.postgresql.cnpg.io/ratings-db --output 'jsonpath={.spec.replica.primary}')"
      [ "${led:-}" = seattle ] ||
        refuse "ratings-db: .spec.replica.primary is ${led:-empty} here, and seattle in the files. A person moved it, or wants to: that is done by hand, as databases/README.md says, and then the fleet file follows"
    else
      if [ "$mode" = first-deploy ]; then
        later="${later}ratings-db "
        say "ratings-db comes here when it is at seattle"
      fi
    fi
    holds ratings-db-ca tls.crt tls.key
    holds ratings-db-app username password
    holds ratings-db-backup-orlando AZURE_STORAGE_ACCOUNT_NAME AZURE_STORAGE_ACCOUNT_KEY
  fi
  [ "$missing" -eq 0 ] || refuse "a person makes these first: databases/README.md says what is in them"
  if operated ratings-db && ! deferred ratings-db; then
    show "$root/databases/denver/ratings-db"
    apply "$root/databases/denver/ratings-db/certificates.yaml"
    in_namespace wait certificates.cert-manager.io/ratings-db-server certificates.cert-manager.io/ratings-db-replication --for=condition=Ready --timeout 5m
    apply "$root/databases/denver/ratings-db"
  fi
fi
if operated ratings-db && ! deferred ratings-db; then
  # Its operator looks at a change in a few seconds: what it said before the change must not count.
  [ "$mode" = ready ] || sleep "${HEALTH_SETTLE:-30}"
  in_namespace wait clusters.postgresql.cnpg.io/ratings-db --for=condition=Ready --timeout "$TIMEOUT"
  say "ratings-db is ready at denver"
fi
