import type { CapacityAnalysis } from "../../fault-analysis/index.ts";
import type { CheckReport } from "../check-report.ts";
import { describeLost, describeShortage } from "../words.ts";
import { markup } from "./markup.ts";
import type { Content, Markup } from "./markup.ts";

export function capacitySection({ analysis: { capacity } }: CheckReport): Markup | undefined {
  if (capacity.length === 0) return undefined;
  return markup`<section id="capacity">
    <h2>Whether the rest carries the load</h2>
    <p class="lead">
      With one site lost, the others take its users: replicas up to their maximum, and what quotas, nodes and addresses
      allow.
    </p>
    <div class="table">
      <table>
        <thead>
          <tr>
            <th>lost</th>
            <th>enough</th>
            <th>what is missing</th>
          </tr>
        </thead>
        <tbody>
          ${capacity.map(
            (one) =>
              markup`<tr>
                <th scope="row">${describeLost(one.lost)}</th>
                <td>${fits(one)}</td>
                <td>${missing(one)}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
  </section>`;
}

function fits({ fits: answer }: CapacityAnalysis): Content {
  if (answer === "yes") return markup`<span class="good">✓ yes</span>`;
  return answer === "no" ? markup`<span class="bad">✗ no</span>` : markup`<span class="none">not known</span>`;
}

function missing({ shortages, unknownSites }: CapacityAnalysis): Content {
  const unknown =
    unknownSites.length === 0
      ? []
      : [`the file does not say how large ${unknownSites.join(", ")} ${unknownSites.length === 1 ? "is" : "are"}`];
  const lines = [...shortages.map(describeShortage), ...unknown];
  return lines.length === 0
    ? markup`<span class="none">nothing</span>`
    : markup`<ul>
        ${lines.map((line) => markup`<li>${line}</li>`)}
      </ul>`;
}
