import type { FaultComponent } from "../../fault-analysis/index.ts";
import type { CheckReport } from "../check-report.ts";
import { formatPart, formatSpan } from "../words.ts";
import { markup } from "./markup.ts";
import type { Content, Markup } from "./markup.ts";

interface FigureGroup {
  readonly first: FaultComponent;
  readonly labels: readonly string[];
  readonly count: number;
}

const LABELS_MAX = 4;

/** What every prediction rests on, a line for what is of one kind with the same figures. */
export function figuresSection({ analysis: { components } }: CheckReport): Markup | undefined {
  if (components.length === 0) return undefined;
  return markup`<section id="figures">
    <h2>What these predictions rest on</h2>
    <p class="lead">
      Each part's mean time between failures and to repair. Where you know better, say so in the file under
      <code>assumptions.figures</code>.
    </p>
    <div class="table">
      <table class="figures">
        <thead>
          <tr>
            <th>kind</th>
            <th class="number">how many</th>
            <th>which</th>
            <th class="number">fails every</th>
            <th class="number">repaired in</th>
            <th class="number">down</th>
            <th>source</th>
          </tr>
        </thead>
        <tbody>
          ${groupByFigures(components).map(
            ({ first: { kind, figures }, labels, count }) =>
              markup`<tr>
                <th scope="row">${kind.replaceAll("-", " ")}</th>
                <td class="number">${count}</td>
                <td>${names(labels)}</td>
                <td class="number">${formatSpan(figures.mtbfMs)}</td>
                <td class="number">${formatSpan(figures.mttrMs)}</td>
                <td class="number">${formatPart(figures.unavailability)}</td>
                <td class="source">${figures.source}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
  </section>`;
}

function groupByFigures(components: readonly FaultComponent[]): readonly FigureGroup[] {
  const groups = new Map<string, { first: FaultComponent; labels: string[]; count: number }>();
  for (const component of components) {
    const { kind, figures, label, count } = component;
    const key = JSON.stringify([kind, figures.mtbfMs, figures.mttrMs, figures.unavailability, figures.source]);
    const group = groups.get(key) ?? { first: component, labels: [], count: 0 };
    groups.set(key, group);
    group.labels.push(label);
    group.count += count;
  }
  return [...groups.values()];
}

function names(labels: readonly string[]): Content {
  const more = labels.length - LABELS_MAX;
  return `${labels.slice(0, LABELS_MAX).join(", ")}${more > 0 ? `, and ${more} more` : ""}`;
}
