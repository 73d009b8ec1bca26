import type { SiteStatus } from "../api-contract/index.ts";
import type { AnswerCount, TimedSample } from "../ports/index.ts";

interface ProbeFigures {
  ok: number;
  failed: number;
  secondsSum: number;
}

/** Counts what happened; everything else that is measured stands in the status already. */
export class ProbeCounter {
  readonly #bySite = new Map<string, ProbeFigures>();

  record(site: string, sample: TimedSample): void {
    const figures = this.#bySite.get(site) ?? { ok: 0, failed: 0, secondsSum: 0 };
    this.#bySite.set(site, figures);
    if (sample.ok) figures.ok += 1;
    else figures.failed += 1;
    figures.secondsSum += sample.latencyMs / 1000;
  }

  figures(): ReadonlyMap<string, Readonly<ProbeFigures>> {
    return this.#bySite;
  }
}

/** https://prometheus.io/docs/instrumenting/exposition_formats/ (text format 0.0.4) */
export function renderMetrics(status: SiteStatus, probes: ProbeCounter, answers: readonly AnswerCount[]): string {
  const verdicts = Object.entries(status.verdicts);
  const figures = [...probes.figures()];
  return [
    family("holdfast_probes_total", "counter", "Probes of a site by result.", [
      ...figures.map(([site, { ok }]) => [{ site, result: "ok" }, ok] as const),
      ...figures.map(([site, { failed }]) => [{ site, result: "failed" }, failed] as const),
    ]),
    family("holdfast_probe_seconds_sum", "counter", "Time that probes of a site took.", [
      ...figures.map(([site, { secondsSum }]) => [{ site }, secondsSum] as const),
    ]),
    family("holdfast_site_verdict", "gauge", "1 for this observer's verdict on a site, 0 for the others.", [
      ...verdicts.flatMap(([site, { state }]) =>
        ["up", "down", "unknown"].map((verdict) => [{ site, verdict }, verdict === state ? 1 : 0] as const),
      ),
    ]),
    family("holdfast_dns_answers_total", "counter", "DNS answers by transport and rcode.", [
      ...answers.map(({ transport, rcode, count }) => [{ transport, rcode }, count] as const),
    ]),
    family("holdfast_store_role", "gauge", "1 for the role of this site's database.", [
      ...status.stores.map(({ name, role }) => [{ store: name, role }, 1] as const),
    ]),
    family(
      "holdfast_store_durability",
      "gauge",
      "1 for who holds an acknowledged commit; said by the primary's site.",
      [
        ...status.stores.flatMap(({ name, durability }) =>
          durability === undefined ? [] : [[{ store: name, durability }, 1] as const],
        ),
      ],
    ),
    family("holdfast_store_lag_bytes", "gauge", "WAL that a standby has not flushed yet; said by the primary's site.", [
      ...status.stores.flatMap(({ name, lag }) =>
        Object.entries(lag).map(([standby, bytes]) => [{ store: name, standby }, bytes] as const),
      ),
    ]),
  ].join("");
}

function family(
  name: string,
  type: "counter" | "gauge",
  help: string,
  samples: readonly (readonly [Readonly<Record<string, string>>, number])[],
): string {
  if (samples.length === 0) return "";
  const lines = samples.map(([labels, value]) => {
    const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escapeLabel(text)}"`);
    return `${name}{${pairs.join(",")}} ${value}\n`;
  });
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join("")}`;
}

function escapeLabel(text: string): string {
  return text.replace(/[\\"\n]/g, (char) => (char === "\n" ? "\\n" : `\\${char}`));
}
