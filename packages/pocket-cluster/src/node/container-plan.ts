import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Container } from "../objects/index.ts";
import type { ProcessPlan } from "./container-process.ts";
import { buildContainerRoot } from "./container-root.ts";
import { EnvironmentError, containerEnvironment, expand, serviceLinks } from "./environment.ts";
import type { EnvironmentSources } from "./environment.ts";
import type { PodFacts } from "./field-references.ts";
import { findImage } from "./image-catalogue.ts";
import type { NodeServices } from "./node-services.ts";
import { unsupportedAction } from "./probe-action.ts";
import { isBelow } from "./processes.ts";
import { relocator } from "./relocation.ts";
import type { Relocation } from "./relocation.ts";
import { allContainers } from "./volumes.ts";
import type { PreparedVolume } from "./volumes.ts";

/**
 * A real node holds back CPU for its own parts; here they share a machine with everything. So the processes of pods with a priority
 * class go before the others when there is not enough: a busy application must not keep a controller from renewing a lease.
 */
const ORDINARY_NICENESS = 10;

/** How to run a container now: `undefined` when its image is not in the catalogue. Rejects with `EnvironmentError` or `VolumeError`. */
export async function planContainer(
  container: Container,
  facts: PodFacts,
  podFolder: string,
  volumes: ReadonlyMap<string, PreparedVolume>,
  node: NodeServices,
): Promise<ProcessPlan | undefined> {
  const image = findImage(node.images, container.image ?? "");
  if (image === undefined) return undefined;
  const unsupported = unsupportedAction(container);
  if (unsupported !== undefined) throw new EnvironmentError(unsupported);

  const ownFolder = join(podFolder, "containers", container.name);
  const root = join(ownFolder, "root");
  const base = { ...baseEnvironment(facts, root, node), ...image.environment };
  const sources = environmentSources(facts, node);
  const unmoved = containerEnvironment(container, base, { ...sources, relocate: (text) => text });
  const relocations = await buildContainerRoot(root, container, volumes, unmoved);
  const relocate = relocator(relocations);
  const environment = withResolver(containerEnvironment(container, base, { ...sources, relocate }), node);

  const words = (texts: readonly string[] | undefined): string[] =>
    (texts ?? []).map((text) => relocate(expand(text, environment)));
  const [program, ...rest] = [
    ...(container.command ? words(container.command) : image.command),
    ...words(container.args),
  ];
  if (program === undefined) throw new EnvironmentError(`image "${container.image ?? ""}" has no command`);
  return {
    command: [program, ...rest],
    environment,
    workingFolder: await workingFolder(container, root, relocations),
    ownFolder,
    sharedFolders: [...volumes.values()].map(({ folder }) => folder),
    siteFolder: node.folders.site,
    niceness: facts.pod.spec.priority === undefined || facts.pod.spec.priority <= 0 ? ORDINARY_NICENESS : 0,
  };
}

/** A manifest's or an image's own NODE_OPTIONS come on top of the cluster's, which find its names. */
function withResolver(environment: Record<string, string>, node: NodeServices): Record<string, string> {
  const { NODE_OPTIONS } = environment;
  const { nodeOptions } = node;
  if (nodeOptions === undefined) return environment;
  return { ...environment, NODE_OPTIONS: NODE_OPTIONS === undefined ? nodeOptions : `${nodeOptions} ${NODE_OPTIONS}` };
}

function baseEnvironment({ pod }: PodFacts, root: string, node: NodeServices): Record<string, string> {
  const namespace = pod.metadata.namespace ?? "default";
  const links = pod.spec.enableServiceLinks === false ? {} : serviceLinks(node.services.list(namespace));
  return {
    ...links,
    HOSTNAME: pod.spec.hostname ?? pod.metadata.name,
    HOME: root,
    CONTAINER_ROOT: root,
    ...node.environment(namespace),
  };
}

function environmentSources(facts: PodFacts, node: NodeServices): Omit<EnvironmentSources, "relocate"> {
  const namespace = facts.pod.metadata.namespace ?? "default";
  return {
    facts,
    containers: allContainers(facts.pod),
    configMap: (name) => node.text("ConfigMap", namespace, name),
    secret: (name) => node.text("Secret", namespace, name),
  };
}

/** A workingDir in a volume is that volume's folder; any other is made below the container's root, so that it stays below the site. */
async function workingFolder(
  { workingDir }: Container,
  root: string,
  relocations: readonly Relocation[],
): Promise<string> {
  if (workingDir === undefined || workingDir === "") return root;
  const moved = relocations.find(({ mountPath }) => isBelow(workingDir, mountPath));
  const folder =
    moved === undefined ? join(root, join("/", workingDir)) : moved.path + workingDir.slice(moved.mountPath.length);
  await mkdir(folder, { recursive: true });
  return folder;
}
