import { Channel } from "./channel.ts";
import type { FleetPicture, Joint, PictureBox, PlaceBox } from "./fleet-picture.ts";
import { bottomOf, middleOf, placeRow, rightOf } from "./geometry.ts";
import { LABEL_TEXT, labelAt, sizes, styleOf } from "./placed.ts";
import type { Placed, PlacedLine } from "./placed.ts";
import { Ports } from "./ports.ts";
import { fitText, textWidth } from "./text-width.ts";

/**
 * Where everything goes, as on a circuit board: users and steering on top, places in one or two rows, and between or below the rows a
 * channel in which whatever joins two places has a lane of its own. Lines may cross; boxes and labels never cover each other, however
 * many sites there are. What stands side by side is joined directly.
 */
export interface FleetLayout {
  readonly width: number;
  readonly height: number;
  readonly steering: Placed<PictureBox>;
  readonly places: readonly Placed<PlaceBox>[];
  readonly shared: readonly Placed<PictureBox>[];
  readonly lines: readonly PlacedLine[];
}

/** Up to so many sites stand in one row. */
const ONE_ROW_MAX = 3;
/** Up to so many places what joins neighbours is drawn between them. */
const PLACES_SIDE_BY_SIDE_MAX = 6;

export function layOutFleet(picture: FleetPicture): FleetLayout {
  const [upper, lower] = splitRows(picture.places);
  // Of many places, labels between neighbours would make the drawing so wide that nobody could read it.
  const isLarge = picture.places.length > PLACES_SIDE_BY_SIDE_MAX;
  const placeWidth = isLarge ? 236 : 268;
  const boxOf = (box: PlaceBox) => ({ ...box, width: placeWidth });
  const gap = (row: readonly PlaceBox[]) => (index: number) =>
    gapBetween(row[index], row[index + 1], isLarge ? [] : picture.joints);

  const rowWidth = (row: readonly PlaceBox[]) =>
    row.reduce((sum, _, index) => sum + placeWidth + (index < row.length - 1 ? gap(row)(index) : 0), 0);
  const steeringWidth = Math.max(
    360,
    textWidth(picture.steering.subtitle, LABEL_TEXT) + 40,
    textWidth(picture.steering.title, 16) + 40,
  );
  const sharedColumns = Math.min(
    picture.shared.length,
    Math.max(4, Math.floor((Math.max(rowWidth(upper), rowWidth(lower)) + sizes.gap) / (sizes.sharedWidth + sizes.gap))),
  );
  const sharedWidth = sharedColumns * (sizes.sharedWidth + sizes.gap) - sizes.gap;
  const width = Math.ceil(
    Math.max(rowWidth(upper), rowWidth(lower), steeringWidth, sharedWidth) + 2 * sizes.margin + 24,
  );
  const middle = width / 2;

  const steering = {
    box: picture.steering,
    x: middle - steeringWidth / 2,
    y: sizes.margin,
    width: steeringWidth,
    height: 58,
  };
  const upperTop = bottomOf(steering) + 66;
  const upperPlaces = placeRow(upper.map(boxOf), middle, gap(upper)).map(({ box, x }) =>
    placed(box, x, upperTop, rowsOf(upper)),
  );
  const channelTop = Math.max(...upperPlaces.map(bottomOf));

  const channel = new Channel(channelTop + 14, width);
  const direct: PlacedLine[] = [];
  const lowerPositions = placeRow(lower.map(boxOf), middle, gap(lower)).map(({ box, x }) =>
    placed(box, x, 0, rowsOf(lower)),
  );
  const boxes = new Map([...upperPlaces, ...lowerPositions].map((place) => [place.box.name, place]));
  const isLower = (name: string) => lower.some((place) => place.name === name);
  const neighbours = isLarge ? [] : [...pairs(upper), ...pairs(lower)];

  const wanted: Wanted[] = [];
  for (const joint of picture.joints) {
    const [a, b] = [boxes.get(joint.from), boxes.get(joint.to)];
    if (a === undefined || b === undefined || a === b) continue;
    if (neighbours.some(([one, two]) => isPair(joint, one, two))) continue;
    wanted.push({ joint, a, b, fromUpper: !isLower(joint.from), toUpper: !isLower(joint.to) });
  }
  const usersBelow = lowerPositions.filter(({ box }) => box.users !== undefined);
  const ports = new Ports();
  for (const { a, b } of wanted) {
    ports.want(a, middleOf(b));
    ports.want(b, middleOf(a));
  }
  for (const place of usersBelow) ports.want(place, -1);

  for (const { joint, a, b, fromUpper, toUpper } of wanted)
    channel.add(
      joint,
      { x: ports.take(a, middleOf(b)), upper: fromUpper },
      { x: ports.take(b, middleOf(a)), upper: toUpper },
    );
  const drops = dropsFor(usersBelow, upperPlaces);
  usersBelow.forEach((place, index) => {
    channel.addUsers({ x: drops[index] ?? 0, upper: true }, { x: ports.take(place, -1), upper: false });
  });

  const lowerTop = channel.bottom() + (lower.length > 0 ? 14 : 0);
  const lowerPlaces = lowerPositions.map((place) => ({ ...place, y: lowerTop }));
  const all = [...upperPlaces, ...lowerPlaces];
  for (const joint of picture.joints) {
    const pair = neighbours.find(([one, two]) => isPair(joint, one, two));
    if (pair === undefined) continue;
    const index = picture.joints.filter((other) => isPair(other, ...pair)).indexOf(joint);
    direct.push(directLine(joint, find(all, pair[0]), find(all, pair[1]), index));
  }

  const placesBottom = Math.max(channel.bottom(), ...all.map(bottomOf));
  const shared = placeShared(picture.shared, { middle, top: placesBottom + 56, columns: sharedColumns });
  const height = Math.ceil(Math.max(placesBottom, ...shared.map(bottomOf)) + sizes.margin);
  return {
    width,
    height,
    steering,
    places: all,
    shared,
    lines: [
      ...upperPlaces.flatMap((place) => usersLine(place, steering)),
      ...channel.lines(channelTop, lowerTop, { steering, upperTop }),
      ...direct,
    ],
  };
}

interface Wanted {
  readonly joint: Joint;
  readonly a: Placed<PlaceBox>;
  readonly b: Placed<PlaceBox>;
  readonly fromUpper: boolean;
  readonly toUpper: boolean;
}

/** Few sites: all above, the witness below them. Many: two rows alike, the witness in the middle of the lower one. */
function splitRows(places: readonly PlaceBox[]): [upper: readonly PlaceBox[], lower: readonly PlaceBox[]] {
  const sites = places.filter(({ role }) => role === "site");
  const witness = places.filter(({ role }) => role === "witness");
  if (sites.length <= ONE_ROW_MAX) return [sites, witness];
  const above = Math.ceil((sites.length + witness.length) / 2);
  const below = sites.slice(above);
  const half = Math.floor(below.length / 2);
  return [sites.slice(0, above), [...below.slice(0, half), ...witness, ...below.slice(half)]];
}

/** Boxes of one row are alike, so that lines begin at one height. */
function rowsOf(row: readonly PlaceBox[]): number {
  return Math.max(0, ...row.map(({ rows }) => rows.length));
}

function placed(box: PlaceBox & { readonly width: number }, x: number, y: number, rows: number): Placed<PlaceBox> {
  return { box, x, y, width: box.width, height: sizes.header + rows * sizes.row + sizes.boxEnd };
}

/** Wide enough for the labels of what joins the two directly. */
function gapBetween(left: PlaceBox | undefined, right: PlaceBox | undefined, joints: readonly Joint[]): number {
  if (left === undefined || right === undefined) return 0;
  const labels = joints.filter((joint) => isPair(joint, left, right)).map(({ label }) => textWidth(label, LABEL_TEXT));
  return labels.length === 0 ? 56 : Math.max(...labels) + 60;
}

function pairs(row: readonly PlaceBox[]): [PlaceBox, PlaceBox][] {
  return row.slice(1).flatMap((right, index) => (row[index] === undefined ? [] : [[row[index], right]]));
}

function isPair({ from, to }: Joint, one: PlaceBox, two: PlaceBox): boolean {
  return (from === one.name && to === two.name) || (from === two.name && to === one.name);
}

function find(places: readonly Placed<PlaceBox>[], box: PlaceBox): Placed<PlaceBox> {
  const found = places.find((place) => place.box.name === box.name);
  if (found === undefined) throw new Error(`${box.name} has no place in the drawing`);
  return found;
}

function directLine(joint: Joint, left: Placed<PlaceBox>, right: Placed<PlaceBox>, index: number): PlacedLine {
  const y = Math.max(left.y, right.y) + 34 + index * (sizes.label + 12);
  const points = [
    { x: rightOf(left), y },
    { x: right.x, y },
  ];
  return {
    ...styleOf(joint),
    points: joint.from === left.box.name ? points : points.toReversed(),
    label: labelAt(joint.label, (rightOf(left) + right.x) / 2, y),
  };
}

function usersLine(place: Placed<PlaceBox>, steering: Placed<PictureBox>): PlacedLine[] {
  const { users } = place.box;
  if (users === undefined) return [];
  const [bus, x] = [bottomOf(steering) + 22, middleOf(place)];
  const start = { x: middleOf(steering), y: bottomOf(steering) };
  return [
    {
      kind: "users",
      weakness: "none",
      bothWays: false,
      points: [start, { x: start.x, y: bus }, { x, y: bus }, { x, y: place.y }],
      label: labelAt(fitText(users, place.width - 40, LABEL_TEXT), x, bus + 20),
    },
  ];
}

/** Down between the boxes of the upper row, each in a gap near its place below; several in one gap run side by side. */
function dropsFor(below: readonly Placed<PlaceBox>[], upper: readonly Placed<PlaceBox>[]): number[] {
  const gaps = [
    ...upper.slice(1).map((right, index) => (rightOf(upper[index] ?? right) + right.x) / 2),
    ...(upper.length > 0 ? [Math.min(...upper.map(({ x }) => x)) - 20, Math.max(...upper.map(rightOf)) + 20] : []),
  ];
  const used = new Map<number, number>();
  return below.map((place) => {
    const nearest =
      gaps.toSorted((a, b) => Math.abs(a - middleOf(place)) - Math.abs(b - middleOf(place)) || a - b)[0] ?? 0;
    const times = used.get(nearest) ?? 0;
    used.set(nearest, times + 1);
    return nearest + times * 7;
  });
}

/** A grid, so that what stands under each other is in one line. */
function placeShared(
  boxes: readonly PictureBox[],
  { middle, top, columns }: { readonly middle: number; readonly top: number; readonly columns: number },
): Placed<PictureBox>[] {
  const left = middle - (Math.min(columns, boxes.length) * (sizes.sharedWidth + sizes.gap) - sizes.gap) / 2;
  return boxes.map((box, index) => ({
    box,
    x: left + (index % columns) * (sizes.sharedWidth + sizes.gap),
    y: top + Math.floor(index / columns) * (sizes.sharedHeight + sizes.gap),
    width: sizes.sharedWidth,
    height: sizes.sharedHeight,
  }));
}
