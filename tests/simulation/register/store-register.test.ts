import { describe, expect, it } from "vitest";
import type { StoreRegister } from "../../../packages/holdfast/src/controller/register/store-register.ts";
import { BOISE, PORTLAND, SEATTLE, THREE, TIMEOUT_MS, Voters } from "./voters.ts";
import type { Note } from "./voters.ts";
import type { SiteName } from "../../../packages/holdfast/src/core/spec/index.ts";

const { signal } = new AbortController();
const append = (text: string) => (current: Note | undefined) => current && { text: `${current.text} ${text}` };

/** A register at three voters whose value is "0", and a proposer that owns its next ballot. */
async function begun() {
  const voters = new Voters();
  const register = voters.register("p/1");
  const { outcome } = await voters.during(register.change((current) => current ?? { text: "0" }, signal));
  expect(outcome.kind).toBe("changed");
  // The requests of the voter that answered last come to their end.
  await voters.clock.advance(0);
  voters.requests.length = 0;
  const change = async (text: string, by: StoreRegister<Note> = register) =>
    (await voters.during(by.change(append(text), signal))).outcome;
  return { voters, register, change };
}

async function valueOf(voters: Voters, by = voters.register("reader/1")): Promise<string> {
  const { outcome } = await voters.during(by.read(signal));
  return outcome.kind === "decided" ? outcome.register.value.text : outcome.kind;
}

describe("a new register", () => {
  it("begins only when every voter is there: one that is not may know of a value", async () => {
    const voters = new Voters();
    voters.set(BOISE, "dead");
    const register = voters.register("p/1");
    expect((await voters.during(register.read(signal))).outcome).toMatchObject({ kind: "unknown" });
    expect((await voters.during(register.change(() => ({ text: "0" }), signal))).outcome).toEqual({
      kind: "unknown",
      reason: "nothing was decided as far as is known, and boise cannot be asked",
    });
    voters.set(BOISE, "well");
    expect(await valueOf(voters)).toBe("empty");
    expect((await voters.during(register.change(() => ({ text: "0" }), signal))).outcome).toMatchObject({
      kind: "changed",
      value: { text: "0" },
    });
    expect(await valueOf(voters)).toBe("0");
  });

  it("stays empty when nobody has a value for it", async () => {
    const voters = new Voters();
    const { outcome } = await voters.during(voters.register("p/1").change(() => undefined, signal));
    expect(outcome).toEqual({ kind: "unknown", reason: "the register is empty" });
    expect(await valueOf(voters)).toBe("empty");
  });

  it("is begun once by two that try at the same time", async () => {
    const voters = new Voters();
    const begin = (name: string) =>
      voters.register(`${name}/1`).change((current) => (current ? undefined : { text: name }), signal);
    const { outcome } = await voters.during(Promise.all([begin("p"), begin("q")]));
    expect(outcome.map(({ kind }) => kind).sort()).toEqual(["changed", "declined"]);
    expect(new Set(outcome.map((each) => each.kind !== "unknown" && each.value.text)).size).toBe(1);
  });
});

describe("a change", () => {
  it("costs its owner one write at each voter, and nothing else", async () => {
    const { voters, change } = await begun();
    for (let i = 1; i <= 5; i++) {
      expect(await change(`p${i}`)).toMatchObject({ kind: "changed" });
      await voters.clock.advance(0);
    }
    expect(voters.requests.toSorted()).toEqual(THREE.flatMap((name) => Array(5).fill(`${name} replace`)).toSorted());
    expect(await valueOf(voters)).toBe("0 p1 p2 p3 p4 p5");
  });

  it("counts from before the round that decided it", async () => {
    const { voters, register } = await begun();
    await voters.clock.advance(1000);
    voters.set(SEATTLE, "hanging");
    voters.set(PORTLAND, "dead");
    expect((await voters.during(register.change(append("p1"), signal))).outcome.kind).toBe("unknown");
    voters.set(PORTLAND, "well");
    await voters.clock.advance(1000);
    const began = voters.clock.now();
    expect((await voters.during(register.change(append("p2"), signal))).outcome).toMatchObject({ began });
  });

  it("that does not apply is declined, and confirms what is", async () => {
    const { voters, register } = await begun();
    expect((await voters.during(register.change(() => undefined, signal))).outcome).toMatchObject({
      kind: "declined",
      value: { text: "0" },
    });
    expect(await valueOf(voters)).toBe("0");
  });

  it("is never lost between two proposers, nor made twice", async () => {
    const { voters, register } = await begun();
    const other = voters.register("q/1");
    const made: string[] = [];
    for (let i = 1; i <= 20; i++) {
      const both = [register.change(append(`p${i}`), signal), other.change(append(`q${i}`), signal)];
      const { outcome } = await voters.during(Promise.all(both));
      if (outcome[0]!.kind === "changed") made.push(`p${i}`);
      if (outcome[1]!.kind === "changed") made.push(`q${i}`);
      expect(outcome.every(({ kind }) => kind !== "declined")).toBe(true);
    }
    const value = (await valueOf(voters)).split(" ");
    expect(made.length).toBeGreaterThan(20);
    expect(new Set(value).size).toBe(value.length);
    expect(value).toEqual(expect.arrayContaining(made));
  });

  it("is never lost between two of one proposer that are asked for at the same time", async () => {
    const { voters, register } = await begun();
    const { outcome } = await voters.during(
      Promise.all(["a", "b", "c"].map((text) => register.change(append(text), signal))),
    );
    expect(outcome.map((each) => each.kind !== "unknown" && each.value.text)).toEqual(["0 a", "0 a b", "0 a b c"]);
    expect(await valueOf(voters)).toBe("0 a b c");
  });

  it("is made to what is decided only: what may never have been is decided first", async () => {
    const { voters, register, change } = await begun();
    voters.set(PORTLAND, "dead");
    voters.set(BOISE, "dead");
    expect((await change("lost?")).kind).toBe("unknown");
    voters.set(PORTLAND, "well");
    // Both promise and show what they have; portland dies before anything can be made of that.
    voters.before(PORTLAND, "replace", () => {
      voters.before(SEATTLE, "replace", () => voters.set(PORTLAND, "dead"));
    });
    expect((await change("p2", register)).kind).toBe("unknown");
    expect((await voters.state(SEATTLE)).accepted?.register.value.text).toBe("0 lost?");
    voters.set(SEATTLE, "dead");
    voters.set(PORTLAND, "well");
    voters.set(BOISE, "well");
    expect(await change("q1", voters.register("q/1"))).toMatchObject({ kind: "changed", value: { text: "0 q1" } });
  });

  it("whose outcome is not known is there or not, but not twice, when it is asked for again", async () => {
    const { voters, change } = await begun();
    for (const name of THREE) voters.set(name, "mute");
    expect((await change("p1")).kind).toBe("unknown");
    for (const name of THREE) voters.set(name, "well");
    expect(await change("p2")).toMatchObject({ kind: "changed", value: { text: "0 p1 p2" } });
  });
});

describe("a voter", () => {
  it("that is dead costs nothing", async () => {
    const { voters, register } = await begun();
    voters.set(BOISE, "dead");
    for (let i = 1; i <= 3; i++) {
      expect(await voters.during(register.change(append(`p${i}`), signal))).toMatchObject({
        outcome: { kind: "changed" },
        tookMs: 0,
      });
    }
  });

  it("that hangs costs nothing, and the timeout once where nothing of the others is known yet", async () => {
    const { voters, register } = await begun();
    voters.set(BOISE, "hanging");
    const changing = async (by: StoreRegister<Note>) => {
      const { outcome, tookMs } = await voters.during(by.change(append("x"), signal));
      expect(outcome.kind).toBe("changed");
      return tookMs;
    };
    expect(await changing(register)).toBe(0);
    const [reader, stranger] = [voters.register("q/1"), voters.register("r/1")];
    await voters.during(reader.read(signal));
    expect(await changing(reader)).toBe(0);
    expect(await changing(stranger)).toBeLessThan(2 * TIMEOUT_MS);
    expect(await changing(stranger)).toBe(0);
  });

  it("that hangs while another is dead costs the timeout once, and what is decided then is not known", async () => {
    const { voters, register } = await begun();
    voters.set(BOISE, "hanging");
    voters.set(PORTLAND, "dead");
    const { outcome, tookMs } = await voters.during(register.change(append("p1"), signal));
    expect([outcome.kind, tookMs]).toEqual(["unknown", TIMEOUT_MS]);
  });

  it("that lost its object is admitted again by the others, and then counts", async () => {
    const { voters, change } = await begun();
    await voters.lose(BOISE);
    // The first change finds it empty, the next one admits it, and what it holds counts from the one after that.
    for (const text of ["p1", "p2", "p3"]) await change(text);
    const { metadata } = (await voters.object(BOISE))!;
    const { accepted } = await voters.state(SEATTLE);
    expect(accepted?.register.voters["boise"]?.id).toBe(metadata["uid" as never]);
    voters.set(PORTLAND, "dead");
    expect(await change("p4")).toMatchObject({ kind: "changed", value: { text: "0 p1 p2 p3 p4" } });
    voters.set(PORTLAND, "well");
    voters.set(SEATTLE, "dead");
    expect(await valueOf(voters)).toBe("undecided");
    expect(await change("q1", voters.register("q/1"))).toMatchObject({ value: { text: "0 p1 p2 p3 p4 q1" } });
  });

  it("that lost its object does not vote for what it has forgotten", async () => {
    const { voters, change } = await begun();
    voters.set(PORTLAND, "dead");
    expect((await change("p1")).kind).toBe("changed");
    await voters.lose(BOISE);
    voters.set(PORTLAND, "well");
    voters.set(SEATTLE, "dead");
    expect((await change("q1", voters.register("q/1"))).kind).toBe("unknown");
    voters.set(SEATTLE, "well");
    expect(await change("q2", voters.register("q/2"))).toMatchObject({ value: { text: "0 p1 q2" } });
  });

  it("that is new in the fleet file is added, and one that is no longer named is left out, one at a time", async () => {
    const { voters, change } = await begun();
    const [tacoma, spokane] = ["tacoma", "spokane"] as SiteName[];
    const more = voters.register("p/2", [...THREE, tacoma!, spokane!]);
    const names = async () => Object.keys((await voters.state(SEATTLE)).accepted?.register.voters ?? {});
    await change("a", more);
    const seen = [(await names()).length];
    for (const text of ["b", "c", "d"]) {
      await change(text, more);
      seen.push((await names()).length);
    }
    expect(await names()).toEqual([...THREE, tacoma, spokane]);
    expect(seen.every((count, i) => i === 0 || count - seen[i - 1]! <= 1)).toBe(true);

    const fewer = voters.register("p/3", [SEATTLE, tacoma!, spokane!]);
    for (const text of ["e", "f", "g", "h"]) await change(text, fewer);
    expect(await names()).toEqual([SEATTLE, tacoma, spokane]);
    for (const name of [PORTLAND, BOISE]) voters.set(name, "dead");
    expect(await change("i", fewer)).toMatchObject({ value: { text: "0 a b c d e f g h i" } });
  });
});

describe("without a majority", () => {
  it("nothing changes, and nothing is known (R18)", async () => {
    const { voters, register, change } = await begun();
    for (const name of [PORTLAND, BOISE]) voters.set(name, "dead");
    expect(await change("p1")).toMatchObject({
      kind: "unknown",
      reason: expect.stringContaining("no majority of the voters: no answer from portland, boise"),
    });
    expect((await voters.during(register.read(signal))).outcome.kind).toBe("unknown");
    for (const name of [PORTLAND, BOISE]) {
      voters.set(name, "well");
      expect((await voters.state(name)).accepted?.register.value.text).toBe("0");
    }
  });

  it("a reading says what may have been decided, and does not call it decided", async () => {
    const { voters, change } = await begun();
    voters.set(PORTLAND, "dead");
    voters.set(BOISE, "dead");
    await change("p1");
    voters.set(PORTLAND, "well");
    expect((await voters.during(voters.register("q/1").read(signal))).outcome).toMatchObject({
      kind: "undecided",
      register: { value: { text: "0 p1" } },
    });
  });
});
