import { isPodFinished } from "../objects/index.ts";
import type { Pod } from "../objects/index.ts";
import type { KubeObject } from "../store/contract.ts";
import { controller, createQueue } from "./controller.ts";
import type { Controller, ControllerContext } from "./controller.ts";

interface Claim extends KubeObject {
  readonly spec: {
    readonly accessModes?: readonly string[];
    readonly storageClassName?: string;
    readonly volumeName?: string;
    readonly volumeMode?: string;
    readonly resources?: { readonly requests?: Readonly<Record<string, string>> };
  };
  readonly status?: { readonly phase?: string };
}

interface Volume extends KubeObject {
  readonly spec: {
    readonly claimRef?: { readonly namespace?: string; readonly name: string; readonly uid?: string };
    readonly persistentVolumeReclaimPolicy?: string;
  };
  readonly status?: { readonly phase?: string };
}

const PROTECTION = "kubernetes.io/pvc-protection";
const STORAGE_CLASS = "standard";

/** Gives each claim a volume of its own (a folder of the node) at once, and keeps it as long as the claim or a pod that uses it lives. */
export function persistentVolumeController(context: ControllerContext): Controller {
  const claims = context.objects<Claim>("v1", "PersistentVolumeClaim");
  const volumes = context.objects<Volume>("v1", "PersistentVolume");
  const pods = context.objects<Pod>("v1", "Pod");
  const classes = context.objects("storage.k8s.io/v1", "StorageClass");
  const events = context.events("persistentvolume-controller");
  if (classes.get(undefined, STORAGE_CLASS) === undefined) {
    classes.create(undefined, {
      metadata: { name: STORAGE_CLASS, annotations: { "storageclass.kubernetes.io/is-default-class": "true" } },
      provisioner: "holdfast.dev/folder",
      reclaimPolicy: "Delete",
      volumeBindingMode: "Immediate",
    });
  }

  const isUsed = (claim: Claim): boolean =>
    pods.list(claim.metadata.namespace).some((pod) => {
      const uses = (pod.spec.volumes ?? []).some(
        ({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName === claim.metadata.name,
      );
      return uses && !isPodFinished(pod);
    });
  const bind = (claim: Claim): void => {
    const name = claim.spec.volumeName ?? `pvc-${claim.metadata.uid}`;
    const volume = volumes.get(undefined, name) ?? provision(claim, name);
    const bound = claims.update({ ...claim, spec: { ...claim.spec, volumeName: name } }) ?? claim;
    claims.updateStatus(bound, {
      phase: "Bound",
      accessModes: claim.spec.accessModes ?? ["ReadWriteOnce"],
      capacity: capacityOf(claim),
    });
    volumes.updateStatus(volume, { phase: "Bound" });
  };
  const provision = (claim: Claim, name: string): Volume => {
    const { namespace, uid } = claim.metadata;
    const created = volumes.create(undefined, {
      metadata: { name, annotations: { "pv.kubernetes.io/provisioned-by": "holdfast.dev/folder" } },
      spec: {
        capacity: capacityOf(claim),
        accessModes: claim.spec.accessModes ?? ["ReadWriteOnce"],
        claimRef: { apiVersion: "v1", kind: "PersistentVolumeClaim", namespace, name: claim.metadata.name, uid },
        persistentVolumeReclaimPolicy: "Delete",
        storageClassName: claim.spec.storageClassName ?? STORAGE_CLASS,
        volumeMode: claim.spec.volumeMode ?? "Filesystem",
        // Below the node's data folder.
        local: { path: `volumes/${name}` },
      },
    });
    events.record(claim, "Normal", "ProvisioningSucceeded", `Successfully provisioned volume ${name}`);
    return created;
  };

  const ofClaims = createQueue("persistentvolume-binder", context, (namespace, name) => {
    const claim = claims.get(namespace, name);
    if (claim === undefined) return undefined;
    const finalizers = claim.metadata.finalizers ?? [];
    if (claim.metadata.deletionTimestamp !== undefined) {
      if (finalizers.includes(PROTECTION) && !isUsed(claim)) {
        claims.update({
          ...claim,
          metadata: { ...claim.metadata, finalizers: finalizers.filter((each) => each !== PROTECTION) },
        });
      }
      return undefined;
    }
    const kept = finalizers.includes(PROTECTION)
      ? claim
      : claims.update({ ...claim, metadata: { ...claim.metadata, finalizers: [...finalizers, PROTECTION] } });
    if (kept !== undefined && kept.status?.phase !== "Bound") bind(kept);
    return undefined;
  });
  /** With its claim gone, a volume goes too; the node removes the folder. */
  const ofVolumes = createQueue("persistentvolume-reclaimer", context, (_, name) => {
    const volume = volumes.get(undefined, name);
    const reference = volume?.spec.claimRef;
    if (volume === undefined || reference === undefined) return undefined;
    if (claims.get(reference.namespace, reference.name)?.metadata.uid === reference.uid) return undefined;
    if (volume.spec.persistentVolumeReclaimPolicy === "Delete") volumes.delete(volume);
    else volumes.updateStatus(volume, { phase: "Released" });
    return undefined;
  });
  const watches = [
    claims.watch((type, claim) => {
      ofClaims.add(claim.metadata);
      if (type === "DELETED" && claim.spec.volumeName !== undefined) ofVolumes.add({ name: claim.spec.volumeName });
    }),
    volumes.watch((_, volume) => ofVolumes.add(volume.metadata)),
    pods.watch((_, pod) => {
      for (const { persistentVolumeClaim } of pod.spec.volumes ?? []) {
        if (persistentVolumeClaim)
          ofClaims.add({ namespace: pod.metadata.namespace ?? "", name: persistentVolumeClaim.claimName });
      }
    }),
  ];
  return {
    stop: () => {
      controller(ofClaims, watches).stop();
      ofVolumes.stop();
    },
  };
}

function capacityOf(claim: Claim): object {
  return { storage: claim.spec.resources?.requests?.["storage"] ?? "1Gi" };
}
