import { expect, it } from "vitest";
import type { Fleet } from "../../spec/index.ts";
import { fleetNamed } from "../testing/examples.ts";
import { controllersView } from "./controllers-view.ts";
import { kubernetesFamily, renderedSites } from "./index.ts";

const fleet = fleetNamed("ratings-azure-stack-hub");

function contents(of: Fleet): readonly string[] {
  return [...kubernetesFamily.render(of, new Set(renderedSites(of)))].flatMap(({ files }) =>
    files.map(({ path, content }) => `${path}\n${content}`),
  );
}

/** What is decided about a fleet beside its clusters: none of them may notice. */
const elsewhere: Readonly<Record<string, Partial<Fleet>>> = {
  "an accepted finding": {
    checks: { suppress: [{ rule: "lease-timing", reason: "measured on this link", until: "2027-03-31" }] },
  },
  "a driver": { drivers: ["latency"] },
  "a figure that predictions go by": { assumptions: { ...fleet.assumptions, peakCpuPerSite: "7" } },
  "a link's latency": { links: fleet.links.map((link) => ({ ...link, latencyMs: 77 })) },
  "the lab's user": { lab: { ...fleet.lab, user: { ...fleet.lab.user, readsPerSecond: 7 } } },
};

it.each(Object.entries(elsewhere))("%s changes no file of a cluster", (_, change) => {
  const changed = { ...fleet, ...change };
  expect(changed).not.toEqual(fleet);
  expect(contents(changed)).toEqual(contents(fleet));
});

it("what a controller acts on changes its configuration, and restarts it", () => {
  const before = controllersView(fleet);
  const after = controllersView({ ...fleet, objectives: { ...fleet.objectives, rpoMs: 1 } });
  expect(after.json).not.toBe(before.json);
  expect(after.digest).not.toBe(before.digest);
});
