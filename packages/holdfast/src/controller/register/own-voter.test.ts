import { expect, it } from "vitest";
import { followOwnVoter } from "./own-voter.ts";
import { Trouble } from "../trouble.ts";
import { SEATTLE, STORE, Voters } from "./testing/voters.ts";
import type { Note } from "./testing/voters.ts";

it("tells what this site's own voter accepts, decided or not, and goes on after trouble", async () => {
  const voters = new Voters();
  const stop = new AbortController();
  const heard: unknown[] = [];
  const log: string[] = [];
  const tell = (line: string) => void log.push(line);
  const trouble = new Trouble("following", { info: tell, warn: tell });
  const following = followOwnVoter<Note>(voters, SEATTLE, STORE, ({ text }) => heard.push(text), stop.signal, trouble);
  const register = voters.register("p/1");
  const change = (text: string) => voters.during(register.change(() => ({ text }), stop.signal));
  await change("a");
  await voters.restore(SEATTLE, "nonsense");
  await voters.clock.advance(0);
  await voters.lose(SEATTLE);
  await change("b");
  await change("c");
  await voters.clock.advance(0);
  stop.abort();
  await following;
  expect(new Set(heard)).toEqual(new Set(["a", "b", "c"]));
  expect(log).toEqual([expect.stringContaining("holds no register"), "following: going on"]);
});
