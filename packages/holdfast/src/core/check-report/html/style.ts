import { markup } from "./markup.ts";

/** Dark and light follow the reader's system; in print always light, the drawing on a landscape page of its own. */
export const style = markup`
:root { color-scheme: light dark; --ink: #17202e; --soft: #5a6778; --faint: #8491a3; --line: #dce2ea; --paper: #ffffff; --ground: #f4f6f9;
  --raised: #ffffff; --accent: #2159d6; --accent-soft: #e8effd; --red: #c42b1c; --red-soft: #fdecea; --amber: #9a5b00; --amber-soft: #fff4dc;
  --green: #1a7f43; --green-soft: #e5f5ec; --violet: #7a4fc9; --teal: #14808a; --part0: #2f6fed; --part1: #14a3a8; --part2: #8b5cf6;
  --part3: #e08a1e; --part4: #d9487d; --part5: #64748b; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6ebf2; --soft: #a3afbf; --faint: #77849a; --line: #2b3544; --paper: #0f151e; --ground: #0b1017; --raised: #151d29;
    --accent: #7aa7ff; --accent-soft: #16243f; --red: #ff7b6e; --red-soft: #3a1a18; --amber: #f2b34c; --amber-soft: #35270f; --green: #5dd08f;
    --green-soft: #12301f; --violet: #b69bff; --teal: #4cc7cf; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink);
  font: 15px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; -webkit-print-color-adjust: exact;
  print-color-adjust: exact; }
header.top, main, footer { max-width: 1240px; margin: 0 auto; padding: 0 28px; }
header.top { display: flex; justify-content: space-between; align-items: center; gap: 24px; padding-top: 36px; padding-bottom: 20px; }
.eyebrow { margin: 0; color: var(--accent); font-size: 12px; font-weight: 650; letter-spacing: .09em; text-transform: uppercase; }
h1 { margin: 2px 0 4px; font-size: 31px; line-height: 1.15; letter-spacing: -.015em; overflow-wrap: anywhere; }
.subtitle { margin: 0; color: var(--soft); overflow-wrap: anywhere; }
.verdict { display: flex; align-items: center; gap: 10px; margin: 0; padding: 10px 20px; border-radius: 999px; font-weight: 650; white-space: nowrap;
  }
.verdict span { font-size: 18px; }
.verdict.good { background: var(--green-soft); color: var(--green); }
.verdict.bad { background: var(--red-soft); color: var(--red); }
h2 { margin: 0 0 6px; font-size: 20px; letter-spacing: -.01em; }
h3 { margin: 22px 0 8px; font-size: 15px; }
section { margin: 0 0 22px; padding: 22px 24px; background: var(--raised); border: 1px solid var(--line); border-radius: 14px; }
.lead { margin: 0 0 14px; max-width: 88ch; color: var(--soft); font-size: 14px; }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(196px, 1fr)); gap: 14px; padding: 0; background: none; border: 0; }
.card { padding: 15px 18px 14px; background: var(--raised); border: 1px solid var(--line); border-top: 3px solid var(--faint); border-radius: 12px; }
.card.good { border-top-color: var(--green); }
.card.bad { border-top-color: var(--red); }
.card h3 { margin: 0; color: var(--soft); font-size: 13px; font-weight: 550; }
.card h3::first-letter { text-transform: uppercase; }
.card .value { margin: 3px 0 1px; font-size: 24px; font-weight: 680; letter-spacing: -.02em; font-variant-numeric: tabular-nums; }
.card .value span { margin-right: 10px; }
.card .note { margin: 0; color: var(--soft); font-size: 12.5px; }
.good { color: var(--green); }
.bad { color: var(--red); }
.none { color: var(--faint); }
.error { color: var(--red); }
.warning { color: var(--amber); }
.advice { color: var(--accent); }
.better { color: var(--green); }
.worse { color: var(--red); }
.card.good, .card.bad { color: var(--ink); }
.table { overflow-x: auto; margin: 0 -24px; padding: 0 24px; }
table { width: 100%; border-collapse: collapse; font-size: 14px; }
thead th { padding: 8px 14px 8px 0; color: var(--soft); font-size: 12px; font-weight: 600; text-align: left; vertical-align: bottom;
  border-bottom: 1.5px solid var(--line); }
tbody th, tbody td { padding: 11px 14px 11px 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); }
tbody tr:last-child th, tbody tr:last-child td { border-bottom: 0; }
tbody th { font-weight: 620; }
tbody th::first-letter { text-transform: uppercase; }
td.number, th.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
td ul { margin: 0; padding-left: 16px; }
.lost { display: block; color: var(--soft); font-weight: 400; }
.tag { display: inline-block; margin-top: 4px; padding: 1px 8px; background: var(--amber-soft); color: var(--amber); border-radius: 6px;
  font-size: 12px; font-weight: 600; }
.chips { display: flex; flex-wrap: wrap; gap: 5px; padding: 0; list-style: none; max-width: 34ch; }
.chips li { padding: 1px 9px; border-radius: 7px; font-size: 13px; }
.chips .single { background: var(--red-soft); color: var(--red); }
.chips .distributed { background: var(--amber-soft); color: var(--amber); }
details summary { cursor: pointer; color: var(--accent); white-space: nowrap; }
details ul { margin-top: 6px; font-size: 13px; }
.bars { padding: 0; list-style: none; min-width: 210px; }
.bars li { margin-bottom: 6px; font-size: 13px; line-height: 1.35; }
.bar { display: block; width: 100%; height: 5px; margin-bottom: 2px; }
.bar .back { fill: var(--line); }
.bar .part { fill: var(--accent); }
.recovery tbody td { min-width: 150px; }
.stack { display: block; width: 100%; max-width: 420px; height: 8px; margin: 6px 0 4px; border-radius: 4px; }
.part0 { fill: var(--part0); color: var(--part0); }
.part1 { fill: var(--part1); color: var(--part1); }
.part2 { fill: var(--part2); color: var(--part2); }
.part3 { fill: var(--part3); color: var(--part3); }
.part4 { fill: var(--part4); color: var(--part4); }
.part5 { fill: var(--part5); color: var(--part5); }
.terms { margin: 4px 0 0; padding: 0; list-style: none; font-size: 13px; line-height: 1.45; }
.terms li::before { content: ""; display: inline-block; width: 8px; height: 8px; margin-right: 7px; border-radius: 3px; background: currentColor; }
.terms li { color: var(--soft); }
.terms li.part0::before { color: var(--part0); }
.terms li.part1::before { color: var(--part1); }
.terms li.part2::before { color: var(--part2); }
.terms li.part3::before { color: var(--part3); }
.terms li.part4::before { color: var(--part4); }
.terms li.part5::before { color: var(--part5); }
.terms b { color: var(--ink); font-weight: 600; font-variant-numeric: tabular-nums; }
.term { margin: 3px 0 0; color: var(--soft); font-size: 13px; }
.from { color: var(--faint); font-size: 12px; }
.from::before { content: "· "; }
.source { color: var(--soft); font-size: 13px; max-width: 44ch; }
.count { margin-left: 4px; color: var(--faint); font-weight: 500; }
.changes { margin: 0; padding-left: 18px; }
.changes.worse, .changes.better { color: inherit; }
.changes.worse li::marker { content: "− "; color: var(--red); }
.changes.better li::marker { content: "+ "; color: var(--green); }
code { font: 12.5px/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace; }
.finding { margin: 12px 0; padding: 13px 16px 12px; border: 1px solid var(--line); border-left: 4px solid var(--faint); border-radius: 9px;
  color: var(--ink); break-inside: avoid; }
.finding.error { border-left-color: var(--red); }
.finding.warning { border-left-color: var(--amber); }
.finding.advice { border-left-color: var(--accent); }
.finding h4 { margin: 0; font-size: 15px; line-height: 1.4; overflow-wrap: anywhere; }
.finding h4::first-letter { text-transform: uppercase; }
.where { margin: 2px 0 8px; color: var(--soft); font-size: 13px; overflow-wrap: anywhere; }
.where code { margin-right: 6px; padding: 1px 7px; background: var(--ground); border-radius: 5px; color: var(--ink); }
.path { color: var(--faint); }
.source pre, pre.source { margin: 0; padding: 8px 0; overflow-x: auto; background: var(--ground); border-radius: 7px; color: var(--ink);
  max-width: none; }
.source .line { display: block; padding: 0 14px; color: var(--soft); white-space: pre; }
.source .here { color: var(--ink); }
.source i { display: inline-block; min-width: 3.2ch; margin-right: 14px; color: var(--faint); font-style: normal; text-align: right;
  user-select: none; }
mark { padding: 1px 0; background: none; color: inherit; text-decoration: underline wavy 1.2px; text-underline-offset: 4px; }
.error mark { text-decoration-color: var(--red); }
.warning mark { text-decoration-color: var(--amber); }
.advice mark { text-decoration-color: var(--accent); }
.related { margin: 9px 0 5px; color: var(--soft); font-size: 13px; }
.hint { margin: 9px 0 0; }
.hint::before { content: "→ "; color: var(--accent); font-weight: 700; }
.pattern, .accepted { margin: 4px 0 0; color: var(--faint); font-size: 12.5px; }
.accepted { color: var(--green); }
footer { padding-top: 4px; padding-bottom: 44px; color: var(--faint); font-size: 13px; }
.canvas { overflow-x: auto; margin: 10px -24px 0; padding: 0 24px; }
.fleet { display: block; width: 100%; min-width: 720px; height: auto; }
.fleet text { font-family: system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; fill: var(--ink); }
.fleet .frame { fill: var(--paper); stroke: var(--line); stroke-width: 1.4; }
.fleet .steering .frame { fill: var(--accent-soft); stroke: var(--accent); }
.fleet .steering .title { font-size: 16px; font-weight: 680; }
.fleet .subtitle { font-size: 11px; fill: var(--soft); }
.fleet .site .title, .fleet .witness .title { font-size: 15px; font-weight: 680; }
.fleet .witness .frame { stroke-dasharray: 6 4; stroke: var(--faint); }
.fleet .row text { font-size: 12px; }
.fleet .mark { fill: var(--red-soft); stroke: none; }
.fleet .row.single text { fill: var(--red); font-weight: 600; }
.fleet .row.distributed .mark { fill: var(--amber-soft); }
.fleet .row.distributed text { fill: var(--amber); }
.fleet .icon { fill: none; stroke: var(--soft); stroke-width: 1.25; stroke-linecap: round; stroke-linejoin: round; }
.fleet .icon.data, .fleet .icon.arbiter { stroke: var(--teal); }
.fleet .icon.backup { stroke: var(--violet); }
.fleet .icon.ingress, .fleet .icon.app { stroke: var(--accent); }
.fleet .row.single .icon { stroke: var(--red); }
.fleet .badge rect { fill: var(--ground); stroke: var(--line); }
.fleet .badge text { font-size: 10.5px; fill: var(--soft); }
.fleet .kind { font-size: 10.5px; font-weight: 600; fill: var(--faint); letter-spacing: .02em; }
.fleet .name { font-size: 12px; }
.fleet .caption { font-size: 12px; font-weight: 600; fill: var(--soft); }
.fleet .box.single > .frame { fill: var(--red-soft); stroke: var(--red); stroke-width: 2.2; }
.fleet .box.reserve > .frame { stroke: var(--red); }
.fleet .row.reserve text { fill: var(--red); }
.fleet .row.reserve .icon { stroke: var(--red); }
.fleet .line.reserve { stroke: var(--red); }
.fleet .label.reserve text { fill: var(--red); }
.fleet .box.distributed > .frame { stroke: var(--amber); stroke-width: 1.8; stroke-dasharray: 6 4; }
.fleet .sign circle { fill: var(--red); }
.fleet .sign.distributed circle { fill: var(--amber); }
.fleet .sign text { fill: var(--paper); font-size: 11.5px; font-weight: 800; }
.fleet .line { fill: none; stroke: var(--soft); stroke-width: 1.8; }
.fleet .line.users { stroke: var(--accent); }
.fleet .line.backup { stroke: var(--violet); stroke-dasharray: 2 5; stroke-linecap: round; stroke-width: 2; }
.fleet .line.single { stroke: var(--red); stroke-width: 3; }
.fleet .line.reserve { stroke: var(--red); }
.fleet .head.users { fill: var(--accent); }
.fleet .head.backup { fill: var(--violet); }
.fleet .label rect { fill: var(--raised); stroke: var(--line); }
.fleet .label text { font-size: 11px; fill: var(--soft); }
.fleet .label.users text { fill: var(--accent); }
.fleet .label.backup text { fill: var(--violet); }
.fleet .label.single text { fill: var(--red); font-weight: 600; }
.fleet .label.single rect { stroke: var(--red); }
.legend { display: flex; flex-wrap: wrap; gap: 6px 22px; margin: 12px 0 0; padding: 0; list-style: none; color: var(--soft); font-size: 13px; }
.legend li::before { content: ""; display: inline-block; width: 18px; margin-right: 8px; vertical-align: middle; border-top: 2.5px solid var(--soft);
  }
.legend .users::before { border-color: var(--accent); }
.legend .backup::before { border-top: 2.5px dotted var(--violet); }
.legend .single, .legend .reserve, .legend .distributed { color: inherit; }
.legend .single::before, .legend .reserve::before, .legend .distributed::before { width: 13px; height: 13px; border: 2px solid var(--red);
  border-radius: 4px; background: var(--red-soft); }
.legend .reserve::before { border-width: 1.4px; background: none; }
.legend .distributed::before { border-style: dashed; border-color: var(--amber); background: none; }
@page { size: A4; margin: 14mm 12mm; }
@page drawing { size: A4 landscape; margin: 10mm; }
@media print {
  :root { color-scheme: light; --ink: #17202e; --soft: #4c5868; --faint: #6d7a8b; --line: #d3dae3; --paper: #fff; --ground: #f4f6f9; --raised: #fff;
    --accent: #2159d6; --accent-soft: #e8effd; --red: #c42b1c; --red-soft: #fdecea; --amber: #9a5b00; --amber-soft: #fff4dc; --green: #1a7f43;
    --green-soft: #e5f5ec; --violet: #7a4fc9; --teal: #14808a; }
  body { background: #fff; font-size: 11.5px; }
  header.top, main, footer { max-width: none; padding-left: 0; padding-right: 0; }
  header.top { padding-top: 0; }
  section { padding: 0; border: 0; border-radius: 0; margin-bottom: 18px; }
  .table, .canvas { overflow: visible; margin-left: 0; margin-right: 0; padding: 0; }
  section.drawing { page: drawing; break-before: page; break-after: page; }
  .fleet { min-width: 0; max-height: 165mm; }
  .cards { grid-template-columns: repeat(3, 1fr); }
  table { font-size: 10.5px; }
  tr, .card { break-inside: avoid; }
  h2, h3 { break-after: avoid; }
  .chips li, .terms, .bars li { font-size: 10px; }
}
`;
