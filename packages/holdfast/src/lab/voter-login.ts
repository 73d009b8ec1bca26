import { setTimeout as sleep } from "node:timers/promises";
import { SYSTEM_NAMESPACE, VOTER_NAME, VOTER_TOKEN, renderSite } from "../core/render/kubernetes/index.ts";
import type { Fleet, SiteName } from "../core/spec/index.ts";
import { ClusterError } from "../ports/index.ts";
import type { Cluster } from "../ports/index.ts";

/** How the other sites' controllers log in at a voter; both as its API server keeps them, in base64. */
export interface VoterLogin {
  readonly token: string;
  readonly certificateAuthority: string;
}

const LOOK_AGAIN_MS = 10;

/**
 * Applies what a site's login for its peers needs, before anything else of the site, so that no site waits for another's
 * rollout; answers the login as soon as the API server has made it. Undefined: the fleet has nothing to vote on.
 */
export async function openVoter(
  cluster: Cluster,
  { fleet, site, timeoutMs, signal }: OpenVoterOptions,
): Promise<VoterLogin | undefined> {
  const manifests = renderSite(fleet, site).filter(
    ({ kind, metadata }) => kind === "Namespace" || [VOTER_NAME, VOTER_TOKEN].includes(metadata.name),
  );
  for (const manifest of manifests) await cluster.apply(manifest, signal);
  if (!manifests.some(({ kind }) => kind === "Secret")) return undefined;
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const login = await readLogin(cluster, signal);
    if (login !== undefined) return login;
    if (performance.now() > deadline) throw new ClusterError("timeout", `${site}: ${VOTER_TOKEN} was not filled`);
    await sleep(LOOK_AGAIN_MS, undefined, { signal });
  }
}

interface OpenVoterOptions {
  /** The fleet as this site sees it. */
  readonly fleet: Fleet;
  readonly site: SiteName;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

async function readLogin(cluster: Cluster, signal: AbortSignal): Promise<VoterLogin | undefined> {
  const reference = { apiVersion: "v1", kind: "Secret", namespace: SYSTEM_NAMESPACE, name: VOTER_TOKEN };
  const secret = await cluster.get(reference, signal);
  const { token, "ca.crt": certificateAuthority } = (secret?.["data"] ?? {}) as Readonly<Record<string, string>>;
  return token === undefined || certificateAuthority === undefined ? undefined : { token, certificateAuthority };
}

/** JSON is YAML, too. */
export function kubeconfigFor(server: string, { token, certificateAuthority }: VoterLogin): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "voter", cluster: { server, "certificate-authority-data": certificateAuthority } }],
    users: [{ name: "voter", user: { token: Buffer.from(token, "base64").toString("utf8") } }],
    contexts: [{ name: "voter", context: { cluster: "voter", user: "voter" } }],
    "current-context": "voter",
  });
}
