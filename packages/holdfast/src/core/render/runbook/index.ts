import type { Fleet } from "../../spec/index.ts";
import type { RenderFamily, RenderedGroup } from "../rendered-file.ts";
import type { Block } from "./blocks.ts";
import { text } from "./blocks.ts";
import { backups } from "./chapters/backups.ts";
import { back, lost, planned, redeploy, restore, witness } from "./chapters/disaster.ts";
import { rotate, scale, upgrade } from "./chapters/operate.ts";
import { decisions, overview } from "./chapters/overview.ts";
import { standUp } from "./chapters/stand-up.ts";
import { factsOf } from "./facts.ts";
import { toHtml } from "./to-html.ts";
import { toMarkdown } from "./to-markdown.ts";

export const runbookFamily: RenderFamily = {
  id: "runbook",
  what: "What to do, from standing up to a lost site, with this fleet's own names, commands and waiting times.",
  render: renderRunbook,
};

function* renderRunbook(fleet: Fleet): Generator<RenderedGroup> {
  const blocks = runbook(fleet);
  const title = `Runbook of ${fleet.name}`;
  yield {
    files: [
      { path: "RUNBOOK.md", content: toMarkdown(blocks) },
      { path: "RUNBOOK.html", content: toHtml(title, blocks) },
    ],
  };
}

function runbook(fleet: Fleet): readonly Block[] {
  const facts = factsOf(fleet);
  return [
    { kind: "heading", level: 1, text: `Runbook of ${fleet.name}` },
    text(
      "Rendered by holdfast from the fleet file: change that one, and render again. Print it: when it is needed, the place where it is kept may be what is down.",
    ),
    ...overview(facts),
    ...decisions(facts),
    ...standUp(facts),
    ...scale(facts),
    ...upgrade(facts),
    ...rotate(facts),
    ...planned(facts),
    ...lost(facts),
    ...back(facts),
    ...witness(facts),
    ...backups(facts),
    ...restore(facts),
    ...redeploy(facts),
  ];
}
