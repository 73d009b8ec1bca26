import type { SiteContext } from "./context.ts";
import { ownedLabels } from "./labels.ts";
import type { Manifest } from "./manifest.ts";

/** Nothing that needs more than the restricted standard can run in it, ours or anyone's. */
export function renderNamespace({ fleet, name: site }: SiteContext, name: string): Manifest {
  return {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: {
      name,
      labels: {
        ...ownedLabels({ fleet: fleet.name, site }),
        "pod-security.kubernetes.io/audit": "restricted",
        "pod-security.kubernetes.io/enforce": "restricted",
        "pod-security.kubernetes.io/warn": "restricted",
      },
    },
  };
}
