import type { DesignRule } from "../rule.ts";

export const reachableComponents: DesignRule = {
  id: "reachable-components",
  severity: "warning",
  requirements: ["R14", "R36", "R141"],
  asks: "The tiers hang together: users reach one, that one the next, and each store is used by somebody.",
  why: "Network policies let through only what `connectsTo` names: a tier that nobody names is cut off, or not needed.",
  example: { broken: "connectsTo: []", fixed: "connectsTo: [ratings-db]" },
  *check({ application: { components }, stores }) {
    const exposed = (index: number) => components[index]?.exposure !== undefined;
    if (!components.some((component, index) => exposed(index) || component.service === "load-balancer")) {
      yield {
        path: ["application", "components"],
        severity: "error",
        message: "no component is exposed, so users reach nothing",
        hint: "Add to the front end: exposure: { port: ..., paths: [/] }",
      };
    }
    const used = new Set(components.flatMap((component) => component.connectsTo));
    for (const [index, { name, ports, service }] of components.entries()) {
      if (ports.length === 0 || exposed(index) || service === "load-balancer" || used.has(name)) continue;
      yield {
        path: ["application", "components", index, "name"],
        message: `${name} listens, and nobody connects to it: neither users nor another component`,
        hint: "Name it in the connectsTo of those who need it, or expose it.",
      };
    }
    for (const [index, { name }] of stores.entries()) {
      if (used.has(name)) continue;
      yield {
        path: ["stores", index, "name"],
        message: `no component connects to ${name}`,
        hint: `Add it to the connectsTo of the component that reads it: connectsTo: [${name}]`,
      };
    }
  },
};
