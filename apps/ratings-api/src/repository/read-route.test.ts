import { expect, it } from "vitest";
import { ReadRoute } from "./read-route.ts";

it("asks the replica first until it fails, then tries it again with one read each hold time", () => {
  const route = new ReadRoute(250);
  expect(route.replicaFirst(0)).toBe(true);
  route.replicaFailed(100);
  expect(route.replicaFirst(349)).toBe(false);
  expect(route.replicaFirst(350)).toBe(true);
  expect(route.replicaFirst(351)).toBe(false);
  route.replicaAnswered();
  expect(route.replicaFirst(352)).toBe(true);
});
