import { expect, it } from "vitest";
import { newestReport } from "./index.ts";
import type { StoreReport, StoreStatus } from "./index.ts";

function report(
  site: string,
  term?: number,
  primary = "seattle",
  phase: StoreStatus["phase"] = "serving",
): StoreReport {
  const known = term === undefined ? {} : { term, primary, phase };
  return { site, store: { name: "ratings-db", role: "standby", syncStandbys: [], lag: {}, reason: "", ...known } };
}

it.each([
  { reports: [], newest: undefined },
  { reports: [report("tacoma"), report("portland", 1)], newest: "portland" },
  { reports: [report("seattle", 5, "seattle"), report("portland", 6, "seattle", "electing")], newest: "portland" },
  { reports: [report("tacoma", 6, "seattle", "electing"), report("portland", 6, "portland")], newest: "portland" },
  { reports: [report("tacoma", 6, "portland"), report("portland", 6, "portland")], newest: "portland" },
])("takes $newest's word", ({ reports, newest }) => {
  expect(newestReport(reports)?.site).toBe(newest);
  expect(newestReport(reports.toReversed())?.site).toBe(newest);
});
