import type { Platform } from "../../spec/index.ts";
import type { SiteContext } from "./context.ts";

/** Azure's own service: its load balancers and storage classes are not those of AKS Engine, and not those of others. */
export function isAks(platform: Platform): boolean {
  return platform.kind === "kubernetes" && /^(?:aks|azure kubernetes service)\b/i.test(platform.distribution ?? "");
}

/** Classes that AKS Engine makes under names that other clusters do not have, and what AKS has instead. */
const ENGINE_CLASSES: Readonly<Record<string, string>> = {
  "managed-standard": "managed-csi",
  "managed-premium": "managed-csi-premium",
};

/**
 * A store has one class in the file and may have members on different platforms: a claim of a class that is not there waits for
 * ever. A name of AKS Engine's is taken to mean its like on AKS, and on other clusters the default; any other name was chosen by
 * people, who know where they made it. Undefined is the cluster's default. https://learn.microsoft.com/azure/aks/concepts-storage#storage-classes
 */
export function storageClassAt({ platform }: Pick<SiteContext, "platform">, className: string | undefined) {
  const isEngines = className !== undefined && className in ENGINE_CLASSES;
  if (platform.kind === "azure-stack-hub" || !isEngines) return className;
  return isAks(platform) ? ENGINE_CLASSES[className] : undefined;
}
