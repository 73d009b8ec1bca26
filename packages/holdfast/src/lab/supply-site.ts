import { realClock } from "../adapters/system/index.ts";
import { HoldfastError } from "../base/index.ts";
import { renderSite, requiredSecrets } from "../core/render/kubernetes/index.ts";
import type { Fleet, SiteName } from "../core/spec/index.ts";
import { applyManifests, RolloutError } from "../ports/index.ts";
import type { Cluster } from "../ports/index.ts";
import { readLogs } from "./logs.ts";
import type { LabSecrets } from "./secrets.ts";

export interface SupplyOptions {
  /** The fleet as this site sees it. */
  readonly fleet: Fleet;
  readonly site: SiteName;
  /** Where the site keeps its logs. */
  readonly folder: string;
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
