import type { Manifest } from "../render/kubernetes/index.ts";

/**
 * The fields that readiness is read from, as the API documents them; a server leaves out what is zero or not known yet.
 * https://kubernetes.io/docs/reference/kubernetes-api/
 */
export interface Observed extends Manifest {
  readonly metadata: Manifest["metadata"] & { readonly generation?: number; readonly deletionTimestamp?: string };
  readonly spec?: {
    readonly replicas?: number;
    readonly type?: string;
    readonly completions?: number;
    readonly selector?: { readonly matchLabels?: Readonly<Record<string, string>> };
    readonly updateStrategy?: { readonly type?: string };
  };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly replicas?: number;
    readonly updatedReplicas?: number;
    readonly readyReplicas?: number;
    readonly availableReplicas?: number;
    readonly currentRevision?: string;
    readonly updateRevision?: string;
    readonly succeeded?: number;
    readonly phase?: string;
    readonly conditions?: readonly Condition[];
    readonly loadBalancer?: { readonly ingress?: readonly unknown[] };
    readonly containerStatuses?: readonly ContainerStatus[];
    readonly initContainerStatuses?: readonly ContainerStatus[];
  };
}

export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
}

export interface ContainerStatus {
  readonly name: string;
  readonly ready: boolean;
  readonly restartCount?: number;
  readonly state?: {
    readonly waiting?: { readonly reason?: string; readonly message?: string };
    readonly terminated?: { readonly reason?: string; readonly exitCode?: number };
  };
  readonly lastState?: { readonly terminated?: { readonly reason?: string; readonly exitCode?: number } };
}

export function conditionOf(object: Observed, type: string): Condition | undefined {
  return object.status?.conditions?.find((condition) => condition.type === type);
}
