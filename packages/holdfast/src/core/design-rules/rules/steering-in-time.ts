import { formatDuration } from "../../spec/index.ts";
import type { DesignRule } from "../rule.ts";

export const steeringInTime: DesignRule = {
  id: "steering-in-time",
  severity: "warning",
  requirements: ["R31", "R105", "R106"],
  asks: "Users leave a lost site within the RTO, and one lost probe does not send them away.",
  why: "A site is seen as lost after `fall` probes, and resolvers keep the old answer for `ttl` more: the RTO has to hold both.",
  example: { broken: "ttl: 30s", fixed: "ttl: 1s" },
  *check({ traffic, objectives }) {
    const { intervalMs, timeoutMs, fall } = traffic.probe;
    const path = ["traffic", "probe"];
    if (timeoutMs > intervalMs) {
      yield {
        path: [...path, "timeout"],
        message: `a probe may take ${formatDuration(timeoutMs)}, and the next begins after ${formatDuration(intervalMs)}: they overlap, and verdicts come late`,
        hint: `Use timeout: ${formatDuration(intervalMs)} or less.`,
      };
    }
    if (fall === 1) {
      yield {
        path: [...path, "fall"],
        message: "one lost probe counts a site as down: each dropped packet sends its users away",
        hint: "Use fall: 2 or 3.",
      };
    }
    const { rtoMs } = objectives;
    const movedMs = fall * intervalMs + timeoutMs + traffic.ttlSeconds * 1_000;
    if (rtoMs !== undefined && movedMs > rtoMs) {
      yield {
        path,
        message: `users leave a lost site after ${formatDuration(movedMs)}: ${fall} probes every ${formatDuration(intervalMs)}, a timeout of ${formatDuration(timeoutMs)} and answers kept for ${traffic.ttlSeconds}s; the RTO is ${formatDuration(rtoMs)}`,
        hint: "Probe more often, or shorten traffic.ttl.",
        related: [{ path: ["objectives", "rto"], message: "the objective" }],
      };
    }
  },
};
