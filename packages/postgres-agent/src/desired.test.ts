import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseDesired, refuseOutdated } from "./desired.ts";

const primary = { role: "primary", term: 1, syncStandbys: ["portland"], standbys: ["portland"] };
const standby = {
  role: "standby",
  term: 2,
  upstream: { host: "10.1.2.3", port: 5432 },
  syncStandbys: [],
  standbys: [],
};

describe("parseDesired", () => {
  it("reads what a controller sends", () => {
    expect(parseDesired(primary)).toEqual({ ok: true, desired: primary });
    expect(parseDesired(standby)).toEqual({ ok: true, desired: standby });
    const leased = { ...primary, revision: 7, writable: { clock: "c", untilMs: 1234.5 } };
    expect(parseDesired(leased)).toEqual({ ok: true, desired: leased });
  });

  it.each([
    [null, "the body is not a JSON object"],
    [[], "the body is not a JSON object"],
    [{ ...primary, role: "master" }, "role is not primary, standby or fenced"],
    [{ ...primary, term: -1 }, "term is not a whole number from 0"],
    [{ ...primary, term: 1.5 }, "term is not a whole number from 0"],
    [{ ...primary, term: "1" }, "term is not a whole number from 0"],
    [{ ...primary, revision: -1 }, "revision is not a whole number from 0"],
    [{ ...primary, writable: { untilMs: 1 } }, "writable.clock is not the id of an agent's clock"],
    [{ ...primary, writable: { clock: "c", untilMs: null } }, "writable.untilMs is not a number"],
    [{ ...primary, syncStandby: [] }, "syncStandby is not known"],
    [{ ...primary, standbys: "portland" }, "standbys is not a list of at most 9 site names"],
    [{ ...primary, standbys: ["x'); drop"] }, "standbys is not a list of at most 9 site names"],
    [{ ...primary, standbys: ["a", "a"] }, "standbys names a site twice"],
    [{ ...standby, upstream: undefined }, "upstream is missing: a standby follows somebody"],
    [{ ...standby, upstream: { host: "a b", port: 1 } }, "upstream.host is not a host name or address"],
    [{ ...standby, upstream: { host: "a", port: 0 } }, "upstream.port is not a port"],
    [{ ...primary, initialize: "yes" }, "initialize is not true or false"],
  ])("refuses %j", (body, problem) => {
    expect(parseDesired(body)).toEqual({ ok: false, problems: [problem] });
  });

  it("never throws, whatever is sent", () => {
    fc.assert(fc.property(fc.jsonValue(), (body) => void parseDesired(body)));
  });
});

describe("refuseOutdated", () => {
  const desire = (role: "primary" | "standby" | "fenced", term: number, revision?: number) => ({
    role,
    term,
    ...(revision === undefined ? {} : { revision }),
    syncStandbys: [],
    standbys: [],
  });
  it.each([
    ["primary", 4, { term: 5, revision: 0, followedTerm: -1 }, "term 4 is over: the latest is 5"],
    ["fenced", 4, { term: 5, revision: 0, followedTerm: -1 }, "term 4 is over: the latest is 5"],
    ["primary", 5, { term: 5, revision: 0, followedTerm: 4 }, undefined],
    [
      "primary",
      5,
      { term: 5, revision: 0, followedTerm: 5 },
      "a standby of term 5 becomes primary only in a later term",
    ],
    ["primary", 6, { term: 5, revision: 0, followedTerm: 5 }, undefined],
    ["fenced", 5, { term: 5, revision: 0, followedTerm: 5 }, undefined],
    ["standby", 5, { term: 5, revision: 0, followedTerm: 5 }, undefined],
  ] as const)("%s in term %i with %j", (role, term, memory, answer) => {
    expect(refuseOutdated(desire(role, term), memory)).toBe(answer);
  });

  it.each([
    ["primary", 5, 3, 3, undefined],
    ["primary", 5, 4, 3, undefined],
    ["primary", 5, 2, 3, "revision 2 of term 5 is over: the latest is 3"],
    ["fenced", 5, 2, 3, "revision 2 of term 5 is over: the latest is 3"],
    ["standby", 5, undefined, 3, "revision 0 of term 5 is over: the latest is 3"],
    ["standby", 5, undefined, 0, undefined],
    ["primary", 6, 0, 3, undefined],
    ["primary", 4, 9, 3, "term 4 is over: the latest is 5"],
  ] as const)("%s in term %i, revision %j, after term 5, revision %i", (role, term, revision, latest, answer) => {
    const memory = { term: 5, revision: latest, followedTerm: -1 };
    expect(refuseOutdated(desire(role, term, revision), memory)).toBe(answer);
  });
});
