import { version } from "../../../base/index.ts";
import type { CheckReport } from "../check-report.ts";
import { openFindings, suppressedFindings } from "../check-report.ts";
import { capacitySection } from "./capacity-section.ts";
import { capabilitySection } from "./capability-section.ts";
import { changeSection } from "./change-section.ts";
import { figuresSection } from "./figures-section.ts";
import { findingsSection } from "./findings-section.ts";
import { fleetPicture } from "./fleet-picture.ts";
import { fleetSvg } from "./fleet-svg.ts";
import { markup } from "./markup.ts";
import type { Markup } from "./markup.ts";
import { recoverySection } from "./recovery-section.ts";
import { reportPage } from "./report-page.ts";
import { summaryCards, verdictOf } from "./summary-cards.ts";
import { weakPointsOf } from "./weak-points.ts";
import type { Weakness } from "./weak-points.ts";

/**
 * One page that needs nothing else: no script, no font, no picture from elsewhere, so that it can be mailed, archived, and read where there
 * is no network. The same file gives the same bytes: no date is in it.
 */
export function checkHtml(report: CheckReport): string {
  const { fleet } = report.parsed;
  const { mark, words, kind } = verdictOf(report);
  return reportPage({
    title: `${fleet.name}: ${words}`,
    heading: fleet.name,
    subtitle: `${report.file} · ${describeFleet(report)}`,
    verdict: { mark, words, kind },
    main: markup`${summaryCards(report)} ${drawingSection(report)} ${changeSection(report)} ${capabilitySection(report)}
            ${recoverySection(report)} ${capacitySection(report)}
            ${findingsSection("Findings", "findings", openFindings(report), report)}
            ${findingsSection("Accepted for now", "accepted", suppressedFindings(report), report)}
            ${figuresSection(report)}`,
    footer: markup`holdfast ${version}. Every figure on this page is predicted: computed from the file and from the assumptions
            at its end; nothing was measured.`,
  });
}

function describeFleet({ parsed: { fleet } }: CheckReport): string {
  const count = (number: number, one: string) => `${number} ${one}${number === 1 ? "" : "s"}`;
  return [
    count(fleet.sites.length, "site"),
    ...(fleet.witness === undefined ? [] : ["a witness"]),
    count(fleet.stores.length, "store"),
    ...(fleet.drivers.length === 0 ? [] : [`on premises for ${fleet.drivers.join(", ")}`]),
  ].join(" · ");
}

const legend: readonly (readonly [kind: Weakness, words: string])[] = [
  ["single", "single point of failure: users cannot read, or cannot write, without it"],
  ["reserve", "nothing fails over, is deployed or is restored without it"],
  ["distributed", "one service, which its maker runs at many places"],
];

function drawingSection({ parsed: { fleet }, analysis }: CheckReport): Markup {
  const weak = weakPointsOf(analysis);
  const kinds = new Set(analysis.components.map(({ id }) => weak.of(id)));
  return markup`<section class="drawing" id="drawing">
    <h2>The fleet</h2>
    <div class="canvas">${fleetSvg(fleetPicture(fleet, analysis), `Drawing of the fleet ${fleet.name}`)}</div>
    <ul class="legend">
      <li class="users">users, as they are steered</li>
      <li class="link">link between places</li>
      <li class="backup">backups</li>
      ${legend.map(([kind, words]) => (kinds.has(kind) ? markup`<li class="${kind}">${words}</li>` : undefined))}
    </ul>
  </section>`;
}
