import { controllerContext } from "./controller.ts";
import type { Controller, Timers } from "./controller.ts";
import { deploymentController } from "./deployment/deployment-controller.ts";
import { endpointSliceController } from "./endpoint-slices.ts";
import { exposureStatusController } from "./exposure-status.ts";
import { garbageCollector } from "./garbage-collector.ts";
import { namespaceController } from "./namespaces.ts";
import { persistentVolumeController } from "./persistent-volumes.ts";
import { replicaSetController } from "./replica-set.ts";
import { scheduler } from "./scheduler.ts";
import { statefulSetController } from "./stateful-set.ts";
import type { ObjectStore } from "../store/contract.ts";

export type { Controller, Timers } from "./controller.ts";

export interface ControllersOptions {
  readonly store: ObjectStore;
  readonly timers: Timers;
  /** PEM: what pods trust the API server by. */
  readonly rootCertificate: string;
  /** Where Services of type LoadBalancer and Ingresses are published. */
  readonly externalAddress: string;
  /** For logs; what failed is tried again. */
  readonly report: (controller: string, key: string, error: unknown) => void;
}

/** Starts every controller and the scheduler. Pure logic on the store: the simulator runs the same. */
export function startControllers(options: ControllersOptions): Controller {
  const context = controllerContext(options.store, options.timers, options.report);
  const controllers = [
    namespaceController(context, options.rootCertificate),
    garbageCollector(context),
    persistentVolumeController(context),
    scheduler(context),
    replicaSetController(context),
    deploymentController(context),
    statefulSetController(context),
    endpointSliceController(context),
    exposureStatusController(context, options.externalAddress),
  ];
  return {
    stop: () => {
      for (const each of controllers) each.stop();
    },
  };
}
