import type { CapabilityChange, RecoveryChange } from "../../change-check/index.ts";
import type { Finding } from "../../design-rules/index.ts";
import type { CheckReport } from "../check-report.ts";
import { capabilityNames, faultNames, formatAvailability, formatSpan } from "../words.ts";
import { markup } from "./markup.ts";
import type { Content, Markup } from "./markup.ts";

const SETS_MAX = 20;

/** Better in green, worse in red; what stays the same is not shown. */
export function changeSection({ change }: CheckReport): Markup | undefined {
  if (change === undefined) return undefined;
  const { findings, capabilities, recovery, against } = change;
  const nothing = findings.appeared.length + findings.gone.length + capabilities.length + recovery.length === 0;
  return markup`<section id="change">
    <h2>What changes</h2>
    <p class="lead">
      Against ${against}. ${nothing ? "Nothing gets better or worse." : "What is the same in both is left out."}
    </p>
    ${findingList("New findings", "worse", findings.appeared)}
    ${findingList("Findings that are gone", "better", findings.gone)}
    ${
      capabilities.length === 0
        ? undefined
        : markup`<div class="table">
            <table>
              <thead>
                <tr>
                  <th>to</th>
                  <th class="number">availability before</th>
                  <th class="number">after</th>
                  <th class="number">down a year</th>
                  <th>newly ended by</th>
                  <th>no longer ended by</th>
                </tr>
              </thead>
              <tbody>
                ${capabilities.map(capabilityRow)}
              </tbody>
            </table>
          </div>`
    }
    ${
      recovery.length === 0
        ? undefined
        : markup`<div class="table">
            <table>
              <thead>
                <tr>
                  <th>fault</th>
                  <th>store</th>
                  <th class="number">RTO before</th>
                  <th class="number">after</th>
                  <th class="number">RPO before</th>
                  <th class="number">after</th>
                </tr>
              </thead>
              <tbody>
                ${recovery.map(recoveryRow)}
              </tbody>
            </table>
          </div>`
    }
  </section>`;
}

function findingList(title: string, kind: string, findings: readonly Finding[]): Markup | undefined {
  if (findings.length === 0) return undefined;
  return markup`<h3>${title} <span class="count">${findings.length}</span></h3>
    <ul class="changes ${kind}">
      ${findings.map(({ severity, rule, message, at }) => markup`<li><b class="${severity}">${severity}</b> <code>${rule}</code> ${message} <span class="from">${at.file}:${at.line}</span></li>`)}
    </ul>`;
}

function capabilityRow({ capability, availability, downtimeMsPerYear, cutSets }: CapabilityChange): Markup {
  return markup`<tr>
    <th scope="row">${capabilityNames[capability]}</th>
    <td class="number">${availability.before === undefined ? "—" : formatAvailability(availability.before)}</td>
    <td class="number">${availability.after === undefined ? "—" : formatAvailability(availability.after)}</td>
    <td class="number">${difference(downtimeMsPerYear.before, downtimeMsPerYear.after)}</td>
    <td>${sets(cutSets.appeared, "worse")}</td>
    <td>${sets(cutSets.gone, "better")}</td>
  </tr>`;
}

function recoveryRow({ fault, lost, store, rtoMs, rpoMs }: RecoveryChange): Markup {
  const span = (ms: number | undefined) => (ms === undefined ? "—" : formatSpan(ms));
  return markup`<tr>
    <th scope="row">${faultNames[fault]}<span class="lost">${lost}</span></th>
    <td>${store ?? "—"}</td>
    <td class="number">${span(rtoMs.before)}</td>
    <td class="number ${trend(rtoMs.before, rtoMs.after)}">${span(rtoMs.after)}</td>
    <td class="number">${span(rpoMs.before)}</td>
    <td class="number ${trend(rpoMs.before, rpoMs.after)}">${span(rpoMs.after)}</td>
  </tr>`;
}

function trend(before: number | undefined, after: number | undefined): string {
  if (before === undefined || after === undefined || before === after) return "same";
  return after < before ? "better" : "worse";
}

function difference(before: number | undefined, after: number | undefined): Content {
  if (before === undefined || after === undefined) return "—";
  if (before === after) return "the same";
  return markup`<span class="${trend(before, after)}"
    >${formatSpan(Math.abs(after - before))} ${after < before ? "less" : "more"}</span
  >`;
}

function sets(cutSets: readonly (readonly string[])[], kind: string): Content {
  if (cutSets.length === 0) return "—";
  const more = cutSets.length - SETS_MAX;
  return markup`<ul class="changes ${kind}">
    ${cutSets.slice(0, SETS_MAX).map((set) => markup`<li>${set.join(" + ")}</li>`)}${more > 0 ? markup`<li>and ${more} more</li>` : undefined}
  </ul>`;
}
