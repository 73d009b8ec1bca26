import type { SiteContext } from "./context.ts";
import { secretsAt } from "./secrets.ts";
import type { RequiredSecret, SecretSource } from "./secrets.ts";
import { PEER_KUBECONFIG, VOTER_TOKEN, peerSecretName, registersOf } from "./voter-names.ts";

/** For people who make them: names and purposes, never a value that is secret. */
export function describeSecrets(context: SiteContext): string {
  const logins: PeerLogin[] = [];
  const others: RequiredSecret[] = [];
  for (const secret of secretsAt(context)) {
    const source = secret.keys.find(({ key }) => key === PEER_KUBECONFIG)?.source;
    if (source?.kind === "peer-kubeconfig") logins.push({ secret, voter: source.voter, server: source.server });
    else others.push(secret);
  }
  return [
    `# Secrets that ${context.name} needs\n`,
    ...(others.length === 0 && logins.length === 0 ? ["This site's manifests refer to no Secret.\n"] : []),
    ...(others.length === 0
      ? []
      : ["Make these Secrets before the manifests are applied. No value stands in any file of holdfast.\n"]),
    ...others.map(describeSecret),
    ...describeLogins(context, logins),
  ].join("\n");
}

function describeSecret({ namespace, name, type, keys, sameAtEverySite }: RequiredSecret): string {
  return [
    `## ${namespace}/${name}\n`,
    `Type \`${type}\`, ${sameAtEverySite ? "the same at every site" : "each site has its own"}.\n`,
    "| key | purpose | value |",
    "| --- | --- | --- |",
    ...keys.map(({ key, purpose, source }) => `| \`${key}\` | ${purpose} | ${describeSource(source)} |`),
    "",
  ].join("\n");
}

function describeSource(source: SecretSource): string {
  switch (source.kind) {
    case "fixed":
      return `\`${source.value}\``;
    case "random":
      return "random, URL-safe";
    case "template":
      return `\`${source.template}\``;
    case "given":
      return "yours";
    case "peer-kubeconfig":
      return `a kubeconfig for \`${source.server}\``;
  }
}

interface PeerLogin {
  readonly secret: RequiredSecret;
  readonly voter: string;
  readonly server: string;
}

/** All at once, because a fleet of a thousand sites has a thousand at each; and how to make them, because no vault has them. */
function describeLogins({ name: site, fleet }: SiteContext, logins: readonly PeerLogin[]): readonly string[] {
  const [first] = logins;
  if (first === undefined) return [];
  const { namespace } = first.secret;
  const registers = registersOf(fleet).map((name) => `\`${name}\``);
  return [
    "## Logins to the other voters\n",
    `Type \`Opaque\`, each site has its own. The controller keeps ${registers.join(", ")} with the voters there: a login may`,
    "do that, and nothing else. Make these once the manifests were applied at the voter, and again when its token is",
    "replaced; the controller asks for them until they are there, and reads them again when it is refused.\n",
    "| Secret | key | voter | server |",
    "| --- | --- | --- | --- |",
    ...logins.map(
      ({ secret, voter, server }) =>
        `| \`${secret.namespace}/${secret.name}\` | \`${PEER_KUBECONFIG}\` | ${voter} | \`${server}\` |`,
    ),
    "",
    `The voter's API server puts its token and its certificate authority into its Secret \`${namespace}/${VOTER_TOKEN}\`. With`,
    "kubectl contexts that are called as the sites, this makes one of them, and no value is seen on the way:\n",
    "```sh",
    `voter=${first.voter} server=${first.server}`,
    `kubectl --context $voter --namespace ${namespace} get secret ${VOTER_TOKEN} --output go-template='`,
    "apiVersion: v1",
    "kind: Config",
    "clusters:",
    `  - { name: voter, cluster: { server: "'$server'", certificate-authority-data: "{{ index .data "ca.crt" }}" } }`,
    `users: [{ name: voter, user: { token: "{{ base64decode .data.token }}" } }]`,
    "contexts: [{ name: voter, context: { cluster: voter, user: voter } }]",
    "current-context: voter",
    `' | kubectl --context ${site} --namespace ${namespace} create secret generic ${peerSecretName("$voter")} --from-file=${PEER_KUBECONFIG}=/dev/stdin`,
    "```",
    "",
  ];
}
