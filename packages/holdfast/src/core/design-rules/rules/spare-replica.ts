import type { DesignRule } from "../rule.ts";

export const spareReplica: DesignRule = {
  id: "spare-replica",
  severity: "warning",
  requirements: ["R102", "R129"],
  asks: "A component that serves others has at least two replicas at each site, and a readiness probe.",
  why: "A single replica is away whenever its node reboots or it is updated; without a probe requests go to replicas that cannot answer.",
  *check({ application }) {
    for (const [index, component] of application.components.entries()) {
      if (component.ports.length === 0) continue;
      const { replicas, name } = component;
      const fewest = replicas.kind === "fixed" ? replicas.count : replicas.min;
      if (fewest < 2) {
        yield {
          path: ["application", "components", index, "replicas", ...(replicas.kind === "fixed" ? [] : ["min"])],
          message: `${name} has ${fewest === 0 ? "no replica" : "one replica"} at a site: it is away whenever its node reboots`,
          hint: "Use at least 2 replicas.",
        };
      }
      if (component.probes.readiness === undefined) {
        yield {
          path: ["application", "components", index],
          severity: "advice",
          message: `${name} has no readiness probe, so requests reach it before it can answer`,
          hint: "Add probes.readiness: { path: ..., port: ... }",
        };
      }
    }
  },
};
