import { realClock } from "../adapters/system/index.ts";
import { HoldfastError } from "../base/index.ts";
import { renderSite, requiredSecrets } from "../core/render/kubernetes/index.ts";
import type { RequiredSecret } from "../core/render/kubernetes/index.ts";
import type { Fleet, SiteName } from "../core/spec/index.ts";
import { applyManifests, RolloutError } from "../ports/index.ts";
import type { Cluster, Manifest } from "../ports/index.ts";
import { readLogs } from "./logs.ts";
import type { LabSecrets } from "./secrets.ts";

export interface SupplyOptions {
  /** The fleet as this site sees it. */
  readonly fleet: Fleet;
  readonly site: SiteName;
  /** Where the site keeps its logs. */
  readonly folder: string;
  readonly secrets: LabSecrets;
  /** Resolves when `secrets` knows the logins at all voters. */
  readonly votersOpen: Promise<unknown>;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly onEvent: (text: string) => void;
}

/**
 * What a delivery pipeline does to a site whose namespaces are there (see openVoter): puts the secrets there, applies the
 * manifests, waits until all is ready.
 */
export async function supplySite(cluster: Cluster, options: SupplyOptions): Promise<void> {
  const { fleet, site, votersOpen } = options;
  const manifests = renderSite(fleet, site);
  const required = requiredSecrets(fleet, site);
  await putSecrets(
    cluster,
    options,
    required.filter((secret) => !isPeerLogin(secret)),
  );
  await Promise.all([
    rollOut(cluster, options, manifests),
    // The rest goes on meanwhile: a controller asks for its logins until they are there.
    votersOpen.then(() => putSecrets(cluster, options, required.filter(isPeerLogin))),
  ]);
}

function isPeerLogin({ keys }: RequiredSecret): boolean {
  return keys.some(({ source }) => source.kind === "peer-kubeconfig");
}

async function putSecrets(
  cluster: Cluster,
  { secrets, signal }: SupplyOptions,
  required: readonly RequiredSecret[],
): Promise<void> {
  for (const manifest of secrets.manifests(required)) await cluster.apply(manifest, signal);
}

async function rollOut(cluster: Cluster, options: SupplyOptions, manifests: readonly Manifest[]): Promise<void> {
  const { timeoutMs, signal, onEvent } = options;
  const onProgress = ({ kind, text }: { readonly kind: string; readonly text: string }): void => {
    if (kind === "ready" || kind === "failed") onEvent(text);
  };
  try {
    await applyManifests(cluster, manifests, { clock: realClock, signal, timeoutMs, onProgress });
  } catch (error) {
    throw error instanceof RolloutError ? await rolloutProblems(options, error) : error;
  }
  onEvent(`${manifests.length} objects applied, all ready`);
}

const LAST_WORDS = 8;

/** With the last lines that the pods wrote: the lab and its logs go away together, and they say why. */
async function rolloutProblems({ site, folder }: SupplyOptions, error: RolloutError): Promise<HoldfastError> {
  const problems = error.failures.map(async ({ reference: { kind, name }, reason }) => {
    const isWorkload = ["Deployment", "StatefulSet"].includes(kind);
    const lines = isWorkload ? await readLogs({ folder, pod: `${name}-`, tail: LAST_WORDS }).catch(() => []) : [];
    const lastWords = lines.map((line) => `\n    ${line.source} | ${line.text}`).join("");
    return { code: "lab-site-failed" as const, message: `site ${site}: ${kind} ${name}: ${reason}${lastWords}` };
  });
  const [first, ...rest] = await Promise.all(problems);
  return new HoldfastError([first ?? { code: "lab-site-failed", message: error.message }, ...rest], { cause: error });
}
