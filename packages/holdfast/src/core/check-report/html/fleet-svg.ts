import { layOutFleet } from "./fleet-layout.ts";
import { sizes } from "./placed.ts";
import type { Placed, PlacedLine } from "./placed.ts";
import type { FleetPicture, PictureBox, PictureRow, PlaceBox } from "./fleet-picture.ts";
import { middleOf, rightOf } from "./geometry.ts";
import type { Point, Rectangle } from "./geometry.ts";
import { markup } from "./markup.ts";
import type { Markup } from "./markup.ts";
import { fitText, textWidth } from "./text-width.ts";
import type { Weakness } from "./weak-points.ts";

/** The drawing, coloured by classes of the page's style sheet, so that it follows dark, light and print. */
export function fleetSvg(picture: FleetPicture, title: string): Markup {
  const { width, height, steering, places, shared, lines } = layOutFleet(picture);
  const [first] = shared;
  const caption = first && textAt({ x: first.x, y: first.y - 14 }, "Shared by the sites", "caption");
  return markup`<svg class="fleet" viewBox="0 0 ${width} ${height}" role="img" aria-label="${title}" xmlns="http://www.w3.org/2000/svg">
<defs>${["users", "backup"].map((kind) => arrowHead(kind))}</defs>
${lines.map(drawLine)}${lines.map(drawLabel)}${drawSteering(steering)}${places.map(drawPlace)}${caption}
${shared.map(drawShared)}</svg>`;
}

function arrowHead(kind: string): Markup {
  return markup`<marker id="arrow-${kind}" class="head ${kind}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto-start-reverse"><path d="M0.5 0.5 L7.5 4 L0.5 7.5 Z"/></marker>`;
}

function drawLine({ kind, weakness, points, bothWays }: PlacedLine): Markup {
  const head = kind === "link" ? undefined : markup` marker-end="url(#arrow-${kind})"`;
  const tail = kind !== "link" && bothWays ? markup` marker-start="url(#arrow-${kind})"` : undefined;
  return markup`<path class="line ${kind} ${weakness}" d="${roundedPath(points)}"${head}${tail}/>
`;
}

function drawLabel({ kind, weakness, label }: PlacedLine): Markup | undefined {
  if (label === undefined) return undefined;
  const { x, y, width, height, text } = label;
  return markup`<g class="label ${kind} ${weakness}"><rect x="${round(x)}" y="${round(y)}" width="${width}" height="${height}" rx="${height / 2}"/>${textAt({ x: x + width / 2, y: y + 12.5 }, text, "label-text", "middle")}</g>
`;
}

function textAt({ x, y }: Point, text: string, kind: string, anchor: "start" | "middle" = "start"): Markup {
  return markup`<text class="${kind}" x="${round(x)}" y="${round(y)}"${anchor === "middle" ? markup` text-anchor="middle"` : undefined}>${text}</text>`;
}

const CORNER = 8;

/** Corners are rounded as far as the pieces between them are long enough. */
function roundedPath(points: readonly Point[]): string {
  const corners = points.filter(
    (point, index) => index === 0 || point.x !== points[index - 1]?.x || point.y !== points[index - 1]?.y,
  );
  return corners
    .map((point, index) => {
      const [before, after] = [corners[index - 1], corners[index + 1]];
      if (before === undefined) return `M${at(point)}`;
      if (after === undefined) return `L${at(point)}`;
      return `L${at(toward(point, before))} Q${at(point)} ${at(toward(point, after))}`;
    })
    .join(" ");
}

function toward(from: Point, to: Point): Point {
  const distance = Math.hypot(to.x - from.x, to.y - from.y);
  const part = Math.min(CORNER, distance / 2) / distance;
  return { x: from.x + (to.x - from.x) * part, y: from.y + (to.y - from.y) * part };
}

function at({ x, y }: Point): string {
  return `${round(x)} ${round(y)}`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function frame({ x, y, width, height }: Rectangle, radius: number): Markup {
  return markup`<rect class="frame" x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${height}" rx="${radius}"/>`;
}

function warningSign(weakness: Weakness, { x, y }: Point): Markup | undefined {
  if (weakness === "none" || weakness === "reserve") return undefined;
  return markup`<g class="sign ${weakness}"><circle cx="${round(x)}" cy="${round(y)}" r="8"/>${textAt({ x, y: y + 4 }, "!", "", "middle")}</g>`;
}

function topRightOf(box: Rectangle): Point {
  return { x: rightOf(box), y: box.y };
}

function drawSteering(placed: Placed<PictureBox>): Markup {
  const { box, y, width } = placed;
  const x = middleOf(placed);
  return markup`<g class="box steering ${box.weakness}">${frame(placed, 12)}
${textAt({ x, y: y + 25 }, fitText(box.title, width - 40, 16), "title", "middle")}
${textAt({ x, y: y + 44 }, fitText(box.subtitle, width - 20, 11), "subtitle", "middle")}
${warningSign(box.weakness, topRightOf(placed))}</g>
`;
}

function drawPlace(placed: Placed<PlaceBox>): Markup {
  const { box, y, width } = placed;
  const { badge, place = "" } = box;
  const badgeWidth = badge === undefined ? 0 : textWidth(badge, 10.5) + 14;
  const x = placed.x + 14;
  return markup`<g class="box ${box.role} ${box.weakness}"><title>${box.title}: ${box.subtitle}, ${place}</title>${frame(placed, 10)}
${textAt({ x, y: y + 24 }, fitText(box.title, width - 36 - badgeWidth, 15), "title")}
${textAt({ x, y: y + 42 }, fitText(box.subtitle, width - 26, 11), "subtitle")}
${textAt({ x, y: y + 57 }, fitText(place, width - 26, 11), "subtitle")}
${badge === undefined ? undefined : drawBadge(badge, { x: rightOf(placed) - 12 - badgeWidth, y: y + 10 }, badgeWidth)}
${box.rows.map((row, index) => drawRow(row, { x, y: y + sizes.header + index * sizes.row }, width - 28))}
${warningSign(box.weakness, topRightOf(placed))}</g>
`;
}

function drawBadge(text: string, { x, y }: Point, width: number): Markup {
  return markup`<g class="badge"><rect x="${round(x)}" y="${round(y)}" width="${width}" height="18" rx="9"/>${textAt({ x: x + width / 2, y: y + 12.7 }, text, "", "middle")}</g>`;
}

function drawRow({ icon, text, weakness }: PictureRow, { x, y }: Point, width: number): Markup {
  const isMarked = weakness === "single" || weakness === "distributed";
  const back = markup`<rect class="mark" x="${round(x - 6)}" y="${round(y + 1)}" width="${round(width + 12)}" height="${sizes.row - 2}" rx="5"/>`;
  // Bold is wider.
  const size = weakness === "single" ? 13 : 12;
  return markup`<g class="row ${weakness}"><title>${text}</title>${isMarked ? back : undefined}<g class="icon ${icon}" transform="translate(${round(x)} ${round(y + 4.5)})">${icons[icon]}</g>${textAt({ x: x + 21, y: y + 15 }, fitText(text, width - 24, size), "")}</g>
`;
}

/** 13 by 13, drawn with lines of the text's colour. */
const icons: Readonly<Record<PictureRow["icon"], Markup>> = {
  nodes: markup`<rect x="0.5" y="1" width="12" height="4.6" rx="1.2"/><rect x="0.5" y="7.6" width="12" height="4.6" rx="1.2"/><path d="M3 3.3h.01M3 9.9h.01"/>`,
  gateway: markup`<path d="M1 4.2h8.5M7 1.4l2.8 2.8L7 7M12 8.8H3.5M6 6l-2.8 2.8L6 11.6"/>`,
  ingress: markup`<path d="M0.8 6.5h7M5.2 3.6l2.9 2.9-2.9 2.9"/><rect x="9.6" y="1" width="2.8" height="11" rx="1"/>`,
  app: markup`<rect x="1" y="1" width="11" height="11" rx="2.4"/><path d="M4 6.5h5"/>`,
  data: markup`<ellipse cx="6.5" cy="2.6" rx="5.2" ry="2"/><path d="M1.3 2.6v7.6c0 1.1 2.3 2 5.2 2s5.2-.9 5.2-2V2.6M1.3 6.4c0 1.1 2.3 2 5.2 2s5.2-.9 5.2-2"/>`,
  arbiter: markup`<path d="M6.5 0.8l5.7 5.7-5.7 5.7L0.8 6.5z"/><path d="M4.2 6.7l1.6 1.6 3-3.4"/>`,
  backup: markup`<path d="M1.6 6.6a5 5 0 1 0 1.5-3.7M3.2 0.6v2.6h2.6M6.5 4v2.8l2 1.2"/>`,
};

function drawShared(placed: Placed<PictureBox>): Markup {
  const { box, y, width } = placed;
  const x = placed.x + 12;
  return markup`<g class="box shared ${box.weakness}"><title>${box.subtitle}</title>${frame(placed, 8)}
${textAt({ x, y: y + 18 }, fitText(box.title, width - 24, 10.5), "kind")}
${textAt({ x, y: y + 36 }, fitText(box.subtitle, width - 24, 12), "name")}
${warningSign(box.weakness, topRightOf(placed))}</g>
`;
}
