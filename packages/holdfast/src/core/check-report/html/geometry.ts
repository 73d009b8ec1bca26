export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export function rightOf({ x, width }: Rectangle): number {
  return x + width;
}

export function bottomOf({ y, height }: Rectangle): number {
  return y + height;
}

export function middleOf({ x, width }: Rectangle): number {
  return x + width / 2;
}

/** Boxes side by side, centred on `middle`; `gapAfter` says how far the next one stands away. */
export function placeRow<Box extends { readonly width: number }>(
  boxes: readonly Box[],
  middle: number,
  gapAfter: (index: number) => number,
): { readonly box: Box; readonly x: number }[] {
  const width = boxes.reduce(
    (sum, box, index) => sum + box.width + (index < boxes.length - 1 ? gapAfter(index) : 0),
    0,
  );
  let x = middle - width / 2;
  return boxes.map((box, index) => {
    const placed = { box, x };
    x += box.width + gapAfter(index);
    return placed;
  });
}

/** The first lane, from 0, in which each span has room: spans of one lane do not touch. Widest last, so that short ones stay near. */
export function lanesOf(spans: readonly (readonly [from: number, to: number])[], apart: number): number[] {
  const order = spans.map((_, index) => index).toSorted((a, b) => lengthOf(spans[a]) - lengthOf(spans[b]) || a - b);
  const taken: (readonly [number, number])[][] = [];
  const lanes = spans.map(() => 0);
  for (const index of order) {
    const span = spans[index];
    if (span === undefined) continue;
    const isFree = (lane: readonly (readonly [number, number])[]) =>
      lane.every(([from, to]) => span[1] + apart <= from || to + apart <= span[0]);
    const found = taken.findIndex(isFree);
    const lane = found === -1 ? taken.push([]) - 1 : found;
    taken[lane]?.push(span);
    lanes[index] = lane;
  }
  return lanes;
}

function lengthOf(span: readonly [number, number] | undefined): number {
  return span === undefined ? 0 : span[1] - span[0];
}
