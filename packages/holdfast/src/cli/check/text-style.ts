import type { Colors } from "picocolors/types";

/** How a text for people is to look. */
export interface TextStyle {
  readonly colors: Colors;
  /** No line is wider, as far as words allow. */
  readonly columns: number;
}
