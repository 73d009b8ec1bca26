import { chmod, mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Container, DownwardFile, KeyToPath, Pod, Volume } from "../objects/index.ts";
import { isInside, writeAtomically } from "./atomic-folder.ts";
import type { VolumeFile } from "./atomic-folder.ts";
import { fieldValue, resourceFieldValue } from "./field-references.ts";
import type { PodFacts } from "./field-references.ts";

/** Where volumes get their content from. */
export interface VolumeSources {
  readonly configMap: (namespace: string, name: string) => Readonly<Record<string, Buffer>> | undefined;
  readonly secret: (namespace: string, name: string) => Readonly<Record<string, Buffer>> | undefined;
  /** The folder of a bound claim, or why there is none yet. */
  readonly claim: (namespace: string, name: string) => { readonly folder: string } | { readonly trouble: string };
  readonly token: (request: TokenRequest) => { readonly token: string; readonly expiresAt: number };
}

export interface TokenRequest {
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly audience: string | undefined;
  readonly expirationSeconds: number;
  readonly pod: { readonly name: string; readonly uid: string };
}

/** A volume that cannot be set up yet; the pod waits and a FailedMount event says why. */
export class VolumeError extends Error {}

export interface PreparedVolume {
  readonly name: string;
  readonly folder: string;
  /** Its content follows the cluster's objects: a mount of one file of it is a copy. */
  readonly atomic: boolean;
  /** Outlives the pod. */
  readonly persistent: boolean;
  /** ms since the epoch when it must be written again although nothing changed: a token runs out. */
  readonly renewAt: number;
}

/** Sets up (or brings up to date) one volume of a pod below `volumesFolder`. Rejects with `VolumeError`. */
export async function prepareVolume(
  volume: Volume,
  facts: PodFacts,
  volumesFolder: string,
  sources: VolumeSources,
  now: number,
): Promise<PreparedVolume> {
  const folder = join(volumesFolder, volume.name);
  const namespace = facts.pod.metadata.namespace ?? "default";
  const plain = { name: volume.name, folder, atomic: false, persistent: false, renewAt: Infinity };
  if (volume.persistentVolumeClaim) {
    const claim = sources.claim(namespace, volume.persistentVolumeClaim.claimName);
    if ("trouble" in claim) throw new VolumeError(claim.trouble);
    await makeShared(claim.folder);
    return { ...plain, folder: claim.folder, persistent: true };
  }
  if (volume.emptyDir) {
    await makeShared(folder);
    return plain;
  }
  const collected = collectFiles(volume, namespace, facts, sources, now);
  if (collected === undefined) {
    const kind = Object.keys(volume).find((key) => key !== "name") ?? "nothing";
    throw new VolumeError(
      `${kind} volumes are not supported here; this node has configMap, secret, projected, downwardAPI, emptyDir and persistentVolumeClaim`,
    );
  }
  for (const path of collected.files.keys())
    if (!isInside(path)) throw new VolumeError(`the path "${path}" leaves the volume`);
  await writeAtomically(folder, collected.files);
  return { ...plain, atomic: true, renewAt: collected.renewAt };
}

interface Collected {
  readonly files: Map<string, VolumeFile>;
  readonly renewAt: number;
}

function collectFiles(
  volume: Volume,
  namespace: string,
  facts: PodFacts,
  sources: VolumeSources,
  now: number,
): Collected | undefined {
  const files = new Map<string, VolumeFile>();
  let renewAt = Infinity;
  const { configMap, secret, downwardAPI, projected } = volume;
  const mode = (configMap ?? secret ?? downwardAPI ?? projected)?.defaultMode ?? 0o644;
  if (configMap) {
    addKeys(files, "configmap", configMap.name ?? "", sources.configMap(namespace, configMap.name ?? ""), {
      ...configMap,
      mode,
    });
  } else if (secret) {
    addKeys(files, "secret", secret.secretName ?? "", sources.secret(namespace, secret.secretName ?? ""), {
      ...secret,
      mode,
    });
  } else if (downwardAPI) {
    addDownward(files, downwardAPI.items ?? [], facts, mode);
  } else if (projected) {
    for (const source of projected.sources ?? []) {
      const { configMap, secret, serviceAccountToken } = source;
      if (configMap)
        addKeys(files, "configmap", configMap.name ?? "", sources.configMap(namespace, configMap.name ?? ""), {
          ...configMap,
          mode,
        });
      if (secret)
        addKeys(files, "secret", secret.name ?? "", sources.secret(namespace, secret.name ?? ""), { ...secret, mode });
      if (source.downwardAPI) addDownward(files, source.downwardAPI.items ?? [], facts, mode);
      if (serviceAccountToken) {
        const { token, expiresAt } = issueToken(sources, {
          namespace,
          serviceAccount: facts.pod.spec.serviceAccountName ?? "default",
          audience: serviceAccountToken.audience,
          expirationSeconds: serviceAccountToken.expirationSeconds ?? 3600,
          pod: { name: facts.pod.metadata.name, uid: facts.pod.metadata.uid },
        });
        files.set(serviceAccountToken.path, { content: Buffer.from(token), mode });
        // As the kubelet: a new one when 80 % of the time is over.
        renewAt = Math.min(renewAt, now + 0.8 * (expiresAt - now));
      }
    }
  } else {
    return undefined;
  }
  return { files, renewAt };
}

/** The service account of a namespace that was just made may come a moment after its first pod. */
function issueToken(
  sources: VolumeSources,
  request: TokenRequest,
): { readonly token: string; readonly expiresAt: number } {
  try {
    return sources.token(request);
  } catch (error) {
    throw new VolumeError(`failed to fetch token: ${(error as Error).message}`, { cause: error });
  }
}

function addKeys(
  files: Map<string, VolumeFile>,
  kind: string,
  name: string,
  data: Readonly<Record<string, Buffer>> | undefined,
  {
    items,
    optional,
    mode,
  }: { readonly items?: readonly KeyToPath[]; readonly optional?: boolean; readonly mode: number },
): void {
  if (data === undefined) {
    if (optional === true) return;
    throw new VolumeError(`${kind} "${name}" not found`);
  }
  const wanted = items ?? Object.keys(data).map((key): KeyToPath => ({ key, path: key }));
  for (const item of wanted) {
    const content = data[item.key];
    if (content !== undefined) files.set(item.path, { content, mode: item.mode ?? mode });
    else if (optional !== true)
      throw new VolumeError(`${kind} "${name}" references non-existent ${kind} key: ${item.key}`);
  }
}

function addDownward(
  files: Map<string, VolumeFile>,
  items: readonly DownwardFile[],
  facts: PodFacts,
  mode: number,
): void {
  for (const item of items) {
    const { fieldRef, resourceFieldRef } = item;
    const container = facts.pod.spec.containers.find(({ name }): boolean => name === resourceFieldRef?.containerName);
    const value = fieldRef
      ? fieldValue(fieldRef.fieldPath, facts)
      : resourceFieldRef && container && resourceFieldValue(resourceFieldRef, container, facts);
    if (value === undefined)
      throw new VolumeError(
        `the downward API has no ${fieldRef?.fieldPath ?? resourceFieldRef?.resource ?? "such field"}`,
      );
    files.set(item.path, { content: Buffer.from(value), mode: item.mode ?? mode });
  }
}

/** A program may run as another user than the node. */
async function makeShared(folder: string): Promise<void> {
  const made = await mkdir(folder, { recursive: true, mode: 0o777 });
  if (made !== undefined) await chmod(folder, 0o777); // The umask would take the others' right to write.
}

/** The claims that a pod uses, by name. */
export function claimsOf(pod: Pod): readonly string[] {
  return (pod.spec.volumes ?? []).flatMap(({ persistentVolumeClaim }) =>
    persistentVolumeClaim ? [persistentVolumeClaim.claimName] : [],
  );
}

/** Every container of a pod, those that initialise it too. */
export function allContainers(pod: Pod): readonly Container[] {
  return [...(pod.spec.initContainers ?? []), ...pod.spec.containers];
}
