import { cpuMillicores, quantityBytes } from "../../spec/index.ts";
import type { DesignRule } from "../rule.ts";

/** Below, every request starts a replica; above, a replica is full before the next one is ready. */
const [LOWEST_TARGET, HIGHEST_TARGET] = [20, 90];

export const autoscaling: DesignRule = {
  id: "autoscaling",
  severity: "warning",
  requirements: ["R38", "R51", "R52"],
  asks: "What scales by CPU requests CPU, has room between its fewest and most replicas, and a target that leaves time.",
  why: "The autoscaler divides CPU in use by CPU requested. When a site is lost the others get its users at once: they must be able to grow.",
  example: {
    broken: "replicas: { min: 2, max: 2, targetCpu: 30% }",
    fixed: "replicas: { min: 2, max: 10, targetCpu: 30% }",
  },
  *check({ application }) {
    for (const [index, { name, replicas, resources }] of application.components.entries()) {
      const path = ["application", "components", index];
      if (replicas.kind === "autoscaled") {
        if (cpuMillicores(resources.requests.cpu) === 0) {
          yield {
            path: [...path, "resources", "requests", "cpu"],
            severity: "error",
            message: `${name} scales by the CPU it uses of what it requests, and requests none`,
            hint: "Request what one replica uses under its usual load.",
            related: [{ path: [...path, "replicas"], message: "it scales" }],
          };
        }
        if (replicas.min === replicas.max) {
          yield {
            path: [...path, "replicas", "max"],
            severity: "advice",
            message: `${name} cannot scale: its fewest and most replicas are both ${replicas.max}`,
            hint: `Raise max, or write replicas: ${replicas.max}`,
          };
        }
        const { targetCpuPercent: target } = replicas;
        if (target < LOWEST_TARGET || target > HIGHEST_TARGET) {
          yield {
            path: [...path, "replicas", "targetCpu"],
            message:
              target > HIGHEST_TARGET
                ? `${name} scales at ${target}% CPU, when its replicas are full already`
                : `${name} scales at ${target}% CPU: it would have its most replicas nearly always`,
            hint: "Use 50% to 80% for most programs.",
          };
        }
      } else if (cpuMillicores(resources.requests.cpu) === 0) {
        yield {
          path: [...path, "resources", "requests", "cpu"],
          message: `${name} requests no CPU: the scheduler puts any number of its replicas on one node`,
          hint: "Request what one replica uses under its usual load.",
        };
      }
      if (quantityBytes(resources.requests.memory) === 0) {
        yield {
          path: [...path, "resources", "requests", "memory"],
          message: `${name} requests no memory: its replicas are the first to be killed when a node is short of it`,
          hint: "Request what one replica uses under its usual load.",
        };
      }
    }
  },
};
