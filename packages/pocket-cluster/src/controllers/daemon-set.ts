import { controllerOf, isPodAvailable, isPodFinished, isPodReady, matchesLabels } from "../objects/index.ts";
import type { DaemonSet, Pod } from "../objects/index.ts";
import type { KubeObject } from "../store/contract.ts";
import { controller, createQueue } from "./controller.ts";
import type { Controller, ControllerContext } from "./controller.ts";
import { templateHash } from "./hash.ts";
import { claim } from "./ownership.ts";
import { createPod, msUntilAvailable, nonZero } from "./replica-set.ts";

const REVISION_LABEL = "controller-revision-hash";

/** One pod on each node that the template's node selector allows. */
export function daemonSetController(context: ControllerContext): Controller {
  const sets = context.objects<DaemonSet>("apps/v1", "DaemonSet");
  const pods = context.objects<Pod>("v1", "Pod");
  const nodes = context.objects<KubeObject>("v1", "Node");
  const events = context.events("daemonset-controller");

  const queue = createQueue("daemonset", context, (namespace, name) => {
    const set = sets.get(namespace, name);
    if (set === undefined) return undefined;
    const { template, updateStrategy, minReadySeconds = 0 } = set.spec;
    const revision = templateHash(template);
    const wanted = nodes
      .list()
      .filter(({ metadata }) => matchesLabels(template.spec.nodeSelector ?? {}, metadata.labels))
      .map(({ metadata }) => metadata.name);
    const own = claim(set, set.spec.selector, pods);
    const living = own.filter((pod) => pod.metadata.deletionTimestamp === undefined);

    const remove = (pod: Pod): void => {
      pods.delete(pod);
      events.record(set, "Normal", "SuccessfulDelete", `Deleted pod: ${pod.metadata.name}`);
    };
    if (set.metadata.deletionTimestamp === undefined) {
      for (const node of wanted) {
        if (own.some(({ spec }) => spec.nodeName === node)) continue;
        const pod = createPod(
          pods,
          set,
          { ...template, spec: { ...template.spec, nodeName: node } },
          { labels: { [REVISION_LABEL]: revision } },
        );
        events.record(set, "Normal", "SuccessfulCreate", `Created pod: ${pod.metadata.name}`);
      }
      for (const pod of living) {
        const outdated = pod.metadata.labels?.[REVISION_LABEL] !== revision && updateStrategy?.type !== "OnDelete";
        if (outdated || isPodFinished(pod) || !wanted.includes(pod.spec.nodeName ?? "")) remove(pod);
      }
    }
    const now = context.timers.now();
    const current = claim(set, set.spec.selector, pods).filter((pod) => wanted.includes(pod.spec.nodeName ?? ""));
    const available = current.filter((pod) => isPodAvailable(pod, minReadySeconds, now)).length;
    sets.updateStatus(set, {
      currentNumberScheduled: current.length,
      numberMisscheduled: living.filter(({ spec }) => !wanted.includes(spec.nodeName ?? "")).length,
      desiredNumberScheduled: wanted.length,
      numberReady: current.filter(isPodReady).length,
      observedGeneration: set.metadata.generation,
      ...nonZero({
        updatedNumberScheduled: current.filter((pod) => pod.metadata.labels?.[REVISION_LABEL] === revision).length,
        numberAvailable: available,
        numberUnavailable: wanted.length - available,
      }),
    });
    return msUntilAvailable(current, minReadySeconds, now);
  });
  return controller(queue, [
    sets.watch((_, set) => queue.add(set.metadata)),
    nodes.watch((type) => {
      if (type !== "MODIFIED") for (const set of sets.list()) queue.add(set.metadata);
    }),
    pods.watch((_, pod) => {
      const owner = controllerOf(pod);
      if (owner?.kind === "DaemonSet") queue.add({ namespace: pod.metadata.namespace ?? "", name: owner.name });
    }),
  ]);
}
