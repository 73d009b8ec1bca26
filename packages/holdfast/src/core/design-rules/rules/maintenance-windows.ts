import { formatDuration } from "../../spec/index.ts";
import type { Fleet, Site } from "../../spec/index.ts";
import type { DesignRule, Violation } from "../rule.ts";

/** Draining a node, its reboot and its being ready again, with time to spare. */
const REBOOT_MINUTES = 15;
const DAY_MS = 86_400_000;

export const maintenanceWindows: DesignRule = {
  id: "maintenance-windows",
  severity: "warning",
  requirements: ["R128", "R129"],
  asks: "Each site has a window in which nodes reboot one by one, long enough for all of them.",
  why: "Without a window nodes reboot when users are there; in one that is too short some never do.",
  example: {
    broken: '- { site: seattle, days: [tu], start: "02:00", duration: 1h, timeZone: America/Los_Angeles }',
    fixed: '- { site: seattle, days: [tu], start: "02:00", duration: 3h, timeZone: America/Los_Angeles }',
  },
  *check(fleet) {
    const { maintenance, sites } = fleet;
    // Clusters that somebody else built are patched by them.
    const built = sites.filter((site) => site.cluster !== undefined);
    if (built.length === 0) return;
    if (maintenance.reboots === "manual") return; // node-updates says it.
    const without = built.filter((site) => !maintenance.windows.some((window) => window.site === site.name));
    if (without.length > 0) {
      yield {
        path: ["maintenance", "windows"],
        message: `nodes of ${without.map((site) => site.name).join(" and ")} reboot at any time, at both sites at once as well`,
        hint: 'Add a window for each site: { site: ..., days: [tu], start: "02:00", duration: 3h }',
      };
    }
    yield* checkLengths(fleet, built);
  },
};

function* checkLengths({ maintenance }: Fleet, built: readonly Site[]): Iterable<Violation> {
  for (const [index, { site: name, durationMs }] of maintenance.windows.entries()) {
    const path = ["maintenance", "windows", index, "duration"];
    const cluster = built.find((site) => site.name === name)?.cluster;
    if (durationMs > DAY_MS) {
      yield {
        path,
        severity: "advice",
        message: `a window of ${formatDuration(durationMs)} runs into the next day's: nodes reboot at any time`,
        hint: "Use a few hours.",
      };
    }
    if (cluster === undefined) continue;
    const nodes = cluster.controlPlane.count + cluster.workerPools.reduce((sum, pool) => sum + pool.count, 0);
    const neededMs = nodes * REBOOT_MINUTES * 60_000;
    if (durationMs < neededMs) {
      yield {
        path,
        message: `${nodes} nodes that reboot one by one take up to ${formatDuration(neededMs)}, and the window is ${formatDuration(durationMs)}: some wait for the next one`,
        hint: `Use duration: ${formatDuration(neededMs)} or more.`,
      };
    }
  }
}
