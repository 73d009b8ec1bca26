import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { unwrap } from "../../base/index.ts";
import { parseFleet } from "./index.ts";

const example = new URL("../../../../../examples/ratings/holdfast.yaml", import.meta.url);

describe("parseFleet", () => {
  it("parses the ratings example, with its defaults filled in", () => {
    const fleet = unwrap(parseFleet(readFileSync(example, "utf8"), "holdfast.yaml"));
    expect(fleet.sites.map((site) => site.name)).toEqual(["seattle", "portland"]);
    expect(fleet.objectives).toEqual({ availabilityPercent: 99.95, rtoMs: 5_000, rpoMs: 0 });
    expect(fleet.sites[0]?.addresses.ingress).toEqual({ host: "192.0.2.10", port: 80 });
    expect(fleet.traffic.hostmaster).toBe("dns@operations.example");
    expect(fleet.stores[0]).toMatchObject({ engine: "postgresql", peeringPort: 5432, failback: "approved" });
  });
});
