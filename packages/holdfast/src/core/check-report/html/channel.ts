import type { Joint, PictureBox } from "./fleet-picture.ts";
import { bottomOf, lanesOf, middleOf } from "./geometry.ts";
import { labelAt, sizes, styleOf } from "./placed.ts";
import type { Placed, PlacedLine } from "./placed.ts";

interface End {
  readonly x: number;
  readonly upper: boolean;
}

interface ChannelLine {
  readonly style: Pick<PlacedLine, "kind" | "weakness" | "bothWays">;
  readonly from: End;
  readonly to: End;
  readonly label?: string;
}

/** Horizontal lanes, and who runs in them. */
export class Channel {
  readonly #top: number;
  readonly #width: number;
  readonly #lines: ChannelLine[] = [];

  constructor(top: number, width: number) {
    this.#top = top;
    this.#width = width;
  }

  add(joint: Joint, from: End, to: End): void {
    this.#lines.push({ style: styleOf(joint), from, to, label: joint.label });
  }

  addUsers(from: End, to: End): void {
    this.#lines.push({ style: { kind: "users", weakness: "none", bothWays: false }, from, to });
  }

  bottom(): number {
    const lanes = this.#lanes();
    return lanes.length === 0 ? this.#top : this.#top + (Math.max(...lanes) + 1) * sizes.lane + 12;
  }

  lines(
    upperBottom: number,
    lowerTop: number,
    { steering, upperTop }: { readonly steering: Placed<PictureBox>; readonly upperTop: number },
  ): PlacedLine[] {
    const lanes = this.#lanes();
    return this.#lines.map(({ style, from, to, label }, index) => {
      const y = this.#top + ((lanes[index] ?? 0) + 0.5) * sizes.lane + 6;
      const endY = ({ upper }: End) => (upper ? upperBottom : lowerTop);
      const through = [
        { x: from.x, y: endY(from) },
        { x: from.x, y },
        { x: to.x, y },
        { x: to.x, y: endY(to) },
      ];
      const bus = bottomOf(steering) + 22;
      const before =
        style.kind === "users"
          ? [
              { x: middleOf(steering), y: bottomOf(steering) },
              { x: middleOf(steering), y: bus },
              { x: from.x, y: bus },
              { x: from.x, y: upperTop },
            ]
          : [];
      return {
        ...style,
        points: [...before, ...through],
        ...(label === undefined ? {} : { label: labelAt(label, this.#labelMiddle(from, to, label), y) }),
      };
    });
  }

  /** In the middle of the lane, as far as the frame allows. */
  #labelMiddle(from: End, to: End, label: string): number {
    const half = labelAt(label, 0, 0).width / 2 + 4;
    return Math.min(Math.max((from.x + to.x) / 2, half), this.#width - half);
  }

  #lanes(): number[] {
    const spans = this.#lines.map(({ from, to, label }): readonly [number, number] => {
      const [left, right] = [Math.min(from.x, to.x), Math.max(from.x, to.x)];
      if (label === undefined) return [left, right];
      const [middle, half] = [this.#labelMiddle(from, to, label), labelAt(label, 0, 0).width / 2];
      return [Math.min(left, middle - half), Math.max(right, middle + half)];
    });
    return lanesOf(spans, 12);
  }
}
