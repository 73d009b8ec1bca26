import { describe } from "vitest";
import type { Edit } from "../../spec/testing/examples.ts";
import type { RuleCase } from "../testing/test-rule.ts";
import { testRule } from "../testing/test-rule.ts";
import { steeringInTime } from "./steering-in-time.ts";

const PROBE = "probe: { path: /healthz, interval: 500ms, timeout: 300ms, fall: 3, rise: 2 }";
const probe = (settings: string, findings: string[], ...edits: Edit[]): RuleCase => ({
  what: `${findings.length === 0 ? "takes" : "objects to"} ${settings}${edits.map(([, to]) => `, ${to}`).join("")}`,
  example: "ratings",
  edits: [[PROBE, `probe: { path: /healthz, ${settings} }`], ...edits],
  findings,
});

describe("steering-in-time (R31, R105, R106)", () => {
  testRule(steeringInTime, [
    probe("interval: 500ms, timeout: 501ms, fall: 3", ["warning traffic.probe.timeout"]),
    probe("interval: 500ms, timeout: 500ms, fall: 3", []),
    probe("interval: 500ms, timeout: 300ms, fall: 1", ["warning traffic.probe.fall"]),
    probe("interval: 500ms, timeout: 300ms, fall: 2", []),
    // 3 x 1 s + 1 s + 1 s of ttl is the RTO of 5 s.
    probe("interval: 1s, timeout: 1s, fall: 3", []),
    probe("interval: 1s, timeout: 1s, fall: 4", ["warning traffic.probe"]),
    probe("interval: 1s, timeout: 1s, fall: 3", ["warning traffic.probe"], ["ttl: 1s", "ttl: 2s"]),
    probe("interval: 30s, timeout: 10s, fall: 4", [], ["  rto: 5s\n", ""]),
  ]);
});
