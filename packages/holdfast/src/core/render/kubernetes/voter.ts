import { grant } from "./access.ts";
import { SYSTEM_NAMESPACE } from "./context.ts";
import type { SiteContext } from "./context.ts";
import { ownedLabels } from "./labels.ts";
import type { Manifest } from "./manifest.ts";
import { VOTER_NAME, VOTER_TOKEN, registersOf } from "./voter-names.ts";

/**
 * The other sites' controllers reach the registers at this site's API server as this service account, and nothing else
 * there: whoever takes one site over with its logins gets no Secret, no pod and no data of the others.
 */
export function renderVoter(context: SiteContext): readonly Manifest[] {
  const registers = registersOf(context.fleet);
  if (registers.length === 0) return [];
  const metadata = metadataOf(context, VOTER_NAME);
  return [
    // No pod runs as it: its token goes to the other sites.
    { apiVersion: "v1", kind: "ServiceAccount", metadata, automountServiceAccountToken: false },
    ...grant(metadata, [
      // RBAC cannot limit this to the registers' names: the name of a new object is not part of what it is asked.
      { apiGroups: [""], resources: ["configmaps"], verbs: ["create"] },
      // A list or watch is of one name when its field selector says so (metadata.name=...), and only then allowed.
      {
        apiGroups: [""],
        resources: ["configmaps"],
        resourceNames: registers,
        verbs: ["get", "list", "watch", "update", "patch", "delete"],
      },
    ]),
  ];
}

/**
 * A login that stays good until this Secret goes, for no cluster can renew a token at another one. It holds nothing here: the
 * API server fills it. https://kubernetes.io/docs/concepts/configuration/secret/#serviceaccount-token-secrets
 */
export function renderVoterToken(context: SiteContext): readonly Manifest[] {
  if (registersOf(context.fleet).length === 0) return [];
  const annotations = { "kubernetes.io/service-account.name": VOTER_NAME };
  return [
    {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { ...metadataOf(context, VOTER_TOKEN), annotations },
      type: "kubernetes.io/service-account-token",
    },
  ];
}

function metadataOf({ fleet, name: site }: SiteContext, name: string): Manifest["metadata"] {
  return { name, namespace: SYSTEM_NAMESPACE, labels: ownedLabels({ fleet: fleet.name, site }) };
}
