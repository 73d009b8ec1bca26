import type * as Parser from "@actions/workflow-parser";
import { describe, expect, it } from "vitest";
import { bundledPackage } from "../testing/bundled-package.ts";
import { deliveredFleets } from "../testing/delivered-fleets.ts";
import { fileOf } from "../testing/example-fleets.ts";
import { pipelinesFamily } from "./index.ts";

const parser = await bundledPackage<typeof Parser>("@actions/workflow-parser");

/** What GitHub says of a workflow when it is pushed: unknown keys, missing ones, wrong types, expressions, needs that lead nowhere. */
async function problemsOf(content: string): Promise<readonly string[]> {
  const { context, value } = parser.parseWorkflow(
    { name: "deliver.yml", content },
    new parser.NoOperationTraceWriter(),
  );
  if (value !== undefined) await parser.convertWorkflowTemplate(context, value);
  return context.errors.getErrors().map(({ message }) => message);
}

describe("GitHub's own parser of workflows", () => {
  const delivered = deliveredFleets.filter(({ fleet }) => fleet.delivery.kind === "github-actions");

  it.each(delivered)("accepts $name (R28, R132)", async ({ fleet }) => {
    expect(await problemsOf(fileOf(pipelinesFamily, fleet, "github-actions.yml"))).toEqual([]);
  });

  const sound = fileOf(pipelinesFamily, delivered[0]!.fleet, "github-actions.yml");
  it.each([
    ["an unknown key", "timeout-minutes: 15", "timeout-minute: 15", /Unexpected value 'timeout-minute'/],
    ["a job without a runner", "    runs-on: ubuntu-latest\n", "", /runs-on/],
    ["a job that waits for one that is not there", "      - check\n", "      - chek\n", /chek/],
    ["a context that is not there", "inputs.mode ||", "input.mode ||", /Unrecognized named-value: 'input'/],
    ["a function that is not there", "!failure()", "!failed()", /Unrecognized function: 'failed'/],
    ["a right that is not there", "security-events: write", "security-event: write", /security-event/],
    ["an event that is not there", "  workflow_dispatch:", "  workflow_dispatched:", /workflow_dispatched/],
    ["text for a number", "timeout-minutes: 15", "timeout-minutes: soon", /soon/],
  ])("refuses %s", async (_, from, to, problem) => {
    expect(sound).toContain(from);
    expect((await problemsOf(sound.replace(from, to))).join("\n")).toMatch(problem);
  });
});
