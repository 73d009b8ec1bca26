import { membersOf } from "../../../spec/index.ts";
import type { Fleet, HostPort, Member, SiteName } from "../../../spec/index.ts";
import { platformSecrets, providerOf } from "../../access/index.ts";
import {
  PEER_KUBECONFIG,
  SYSTEM_NAMESPACE,
  VOTER_TOKEN,
  peerSecretName,
  requiredSecrets,
} from "../../kubernetes/index.ts";
import { registersOf } from "../../kubernetes/voter-names.ts";
import { hasPlatform } from "../../pipelines/scripts/cluster-stages.ts";
import { step } from "../blocks.ts";
import type { Step } from "../blocks.ts";
import { joined } from "../facts.ts";
import type { Facts } from "../facts.ts";

/** Where the fleet file has no pipeline: what its stages would do, in their order, with the contexts that are called as the places. */
export function standUpByHand(facts: Facts): readonly Step[] {
  return [...membersOf(facts.fleet).flatMap((member) => standUpAt(facts, member)), ...joinVoters(facts.fleet)];
}

function standUpAt({ fleet, hubs }: Facts, member: Member): readonly Step[] {
  const { name, role } = member;
  const scripts = [
    ...(platformSecrets(fleet, member).length === 0 ? [] : [`rendered/access/${name}/fill-platform-secrets.sh`]),
    ...(hasPlatform(fleet, member) ? [`rendered/helm/${name}/platform/install.sh`] : []),
  ];
  return [
    ...(hubs.some((hub) => hub.name === name)
      ? [
          step(
            `${name}: the network as \`rendered/arm/${name}/README.md\` says, then the cluster.`,
            `rendered/aks-engine/${name}/deploy.sh`,
            `rendered/aks-engine/${name}/attach-network.sh`,
          ),
        ]
      : []),
    ...(scripts.length === 0
      ? []
      : [
          step(
            `${name}: what stands under the application, as the cluster's administrator.`,
            `kubectl config use-context ${name}`,
            ...scripts,
          ),
        ]),
    step(
      `${name}: ${role === "witness" ? "it votes only" : "the application and its stores"}. \`fill-secrets.sh\` makes the Secrets; it says of the logins to other voters that they are not there yet, which is as it should be.`,
      `kubectl --context ${name} apply --server-side --field-manager holdfast --filename rendered/kubernetes/${name}/00-namespaces.yaml`,
      `kubectl --context ${name} apply --server-side --field-manager holdfast-access --filename rendered/access/${name}/`,
      ...fillSecrets(fleet, name),
      applyAt(name),
    ),
  ];
}

/** Everything of a place as it is rendered; what is the same already stays. */
export function applyAt(site: string): string {
  return `kubectl --context ${site} apply --server-side --field-manager holdfast --recursive --filename rendered/kubernetes/${site}/`;
}

/** For a change everywhere. */
export function applyEverywhere({ fleet, order }: Facts): Step {
  const [first = "", ...rest] = [...order, ...(fleet.witness === undefined ? [] : [fleet.witness.name])];
  return step(
    `One place after another, here ${first}; then, each when \`holdfast status\` shows that the one before is well, ${joined(rest)}.`,
    applyAt(first),
  );
}

function fillSecrets(fleet: Fleet, site: SiteName): readonly string[] {
  // Where there are voters, each place has at least their logins: not asked of each, for a fleet may have a thousand.
  return registersOf(fleet).length === 0 && requiredSecrets(fleet, site).length === 0
    ? []
    : [`kubectl config use-context ${site} && rendered/access/${site}/fill-secrets.sh`];
}

/** A new store begins when every voter answers, so without this none would. */
function joinVoters(fleet: Fleet): readonly Step[] {
  if (registersOf(fleet).length === 0) return [];
  return [
    step(
      "All places are there: give each the logins to the voters at the others. **A new store begins only when every voter answers**, so until now no database serves.",
      ...handOutLogins(fleet),
    ),
  ];
}

/** The logins of all voters, or of one, to all who need them. */
export function handOutLogins(fleet: Fleet, only?: string): readonly string[] {
  const members = membersOf(fleet);
  const voters = members.flatMap(({ name, addresses: { peering } }) => {
    const api = peering.kubernetesApi;
    return api === undefined || (only !== undefined && only !== name) ? [] : [{ name, server: hostAndPort(api) }];
  });
  const places = members.map(({ name }) => name).filter((name) => name !== only);
  if (providerOf(fleet).writable)
    return [
      ...voters.map(({ name }) => `kubectl config use-context ${name} && rendered/access/${name}/publish-login.sh`),
      ...places.flatMap((site) => fillSecrets(fleet, site)),
    ];
  return [
    "login() { # login VOTER SERVER PLACE: no value is seen on the way, and the same again changes nothing",
    `  kubectl --context "$1" --namespace ${SYSTEM_NAMESPACE} get secret ${VOTER_TOKEN} --output go-template='`,
    "apiVersion: v1",
    "kind: Config",
    "clusters:",
    `  - { name: voter, cluster: { server: "https://'"$2"'", certificate-authority-data: "{{ index .data "ca.crt" }}" } }`,
    `users: [{ name: voter, user: { token: "{{ base64decode .data.token }}" } }]`,
    "contexts: [{ name: voter, context: { cluster: voter, user: voter } }]",
    "current-context: voter",
    `' | kubectl create secret generic "${peerSecretName("$1")}" --namespace ${SYSTEM_NAMESPACE} --from-file=${PEER_KUBECONFIG}=/dev/stdin --dry-run=client --output yaml |`,
    `    kubectl --context "$3" apply --server-side --field-manager holdfast-secrets --force-conflicts --filename -`,
    "}",
    `for place in ${places.join(" ")}; do`,
    ...voters.map(({ name, server }) => `  [ "$place" = ${name} ] || login ${name} ${server} "$place"`),
    "done",
  ];
}

function hostAndPort({ host, port }: HostPort): string {
  return `${host.includes(":") ? `[${host}]` : host}:${port}`;
}
