import { realClock } from "../adapters/system/index.ts";
import { HoldfastError } from "../base/index.ts";
import { renderSite, requiredSecrets } from "../core/render/kubernetes/index.ts";
import type { Fleet, SiteName } from "../core/spec/index.ts";
import { applyManifests, RolloutError } from "../ports/index.ts";
import type { Cluster } from "../ports/index.ts";
import type { LabSecrets } from "./secrets.ts";

export interface SupplyOptions {
  /** The fleet as this site sees it. */
  readonly fleet: Fleet;
  readonly site: SiteName;
  readonly secrets: LabSecrets;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly onEvent: (text: string) => void;
}

/** What a delivery pipeline does to a site: puts the secrets there, applies the manifests, waits until all is ready. */
export async function supplySite(cluster: Cluster, options: SupplyOptions): Promise<void> {
  const { fleet, site, secrets, timeoutMs, signal, onEvent } = options;
  const manifests = renderSite(fleet, site);
  const namespaces = manifests.filter(({ kind }) => kind === "Namespace");
  for (const manifest of [...namespaces, ...secrets.manifests(requiredSecrets(fleet, site))]) {
    await cluster.apply(manifest, signal);
  }
  const onProgress = ({ kind, text }: { readonly kind: string; readonly text: string }): void => {
    if (kind === "ready" || kind === "failed") onEvent(text);
  };
  await applyManifests(cluster, manifests, { clock: realClock, signal, timeoutMs, onProgress }).catch(
    (error: unknown) => {
      throw error instanceof RolloutError ? rolloutProblems(site, error) : error;
    },
  );
  onEvent(`${manifests.length} objects applied, all ready`);
}

function rolloutProblems(site: string, error: RolloutError): HoldfastError {
  const [first, ...rest] = error.failures.map(({ reference, reason }) => ({
    code: "lab-site-failed" as const,
    message: `site ${site}: ${reference.kind} ${reference.name}: ${reason}`,
  }));
  return new HoldfastError([first ?? { code: "lab-site-failed", message: error.message }, ...rest], { cause: error });
}
