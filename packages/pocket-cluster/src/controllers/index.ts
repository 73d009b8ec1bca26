import { accountTokenController } from "./account-tokens.ts";
import type { IssueSecretToken } from "./account-tokens.ts";
import { apiServiceController } from "./api-service.ts";
import type { ApiEndpoint } from "./api-service.ts";
import { autoscaler } from "./autoscaling/autoscaler.ts";
import type { ContainerFigures } from "./autoscaling/autoscaler.ts";
import { controllerContext } from "./controller.ts";
import type { Controller, Timers } from "./controller.ts";
import { cronJobController } from "./cron-job.ts";
import { daemonSetController } from "./daemon-set.ts";
import { deploymentController } from "./deployment/deployment-controller.ts";
import { disruptionBudgetController } from "./disruption-budget.ts";
import { endpointSliceController } from "./endpoint-slices.ts";
import { eventExpiry } from "./event-expiry.ts";
import { exposureStatusController } from "./exposure-status.ts";
import { garbageCollector } from "./garbage-collector.ts";
import { jobController } from "./job.ts";
import { namespaceController } from "./namespaces.ts";
import { persistentVolumeController } from "./persistent-volumes.ts";
import { replicaSetController } from "./replica-set.ts";
import { scheduler } from "./scheduler.ts";
import { statefulSetController } from "./stateful-set.ts";
import type { ObjectStore } from "../store/contract.ts";

export type { ContainerFigures } from "./autoscaling/autoscaler.ts";
export type { Controller, Timers } from "./controller.ts";

export interface ControllersOptions {
  readonly store: ObjectStore;
  readonly timers: Timers;
  /** PEM: what pods trust the API server by. */
  readonly rootCertificate: string;
  readonly issueSecretToken: IssueSecretToken;
  /** The Service `kubernetes`: its own address and where it leads. */
  readonly apiService: { readonly clusterIP: string; readonly endpoint: ApiEndpoint };
  /** Where Services of type LoadBalancer and Ingresses are published. */
  readonly externalAddress: string;
  /** What containers use at the moment, for autoscaling. */
  readonly usage: () => readonly ContainerFigures[];
  /** For logs; what failed is tried again. */
  readonly report: (controller: string, key: string, error: unknown) => void;
}

/** Starts every controller and the scheduler. Pure logic on the store: the simulator runs the same. */
export function startControllers(options: ControllersOptions): Controller {
  const context = controllerContext(options.store, options.timers, options.report);
  const controllers = [
    namespaceController(context, options.rootCertificate),
    accountTokenController(context, options.rootCertificate, options.issueSecretToken),
    apiServiceController(context, options.apiService.clusterIP, options.apiService.endpoint),
    garbageCollector(context),
    persistentVolumeController(context),
    scheduler(context),
    replicaSetController(context),
    deploymentController(context),
    statefulSetController(context),
    daemonSetController(context),
    jobController(context),
    cronJobController(context),
    autoscaler(context, options.usage),
    disruptionBudgetController(context),
    endpointSliceController(context),
    exposureStatusController(context, options.externalAddress),
    eventExpiry(context),
  ];
  return {
    stop: () => {
      for (const each of controllers) each.stop();
    },
  };
}
