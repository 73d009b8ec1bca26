import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { allFiles, fleetNamed, fleets } from "../../testing/examples.ts";
import { helmFamily } from "../index.ts";
import { alertsOf, prometheusGroups, promql } from "./alerts.ts";
import { dashboard } from "./dashboard.ts";
import { queryRules } from "./query-rules.ts";

/** The controller's own source: what it does not write there is no metric. */
const controllerMetrics = [
  ...readFileSync(join(import.meta.dirname, "../../../../controller/metrics.ts"), "utf8").matchAll(/"(holdfast_\w+)"/g),
].map((match) => match[1]!);

describe("alerts and dashboards", () => {
  it.each(fleets)("of $name rest on metrics that controllers give (R30, R45)", ({ name }) => {
    const fleet = fleetNamed(name);
    expect(controllerMetrics.length).toBeGreaterThan(5);
    const text = JSON.stringify([prometheusGroups(fleet), queryRules(fleet), dashboard(fleet)]);
    const named = new Set(text.match(/holdfast_\w+/g));
    expect(named.size).toBeGreaterThan(1);
    for (const metric of named) expect(controllerMetrics).toContain(metric);
  });

  it("tell of a lost site, a lagging standby, a lost lease and a copy too few (R30)", () => {
    const rules = alertsOf(fleetNamed("ratings")).map(promql);
    expect(rules).toEqual(
      expect.arrayContaining([
        'max by (site) (holdfast_site_verdict{verdict="down"}) > 0',
        "max by (store, standby) (holdfast_store_lag_bytes) > 16777216",
        'max by (store) (holdfast_store_role{role="fenced"}) > 0',
        'max by (store) (holdfast_store_durability{durability="local-only"}) > 0',
      ]),
    );
  });
});

describe("rules of Azure Monitor", () => {
  const fleet = fleetNamed("ratings-azure-stack-hub");
  const rules = queryRules(fleet);

  it("tell of each alert, of a silent controller and of what a cluster says of itself, each once (R30)", () => {
    const names = rules.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const { name } of alertsOf(fleet)) expect(names).toContain(name);
    expect(names).toEqual(expect.arrayContaining(["ControllerSilent", "NodeNotReady", "RestoreFailed"]));
  });

  it("split by columns that their query has, and ask for nothing that the collector does not send", () => {
    for (const { query, dimensions } of rules) {
      for (const dimension of dimensions) expect(query).toMatch(new RegExp(`\\b${dimension}\\b( = |: string)`));
      for (const [table = ""] of query.matchAll(/\bKube\w+|\bContainer(?:Log|Inventory)\w*|\bPerf\b/g))
        expect.fail(table);
      expect(query).not.toContain("kube_");
      expect(query.startsWith("[")).toBe(false);
    }
  });

  it("look at least five minutes back, for what Azure takes in is minutes old", () => {
    for (const { everyMinutes, windowMinutes } of rules)
      expect(windowMinutes).toBeGreaterThanOrEqual(Math.max(5, everyMinutes));
  });
});

// What a reader of YAML sees; a test that reads a field that is not there fails by itself.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Data = any;

/** The statements of the rendered collector, run as it runs them: its RE2 expressions are ones that JavaScript has, too. */
function scrubbed(
  line: string,
  path = "seattle/platform/otel-node/values.yaml",
  fleet = fleetNamed("ratings-azure-stack-hub"),
): string {
  const values = parse(allFiles(helmFamily, fleet).find((file) => file.path === path)!.content);
  const [log] = values.config.processors["transform/scrub"].log_statements as Data[];
  return (log.statements as string[]).reduce((text, statement) => {
    const match = /^replace_pattern\(body, ("(?:[^"\\]|\\.)*"), ("(?:[^"\\]|\\.)*")\)$/.exec(statement);
    if (match === null) return text;
    const [, flags = "", pattern = ""] = /^(?:\(\?([is]+)\))?(.*)$/s.exec(JSON.parse(match[1]!) as string)!;
    // `$$` is the collector's own escape for `$`.
    const replacement = (JSON.parse(match[2]!) as string).replaceAll("$$", "$").replaceAll(/\$\{(\d)\}/g, "$$$1");
    return text.replaceAll(new RegExp(pattern, `g${flags}`), replacement);
  }, line);
}

describe("what leaves a site", () => {
  const PERSON = "203.0.113.77";
  it.each([
    ["JSON", `{"level":"info","raterIp":"${PERSON}","rating":4}`, '{"level":"info","raterIp":"[removed]","rating":4}'],
    ["spaced JSON", `{ "userIp" : "anna@example.com" }`, '{ "userIp" : "[removed]" }'],
    ["a name with a quote in it", String.raw`{"userIp":"an\"na","x":1}`, '{"userIp":"[removed]","x":1}'],
    ["a number", '{"raterIp":3405803853,"x":1}', '{"raterIp":"[removed]","x":1}'],
    ["key=value", "rated raterIp=anna rating=4", "rated raterIp=[removed] rating=4"],
    ["a query", "GET /rate?userIp=anna&rating=4 HTTP/1.1", "GET /rate?userIp=[removed]&rating=4 HTTP/1.1"],
    ["another case", '{"RATERIP":"anna"}', '{"RATERIP":"[removed]"}'],
    ["an access log", `${PERSON} - - "GET / HTTP/1.1" 200 612`, '[removed] - - "GET / HTTP/1.1" 200 612'],
    ["an address of IPv6", "2001:db8:0:1::77 - GET /", "[removed] - GET /"],
  ])("as %s has no personal field (R5, R6, R62)", (_, line, clean) => {
    expect(scrubbed(line)).toBe(clean);
  });

  it.each([
    ["an object", '{"userIp":{"a":{"name":"anna"},"b":1},"x":"anna"}'],
    ["a list", '{"raterIp":["bob",["anna"]]}'],
    ["JSON within JSON", String.raw`{"message":"{\"raterIp\":\"anna\",\"x\":1}"}`],
    ["several lines", '{"userIp":{\n"name":"anna"\n}}'],
  ])("as %s loses the value, and rather more than less (R5)", (_, line) => {
    expect(scrubbed(line)).not.toContain("anna");
    expect(scrubbed(line)).toContain("[removed]");
  });

  it("keeps what is nobody's: levels, paths, times, counts (R6)", () => {
    const line = '2026-11-26T10:00:00Z info rated {"itemRated":["7e0f7575"],"rating":4,"raterIps":0}';
    expect(scrubbed(line)).toBe(line);
  });

  it("passes the scrubbing on its way out, whatever it is, and stops where that fails (R5)", () => {
    const fleet = fleetNamed("ratings-azure-stack-hub");
    const files = allFiles(helmFamily, fleet).filter(({ path }) => /otel-\w+\/values\.yaml$/.test(path));
    expect(files).toHaveLength(4);
    for (const { content } of files) {
      const { processors, service } = parse(content).config;
      for (const pipeline of [service.pipelines.logs, service.pipelines.metrics])
        expect(pipeline.processors).toContain("transform/scrub");
      expect(service.pipelines.logs.processors.indexOf("filter/unreadable")).toBeGreaterThan(
        service.pipelines.logs.processors.indexOf("transform/scrub"),
      );
      expect(processors["transform/scrub"].error_mode).toBe("propagate");
      expect(processors["transform/scrub"].metric_statements[0].statements).toContain(
        'delete_key(attributes, "raterIp")',
      );
    }
  });

  it("is no label of a metric that Prometheus keeps, either (R5, R29)", () => {
    const fleet = fleetNamed("ratings-disconnected");
    const { prometheus } = parse(
      allFiles(helmFamily, fleet).find(({ path }) => path.endsWith("kube-prometheus-stack/values.yaml"))!.content,
    );
    expect(prometheus.prometheusSpec.scrapeClasses[0]).toMatchObject({
      default: true,
      metricRelabelings: [{ action: "labeldrop", regex: "raterIp|userIp" }],
    });
  });
});
