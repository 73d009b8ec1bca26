import { join } from "node:path";
import type { EventRecorder, Pod, Resource, Service } from "../objects/index.ts";
import type { AddressPool } from "./addresses.ts";
import type { RestartBackoff } from "./container-runner.ts";
import type { ImageCommand } from "./image-catalogue.ts";
import type { VolumeSources } from "./volumes.ts";

/** What the node gives its pods. */
export interface NodeServices {
  readonly nodeName: string;
  /** The node's own address: pods with hostNetwork have it too. */
  readonly hostIP: string;
  readonly capacity: { readonly cpu: number; readonly memory: number };
  readonly folders: SiteFolders;
  readonly images: Readonly<Record<string, ImageCommand>>;
  readonly addresses: AddressPool;
  readonly pods: Resource<Pod>;
  readonly services: Resource<Service>;
  readonly events: EventRecorder;
  readonly volumeSources: VolumeSources;
  /** The data of a ConfigMap or Secret as text. */
  readonly text: (
    kind: "ConfigMap" | "Secret",
    namespace: string,
    name: string,
  ) => Readonly<Record<string, string>> | undefined;
  /** In every container of a namespace, below what the image and the manifest say. */
  readonly environment: (namespace: string) => Readonly<Record<string, string>>;
  /** What every Node program is started with; absent: nothing. */
  readonly nodeOptions: string | undefined;
  readonly restartBackoff: RestartBackoff;
  readonly now: () => number;
}

/** Where a site keeps things; every process of the site works below `site`. */
export interface SiteFolders {
  readonly site: string;
  readonly pods: string;
  readonly logs: string;
  /** Persistent volumes: they outlive pods. */
  readonly volumes: string;
  /** A hosts file for each namespace. */
  readonly hosts: string;
}

export function siteFolders(dataDir: string): SiteFolders {
  const below = (name: string): string => join(dataDir, name);
  return { site: dataDir, pods: below("pods"), logs: below("logs"), volumes: below("volumes"), hosts: below("hosts") };
}

/** The name of a pod's folder. */
export function podFolderName(pod: Pod): string {
  return `${pod.metadata.namespace ?? "default"}_${pod.metadata.name}_${pod.metadata.uid}`;
}
