import { expect, it } from "vitest";
import { uriOf } from "./file-uri.ts";

it.each([
  ["holdfast.yaml", "holdfast.yaml"],
  ["./fleets/../fleets/a b.yaml", "fleets/a%20b.yaml"],
  ["/work/repo/fleets/é#?.yaml", "fleets/%C3%A9%23%3F.yaml"],
  ["c:x.yaml", "c%3Ax.yaml"],
  ["../elsewhere/x.yaml", "file:///work/elsewhere/x.yaml"],
  ["/tmp/x.yaml", "file:///tmp/x.yaml"],
  ["..x/y.yaml", "..x/y.yaml"],
])("%s is %s for whoever reads the report", (file, uri) => {
  expect(uriOf(file, "/work/repo")).toBe(uri);
});
