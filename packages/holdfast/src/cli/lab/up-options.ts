/** Options of `lab up`, as commander gives them. */
export interface UpOptions {
  readonly port: number;
  readonly format: "text" | "json";
}
