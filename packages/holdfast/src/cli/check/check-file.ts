import type { CheckReport } from "../../core/check-report/index.ts";
import { analyzeDesign, gravestFirst } from "../../core/design-rules/index.ts";
import { analyzeFaults } from "../../core/fault-analysis/index.ts";
import { loadFleet } from "../fleet-file.ts";

/** Reads a fleet file, and finds out all that there is to find out about it; with `against` also about the way there from an older one. */
export async function checkFile(
  file: string,
  { order, against }: { readonly order: number; readonly against?: string },
): Promise<CheckReport> {
  const after = await checkOne(file, order);
  if (against === undefined) return after;
  const before = await checkOne(against, order);
  const { checkChange, compareDesigns } = await import("../../core/change-check/index.ts");
  return {
    ...after,
    findings: gravestFirst([...after.findings, ...checkChange(before.parsed, after.parsed)]),
    change: compareDesigns(before, after),
  };
}

/** What design rules go by: findings must not depend on how much somebody wants to read. */
const ORDER_OF_RULES = 2;

async function checkOne(file: string, cutSetOrder: number): Promise<CheckReport> {
  const parsed = await loadFleet(file);
  const today = new Date().toISOString().slice(0, 10);
  const analysis = analyzeFaults(parsed.fleet, { cutSetOrder });
  const findings = analyzeDesign(parsed, { today, ...(cutSetOrder === ORDER_OF_RULES ? { faults: analysis } : {}) });
  return { file, parsed, findings, analysis };
}
