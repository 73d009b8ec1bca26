import type { Fleet, Member } from "../../../spec/index.ts";
import { operatedStoresAt } from "../../databases/index.ts";
import type { OperatedStore } from "../../databases/index.ts";
import { shellQuote } from "../../formats/index.ts";
import { MANAGED_BY, MANAGED_BY_LABEL, requiredSecrets } from "../../kubernetes/index.ts";
import { deployOrder } from "./deploy-order.ts";
import { WORK_FOLDER, stageScript, useKubeconfig } from "./stage-script.ts";

/**
 * The fleet file does not say who runs a store: both ways are rendered, and whoever delivers chooses. So the choice is a variable
 * of the pipeline, and every script that could put a second manager beside the first looks at it.
 */
export const OPERATED_STORES = "HOLDFAST_OPERATED_STORES";

/** Defines `operated STORE`. A name that is no store's is a mistake that would bring holdfast's own servers. */
export function operatedStores({ stores }: Fleet): string {
  const names = stores.map(({ name }) => name);
  return `# Stores that an operator runs by databases/, in place of holdfast's own servers: names, with spaces between. Default: none.
operated_stores="\${${OPERATED_STORES}:-}"
# Azure Pipelines leaves a variable that is not set as it is written.
case "$operated_stores" in \\$\\(*) operated_stores="" ;; esac
for each in $operated_stores; do
  case "$each" in ${names.join(" | ")}) ;; *) refuse "${OPERATED_STORES} names $each, which is no store of this fleet: it has ${names.join(", ")}" ;; esac
done
operated() { case " $operated_stores " in *" $1 "*) return 0 ;; esac; return 1; }
`;
}

/** True where a new store cannot begin in the order of the sites, because it needs a site that comes later. */
export function waitsForLater(fleet: Fleet, { site, after }: OperatedStore): boolean {
  const order = deployOrder(fleet).map(({ name }) => name);
  return after.some((other) => order.indexOf(other) > order.indexOf(site));
}

/** The stores of the databases family, as the administrator: a rehearsal brings a role, and the deployer reads no Secrets. */
export function databasesScript(fleet: Fleet, member: Member): string | undefined {
  const stores = operatedStoresAt(fleet, member);
  if (stores.length === 0) return undefined;
  const { namespace } = fleet.application;
  const now = stores.filter((each) => !waitsForLater(fleet, each)).map(({ store }) => store.name);
  const anyOperated = stores.map(({ store: { name } }) => `operated ${name}`).join(" || ");
  return stageScript(
    `databases.sh deploy | first-deploy | redeploy | scale | upgrade | upgrade-os-image | rotate-certs | rest | ready
The stores of ${member.name} that ${OPERATED_STORES} names, as resources of their operators; the others are left alone. Safe to run again.
Shows what will change, changes it, and waits until each store is ready. It never begins an existing store anew, and never moves its leader.
first-deploy leaves what needs a later site to the run with rest; ready changes nothing, and waits for all.
Environment: ADMIN_KUBECONFIG, the text of the administrator's kubeconfig; ${OPERATED_STORES}.`,
    ["kubectl", "diff"],
    [
      `case "\${1:-}" in
  deploy | first-deploy | redeploy | scale | upgrade | upgrade-os-image | rotate-certs | rest | ready) mode="$1" ;;
  *) refuse "usage: databases.sh deploy | first-deploy | redeploy | scale | upgrade | upgrade-os-image | rotate-certs | rest | ready" ;;
esac`,
      WORK_FOLDER,
      useKubeconfig("ADMIN_KUBECONFIG"),
      operatedStores(fleet),
      functions(namespace),
      `# What comes in another run of this script.\nlater=" "\n`,
      ...(now.length === 0 ? [] : [`[ "$mode" != rest ] || later=" ${now.join(" ")} "\n`]),
      `# Nobody may run a store twice, so this is asked first, and for every store.\n${stores.map(oneManager).join("\n")}`,
      `${stores.length === 1 ? anyOperated : `{ ${anyOperated}; }`} || { say "holdfast runs all stores here: nothing to do"; exit 0; }\n`,
      `if [ "$mode" != ready ]; then`,
      ...(requiredSecrets(fleet, member.name).length === 0 ? [] : [`  "$root/access/${member.name}/fill-secrets.sh"`]),
      ...stores.map((each) => indented(ahead(fleet, each))),
      `  [ "$missing" -eq 0 ] || refuse "a person makes these first: databases/README.md says what is in them"`,
      ...stores.map((each) => indented(change(each))),
      "fi",
      ...stores.map((each) => gate(each)),
      "",
    ].join("\n"),
  );
}

function functions(namespace: string): string {
  return `TIMEOUT="\${HEALTH_TIMEOUT:-30m}"
missing=0
in_namespace() { kubectl --namespace ${namespace} "$@"; }
exists() { # exists COMMAND...: no answer is not a no
  local found
  found="$("$@" --ignore-not-found --output name)" || refuse "the cluster does not answer: \$*"
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
    case " $keys " in *" $key "*) ;; *) say "missing: the key $key of the Secret $secret in ${namespace}"; missing=$((missing + 1)) ;; esac
  done
}
deferred() { case "$later" in *" $1 "*) return 0 ;; esac; return 1; }
apply() { in_namespace apply --server-side --field-manager holdfast --force-conflicts --filename "$@"; }
show() { # what would change; a server that would refuse it does so here, before anything is changed
  apply "$1" --dry-run=server > /dev/null
  in_namespace diff --server-side --field-manager holdfast --force-conflicts --filename "$1" >&2 || [ "$?" -eq 1 ]
}
`;
}

function indented(text: string): string {
  return text.replaceAll(/^(?=.)/gm, "  ");
}

function oneManager({ store: { name }, resource, definitions: [definition = ""] }: OperatedStore): string {
  const own = `statefulsets --selector ${MANAGED_BY_LABEL}=${MANAGED_BY},app.kubernetes.io/name=${name}`;
  return `if operated ${name}; then
  ! exists in_namespace get ${own} ||
    refuse "holdfast's own servers of ${name} are here: two managers of one database lose data. Move its data and take them away, or take ${name} out of ${OPERATED_STORES}"
elif known ${definition} && exists in_namespace get ${resource}; then
  refuse "an operator runs ${name} here, and ${OPERATED_STORES} does not name it: two managers of one database lose data"
fi`;
}

/** Everything that can be known to be wrong before a change. */
function ahead(fleet: Fleet, operated: OperatedStore): string {
  const { store, site, resource, definitions, secrets, leader, begins, after } = operated;
  const { name } = store;
  const begin =
    begins === site
      ? [
          `  case "$mode" in`,
          `    first-deploy | rest) ;;`,
          `    *) refuse "${name} is not here, and a new one of ${site} begins empty. If the store is new: first-deploy. If ${site} was lost: ${movedTo(operated)}, and redeploy ${site}" ;;`,
          `  esac`,
        ]
      : [];
  const wait = waitsForLater(fleet, operated)
    ? [
        `  if [ "$mode" = first-deploy ]; then`,
        `    later="\${later}${name} "`,
        `    say "${name} comes here when it is at ${after.join(", ")}"`,
        `  fi`,
      ]
    : [];
  const absent = [...begin, ...wait];
  const stays =
    leader === undefined
      ? []
      : [
          `  led="$(in_namespace get ${resource} --output 'jsonpath={${leader.field}}')"`,
          `  [ "\${led:-${store.engine === "mongodb" ? "false" : ""}}" = ${leader.value} ] ||`,
          `    refuse "${name}: ${leader.field} is \${led:-empty} here, and ${leader.value} in the files. A person moved it, or wants to: that is done by hand, as databases/README.md says, and then the fleet file follows"`,
        ];
  const present = stays.length === 0 ? [] : [`if exists in_namespace get ${resource}; then`, ...stays];
  const decide =
    absent.length === 0
      ? [...present, ...(present.length === 0 ? [] : ["fi"])]
      : present.length === 0
        ? [`if ! exists in_namespace get ${resource}; then`, ...absent, "fi"]
        : [...present, "else", ...absent, "fi"];
  return [
    `if operated ${name}; then`,
    ...[
      `known ${definitions.join(" ")} || refuse "the cluster lacks what ${name} needs: run the stage of the platform with ${name} in ${OPERATED_STORES}"`,
      ...decide,
      ...secrets.map(({ name: secret, keys }) => `holds ${secret} ${keys.join(" ")}`),
    ].map(indented),
    "fi",
  ].join("\n");
}

/** What the fleet file has to say before a lost site comes back as a follower. */
function movedTo({ store }: OperatedStore): string {
  return store.engine === "postgresql"
    ? "put a site that still has it first in its sites"
    : "give the highest priority to a member at a site that still has it";
}

/** Certificates first, so that what is missing there is said of them and not of servers that do not start. */
function change({ store: { name }, site, certificates }: OperatedStore): string {
  const folder = `"$root/databases/${site}/${name}`;
  return `if operated ${name} && ! deferred ${name}; then
  show ${folder}"
  apply ${folder}/certificates.yaml"
  in_namespace wait ${certificates.map((each) => `certificates.cert-manager.io/${each}`).join(" ")} --for=condition=Ready --timeout 5m
  apply ${folder}"
fi`;
}

function gate(operated: OperatedStore): string {
  const { store, resource, ready, pods } = operated;
  const { name } = store;
  const wait = `in_namespace wait ${resource} --for=${shellQuote(ready)} --timeout "$TIMEOUT"`;
  const whole =
    pods === undefined
      ? [wait]
      : [
          `if [ "$mode" = first-deploy ]; then`,
          "  # The set has no configuration before its main site is there: until then its members can only run.",
          "  for ((attempt = 1; attempt <= 60; attempt++)); do",
          `    [ "$(in_namespace get pods --selector ${pods.selector} --output name | wc -l)" -lt ${pods.count} ] || break`,
          "    sleep 10",
          "  done",
          `  in_namespace wait pods --selector ${pods.selector} --for=condition=Ready --timeout "$TIMEOUT"`,
          "else",
          `  ${wait}`,
          "fi",
        ];
  return [
    `if operated ${name} && ! deferred ${name}; then`,
    `  # Its operator looks at a change in a few seconds: what it said before the change must not count.`,
    `  [ "$mode" = ready ] || sleep "\${HEALTH_SETTLE:-30}"`,
    ...whole.map(indented),
    `  say "${name} is ready at ${operated.site}"`,
    "fi",
  ].join("\n");
}
