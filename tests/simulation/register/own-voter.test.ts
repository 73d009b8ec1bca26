import { expect, it } from "vitest";
import { followOwnVoter } from "../../../packages/holdfast/src/controller/register/own-voter.ts";
import { Trouble } from "../../../packages/holdfast/src/controller/trouble.ts";
import { SEATTLE, STORE, Voters } from "./voters.ts";
import type { Note } from "./voters.ts";

it("tells what this site's own voter accepts, decided or not, and goes on after trouble", async () => {
  const voters = new Voters();
  const stop = new AbortController();
  const heard: unknown[] = [];
  const log: string[] = [];
  const tell = (line: string) => void log.push(line);
  const trouble = new Trouble("following", { info: tell, warn: tell });
  // Whatever the value is: it is passed on as it stands there.
  const onValue = (value: unknown) => heard.push((value as Note).text);
  const following = followOwnVoter(voters, SEATTLE, STORE, onValue, stop.signal, trouble);
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
