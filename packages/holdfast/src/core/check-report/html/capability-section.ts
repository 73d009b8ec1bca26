import type { CapabilityAnalysis, FaultComponent, Importance } from "../../fault-analysis/index.ts";
import type { CheckReport } from "../check-report.ts";
import {
  capabilityNames,
  describeCutSet,
  formatAvailability,
  formatPart,
  formatSpan,
  isForUsers,
  isNever,
  labelsOf,
  meetsAvailability,
} from "../words.ts";
import { markup } from "./markup.ts";
import type { Content, Markup } from "./markup.ts";

const LARGER_SETS_MAX = 60;
const CONTRIBUTORS_MAX = 3;

export function capabilitySection({ analysis, parsed: { fleet } }: CheckReport): Markup {
  const labels = labelsOf(analysis);
  const byId = new Map(analysis.components.map((component) => [component.id, component]));
  const { availabilityPercent } = fleet.objectives;
  return markup`<section id="availability">
    <h2>What it can do, and what ends it</h2>
    <p class="lead">
      Availability is exact for the model: every part fails on its own with the figures at the end of this page, a site
      takes its parts with it, a building its sites. A set is minimal: with any one of its parts back, it works.
    </p>
    <div class="table">
      <table>
        <thead>
          <tr>
            <th>to</th>
            <th>ended by one loss</th>
            <th>by more</th>
            <th class="number">availability</th>
            <th class="number">down a year</th>
            <th>what costs most of that time</th>
          </tr>
        </thead>
        <tbody>
          ${analysis.capabilities.map(
            (one) =>
              markup`<tr>
                <th scope="row">${capabilityNames[one.capability]}</th>
                <td>${singlePoints(one, byId)}</td>
                <td>${largerSets(one, labels)}</td>
                <td class="number">${availability(one, availabilityPercent)}</td>
                <td class="number">${one.downtimeMsPerYear === undefined ? "—" : formatSpan(one.downtimeMsPerYear)}</td>
                <td>${contributors(one.importance, labels)}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
  </section>`;
}

function singlePoints({ cutSets }: CapabilityAnalysis, byId: ReadonlyMap<string, FaultComponent>): Content {
  const single = cutSets
    .filter((set) => set.length === 1)
    .map(([id = ""]) => byId.get(id) ?? { id, label: id, distributed: false });
  if (isNever(cutSets)) return markup`<span class="none">it never can, whatever works</span>`;
  if (single.length === 0) return markup`<span class="none">none</span>`;
  return markup`<ul class="chips">
    ${single.map(({ label, distributed }) => markup`<li class="${distributed ? "distributed" : "single"}">${label}</li>`)}
  </ul>`;
}

function largerSets({ cutSets, cutSetOrder }: CapabilityAnalysis, labels: ReadonlyMap<string, string>): Content {
  const larger = cutSets.filter((set) => set.length > 1);
  const words = cutSetOrder === 2 ? "pairs" : `sets of up to ${cutSetOrder}`;
  if (cutSetOrder < 2) return markup`<span class="none">not looked for</span>`;
  if (isNever(cutSets)) return markup`<span class="none">—</span>`;
  if (larger.length === 0) return markup`<span class="none">no ${words}</span>`;
  const more = larger.length - LARGER_SETS_MAX;
  return markup`<details>
    <summary>${larger.length} ${larger.length === 1 && cutSetOrder === 2 ? "pair" : words}</summary>
    <ul>
      ${larger
        .slice(0, LARGER_SETS_MAX)
        .map(
          (set) => markup`<li>${describeCutSet(set, labels)}</li>`,
        )}${more > 0 ? markup`<li>and ${more} more</li>` : undefined}
    </ul>
  </details>`;
}

function availability({ capability, availability: value }: CapabilityAnalysis, objective: number | undefined): Content {
  if (value === undefined) return markup`<span class="none">too large to compute</span>`;
  const met = isForUsers(capability) ? meetsAvailability(value, objective) : undefined;
  const text = markup`<strong>${formatAvailability(value)}</strong>`;
  if (met === undefined) return text;
  return markup`${text}<br /><span class="${met ? "good" : "bad"}">${met ? "✓" : "✗"} ${objective} %</span>`;
}

function contributors(importance: readonly Importance[], labels: ReadonlyMap<string, string>): Content {
  if (importance.length === 0) return markup`<span class="none">—</span>`;
  const most = importance.toSorted((a, b) => b.downtimeMsPerYear - a.downtimeMsPerYear).slice(0, CONTRIBUTORS_MAX);
  return markup`<ul class="bars">
    ${most.map(
      ({ id, fussellVesely, downtimeMsPerYear }) =>
        markup`<li>
          <svg class="bar" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
            <rect class="back" width="100" height="6" rx="2" />
            <rect
              class="part"
              width="${Math.max(1, Math.round(Math.min(1, fussellVesely) * 100))}"
              height="6"
              rx="2"
            /></svg
          ><span>${labels.get(id) ?? id}, ${formatSpan(downtimeMsPerYear)} (${formatPart(fussellVesely)})</span>
        </li>`,
    )}
  </ul>`;
}
