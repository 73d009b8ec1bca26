import { describe, expect, it } from "vitest";
import { emptyAcceptor } from "../../../packages/holdfast/src/core/quorum/index.ts";
import type { AcceptorState, Register, VoteRequest } from "../../../packages/holdfast/src/core/quorum/index.ts";
import { VoterClient } from "../../../packages/holdfast/src/controller/register/voter-client.ts";
import { SEATTLE, STORE, Voters } from "./voters.ts";
import type { Note } from "./voters.ts";

const { signal } = new AbortController();
const register: Register<Note> = { voters: {}, value: { text: "a" } };
const ballot = (n: number, by = "p") => ({ n, by });
const prepare = (n: number, by = "p"): VoteRequest<Note> => ({ kind: "prepare", ballot: ballot(n, by) });
const accept = (n: number, text: string, by = "p"): VoteRequest<Note> => ({
  kind: "accept",
  ballot: ballot(n, by),
  next: ballot(n + 1, by),
  register: { ...register, value: { text } },
});
const accepted = (n: number, text: string): AcceptorState<Note> => ({
  promised: ballot(n + 1),
  accepted: { ballot: ballot(n), register: { ...register, value: { text } } },
});

function voter() {
  const voters = new Voters();
  const newClient = () => new VoterClient<Note>(SEATTLE, STORE, voters);
  return { voters, newClient, client: newClient() };
}

describe("a voter", () => {
  it("begins with an object of its own, and is written to once for each vote after that", async () => {
    const { voters, client } = voter();
    expect(await client.ask(prepare(1), signal)).toMatchObject({ granted: true, state: { promised: ballot(1) } });
    expect(voters.requests).toEqual(["seattle get", "seattle create", "seattle replace"]);
    voters.requests.length = 0;
    expect(await client.ask(accept(1, "a"), signal)).toMatchObject({ granted: true, state: accepted(1, "a") });
    expect(await client.ask(accept(2, "b"), signal)).toMatchObject({ granted: true, state: accepted(2, "b") });
    expect(voters.requests).toEqual(["seattle replace", "seattle replace"]);
    expect(await voters.state(SEATTLE)).toEqual(accepted(2, "b"));
  });

  it("is looked at anew when somebody else wrote in between, and refuses what that forbids", async () => {
    const { client, newClient } = voter();
    await client.ask(accept(1, "a"), signal);
    await newClient().ask(prepare(9, "q"), signal);
    expect(await client.ask(accept(2, "b"), signal)).toMatchObject({
      granted: false,
      state: { promised: ballot(9, "q"), accepted: { ballot: ballot(1) } },
    });
  });

  it("grants in spite of a conflict what the other's write does not forbid", async () => {
    const { voters, client, newClient } = voter();
    await client.ask(prepare(5), signal);
    const other = newClient();
    voters.before(SEATTLE, "replace", () => other.ask(prepare(6, "q"), signal));
    expect(await client.ask(prepare(7), signal)).toMatchObject({ granted: true, state: { promised: ballot(7) } });
  });

  it("does not say anything of the past when it is read, or refuses", async () => {
    const { client, newClient } = voter();
    await client.ask(accept(1, "a"), signal);
    await newClient().ask(accept(5, "q", "q"), signal);
    expect((await client.ask({ kind: "read" }, signal)).state).toMatchObject({ accepted: { ballot: ballot(5, "q") } });
    await newClient().ask(accept(7, "q", "q"), signal);
    expect(await client.ask(prepare(3), signal)).toMatchObject({
      granted: false,
      state: { promised: ballot(8, "q"), accepted: { ballot: ballot(7, "q") } },
    });
  });

  it("whose answer was lost has voted, and says so when it is asked again", async () => {
    const { voters, client } = voter();
    await client.ask(prepare(1), signal);
    voters.set(SEATTLE, "mute");
    await expect(client.ask(accept(1, "a"), signal)).rejects.toThrow("no answer");
    expect(await voters.state(SEATTLE)).toEqual(accepted(1, "a"));
    voters.set(SEATTLE, "well");
    voters.requests.length = 0;
    expect(await client.ask(accept(1, "a"), signal)).toMatchObject({ granted: true, state: accepted(1, "a") });
    expect(voters.requests).toEqual(["seattle get"]);
  });

  it("answers one request after the other, and one that was given up does not hold up the next", async () => {
    const { voters, client } = voter();
    await client.ask(prepare(1), signal);
    voters.set(SEATTLE, "hanging");
    const give = new AbortController();
    const hanging = client.ask(accept(1, "a"), give.signal);
    const waiting = client.ask(prepare(3), signal);
    await voters.clock.advance(0);
    voters.set(SEATTLE, "well");
    expect(voters.requests.at(-1)).toBe("seattle replace");
    give.abort();
    await expect(hanging).rejects.toThrow();
    expect(await waiting).toMatchObject({ granted: true, state: { promised: ballot(3) } });
  });
});

describe("a voter's object", () => {
  it("that is lost is made anew, and is known to be another", async () => {
    const { voters, client } = voter();
    const before = await client.ask(accept(1, "a"), signal);
    await voters.lose(SEATTLE);
    const after = await client.ask({ kind: "read" }, signal);
    expect(after).toMatchObject({ granted: true, state: emptyAcceptor });
    expect(after.id).not.toBe(before.id);
    await voters.lose(SEATTLE);
    const voted = await client.ask(accept(2, "b"), signal);
    expect(voted).toMatchObject({ granted: true, state: accepted(2, "b") });
    expect([before.id, after.id]).not.toContain(voted.id);
  });

  it("that two make at the same moment is one", async () => {
    const { voters, client, newClient } = voter();
    const other = newClient();
    let first;
    voters.before(SEATTLE, "create", async () => (first = await other.ask(prepare(1, "q"), signal)));
    expect((await client.ask({ kind: "read" }, signal)).id).toBe(first!.id);
  });

  it("that was restored from an older backup is replaced: it has forgotten what it promised", async () => {
    const { voters, client } = voter();
    const before = await client.ask(accept(1, "a"), signal);
    const backup = await voters.state(SEATTLE);
    await client.ask(accept(2, "b"), signal);
    await voters.restore(SEATTLE, backup);
    const after = await client.ask({ kind: "read" }, signal);
    expect(after.state).toEqual(emptyAcceptor);
    expect(after.id).not.toBe(before.id);
  });

  it("is known to have fallen back also by one that heard of its mark only", async () => {
    const { voters, client, newClient } = voter();
    const before = await client.ask(accept(1, "a"), signal);
    const other = newClient();
    await other.ask({ kind: "read" }, signal);
    other.raise("another object", 9);
    expect((await other.ask({ kind: "read" }, signal)).id).toBe(before.id);
    other.raise(before.id, 2);
    expect((await other.ask({ kind: "read" }, signal)).id).not.toBe(before.id);
    expect(voters.requests).toContain("seattle delete");
  });

  it.each(["", "{}", "no JSON", '{"promised":{"n":"1"}}', '{"promised":{"n":1},"accepted":{"ballot":{"n":1}}}'])(
    "that holds %j does not vote",
    async (text) => {
      const { voters, client } = voter();
      await client.ask(prepare(1), signal);
      await voters.restore(SEATTLE, text);
      await expect(client.ask(prepare(2), signal)).rejects.toThrow("holds no register");
      await expect(client.ask({ kind: "read" }, signal)).rejects.toThrow("holds no register");
    },
  );
});
