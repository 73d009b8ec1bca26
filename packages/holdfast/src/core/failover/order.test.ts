import { expect, it } from "vitest";
import { orderFor } from "./index.ts";
import { electing, portland, seattle, serving, tacoma } from "./testing/samples.ts";

const lease = serving({ joining: { [tacoma]: 7 } });
const switchover = { to: portland, request: "r1", reason: "maintenance" };

it.each([
  { when: "it serves and its lease runs", order: orderFor(lease, seattle, true), is: "primary for portland tacoma" },
  { when: "it is not certain that its lease runs", order: orderFor(lease, seattle, false), is: "fenced" },
  { when: "another serves", order: orderFor(lease, portland, false), is: "standby of seattle" },
  { when: "another serves, whatever it holds", order: orderFor(lease, tacoma, true), is: "standby of seattle" },
  { when: "nobody serves", order: orderFor(electing(), seattle, true), is: "fenced" },
  { when: "nobody serves, a candidate", order: orderFor(electing(), portland, true), is: "fenced" },
  { when: "it steps down", order: orderFor(serving({ switchover }), seattle, true), is: "fenced" },
  {
    when: "it was asked to step down for a site that has not everything",
    order: orderFor(serving({ switchover: { ...switchover, to: tacoma } }), seattle, true),
    is: "primary for portland",
  },
  { when: "it is alone", order: orderFor(serving({ syncStandbys: [] }), seattle, true), is: "primary for nobody" },
])("a site's database is $is when $when", ({ order, is }) => {
  const { role, follows, syncStandbys } = order;
  const words = role === "primary" ? ` for ${syncStandbys.join(" ") || "nobody"}` : follows ? ` of ${follows}` : "";
  expect(`${role}${words}`).toBe(is);
});

it("carries the term and the revision, so that an older one is refused", () => {
  for (const site of [seattle, portland]) expect(orderFor(lease, site, true)).toMatchObject({ term: 5, revision: 7 });
  expect(orderFor(electing(), portland, true)).toMatchObject({ term: 6, revision: 8 });
});

it("lets an empty disk become a database only before there was one", () => {
  expect(orderFor(lease, seattle, true).initialize).toBe(false);
  expect(orderFor(serving({ established: false }), seattle, true).initialize).toBe(true);
  expect(orderFor(serving({ established: false }), portland, true).initialize).toBeUndefined();
});
