import { expect, it } from "vitest";
import { ProbeCounter, renderMetrics } from "./metrics.ts";

it("metrics are what Prometheus reads", () => {
  const probes = new ProbeCounter();
  probes.record("a", { ok: true, reason: "", latencyMs: 2 });
  probes.record("a", { ok: false, reason: "", latencyMs: 3 });
  const status = {
    site: "a",
    role: "site",
    verdicts: { a: { state: "up", reason: "", since: "" } },
    answers: {},
    stores: [
      {
        name: 'd"b',
        role: "primary",
        durability: "replicated",
        syncStandbys: ["b"],
        lag: { b: 7 },
        since: "",
        reason: "",
      },
    ],
  } as const;
  const text = renderMetrics(status, probes, [{ transport: "udp", rcode: "NOERROR", count: 9 }]);
  expect(text.split("\n").filter((line) => !line.startsWith("#"))).toEqual([
    'holdfast_probes_total{site="a",result="ok"} 1',
    'holdfast_probes_total{site="a",result="failed"} 1',
    'holdfast_probe_seconds_sum{site="a"} 0.005',
    'holdfast_site_verdict{site="a",verdict="up"} 1',
    'holdfast_site_verdict{site="a",verdict="down"} 0',
    'holdfast_site_verdict{site="a",verdict="unknown"} 0',
    'holdfast_dns_answers_total{transport="udp",rcode="NOERROR"} 9',
    'holdfast_store_role{store="d\\"b",role="primary"} 1',
    'holdfast_store_durability{store="d\\"b",durability="replicated"} 1',
    'holdfast_store_lag_bytes{store="d\\"b",standby="b"} 7',
    "",
  ]);
  expect(text).toContain("# TYPE holdfast_probes_total counter\n");
});
