import type { Joint } from "./fleet-picture.ts";
import type { Point, Rectangle } from "./geometry.ts";
import { textWidth } from "./text-width.ts";

export type Placed<Box> = Rectangle & { readonly box: Box };

export interface PlacedLine {
  readonly kind: Joint["kind"] | "users";
  readonly weakness: Joint["weakness"];
  readonly bothWays: boolean;
  readonly points: readonly Point[];
  readonly label?: Rectangle & { readonly text: string };
}

export const sizes = {
  margin: 24,
  header: 72,
  row: 22,
  boxEnd: 10,
  lane: 26,
  label: 18,
  sharedWidth: 212,
  sharedHeight: 50,
  gap: 20,
} as const;

/** Size of the text of labels. */
export const LABEL_TEXT = 11;

export function styleOf({ kind, weakness, bothWays }: Joint): Pick<PlacedLine, "kind" | "weakness" | "bothWays"> {
  return { kind, weakness, bothWays };
}

export function labelAt(text: string, x: number, y: number): NonNullable<PlacedLine["label"]> {
  const width = textWidth(text, LABEL_TEXT) + 14;
  return { text, x: x - width / 2, y: y - sizes.label / 2, width, height: sizes.label };
}
