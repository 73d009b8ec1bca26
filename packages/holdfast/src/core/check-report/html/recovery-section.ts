import type { RecoverySum } from "../../fault-analysis/index.ts";
import type { CheckReport } from "../check-report.ts";
import type { RecoveryGroup } from "../words.ts";
import { faultNames, formatSpan, groupRecovery } from "../words.ts";
import { markup } from "./markup.ts";
import type { Content, Markup } from "./markup.ts";

const LOST_MAX = 6;

export function recoverySection({ analysis }: CheckReport): Markup | undefined {
  const groups = groupRecovery(analysis.recovery);
  if (groups.length === 0) return undefined;
  return markup`<section id="recovery">
    <h2>How long a fault lasts, and what it costs</h2>
    <p class="lead">
      Each time is a sum of terms, one after the other; a term says where it comes from. RTO: until users are served
      again, writes included. RPO: acknowledged writes that may be lost, as a span of time.
    </p>
    <div class="table">
      <table class="recovery">
        <thead>
          <tr>
            <th>fault</th>
            <th>store</th>
            <th>until users are served again (RTO)</th>
            <th>data lost (RPO)</th>
          </tr>
        </thead>
        <tbody>
          ${groups.map(row)}
        </tbody>
      </table>
    </div>
  </section>`;
}

function row({ first, lost }: RecoveryGroup): Markup {
  const named = lost.slice(0, LOST_MAX).join(", ");
  const more = lost.length > LOST_MAX ? `, and ${lost.length - LOST_MAX} more` : "";
  return markup`<tr>
    <th scope="row">
      ${faultNames[first.fault]}<span class="lost">${named}${more}</span
      >${first.automatic ? undefined : markup`<span class="tag">${first.needs === "repair" ? "until it is repaired" : "a person has to act"}</span>`}
    </th>
    <td>${first.store ?? "—"}</td>
    <td>${sum(first.rto)}</td>
    <td>${sum(first.rpo)}</td>
  </tr>`;
}

function sum({ terms, totalMs, meanwhile, objectiveMs, met }: RecoverySum): Content {
  const judged =
    met === undefined || objectiveMs === undefined
      ? undefined
      : markup` <span class="${met ? "good" : "bad"}">${met ? "✓" : "✗"} ${formatSpan(objectiveMs)}</span>`;
  const shown = terms.filter(({ ms }) => ms > 0);
  return markup`<strong>${formatSpan(totalMs)}</strong>${judged}${stackedBar(
    shown.map(({ ms }) => ms),
    totalMs,
  )}${
    shown.length === 0
      ? terms.slice(0, 1).map(({ name, from }) => markup`<p class="term">${name} <span class="from">${from}</span></p>`)
      : markup`<ol class="terms">
            ${shown.map(({ name, ms, from }, index) => markup`<li class="part${index % 6}"><b>${formatSpan(ms)}</b> ${name} <span class="from">${from}</span></li>`)}
          </ol>`
  }${
    meanwhile.length === 0
      ? undefined
      : markup`<p class="term">
            meanwhile: ${meanwhile.map(({ name, ms }) => `${name} (${formatSpan(ms)})`).join(", ")}
          </p>`
  }`;
}

function stackedBar(parts: readonly number[], totalMs: number): Markup | undefined {
  if (parts.length < 2 || totalMs <= 0) return undefined;
  let x = 0;
  const pieces = parts.map((ms, index) => {
    const width = Math.round((ms / totalMs) * 1000) / 10;
    const piece = markup`<rect class="part${index % 6}" x="${Math.round(x * 10) / 10}" width="${width}" height="8" />`;
    x += width;
    return piece;
  });
  return markup`<svg class="stack" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">${pieces}</svg>`;
}
