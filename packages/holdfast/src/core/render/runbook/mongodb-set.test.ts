import { spawnSync } from "node:child_process";
import { Script, createContext } from "node:vm";
import { describe, expect, it } from "vitest";
import type { Fleet, MongodbStore } from "../../spec/index.ts";
import { renderSite } from "../kubernetes/index.ts";
import { placedMongodbMembers } from "../kubernetes/stores.ts";
import { changed, example, fileOf } from "../testing/example-fleets.ts";
import { runbookFamily } from "./index.ts";
import {
  afterLossOf,
  drainedPriority,
  giveVotes,
  lossesOf,
  mongoshCommand,
  setPriorities,
  takeVotes,
  takeVotesByForce,
} from "./mongodb-set.ts";

// A configuration as MongoDB has it, and rendered objects as a reader of YAML sees them.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Data = any;

const hubs = example("ratings-azure-stack-hub").fleet;
const threeData = changed(
  "ratings-azure-stack-hub",
  ["{ site: azure-central, role: arbiter }", "{ site: orlando, votes: 0, priority: 0 }"],
  ["      - { site: seattle }\n", ""],
);
const storeOf = (fleet: Fleet) => fleet.stores.find((store): store is MongodbStore => store.engine === "mongodb")!;

const [SEATTLE, SEATTLE_2, ORLANDO, ORLANDO_2, ARBITER] = placedMongodbMembers(hubs, storeOf(hubs)).map(
  ({ host }) => host,
) as [string, string, string, string, string];

/** A set that says what it is, and takes a configuration as MongoDB does: one vote more or less at once, unless forced. */
class FakeSet {
  config: Data;
  readonly states = new Map<string, string>();
  readonly forced: boolean[] = [];

  constructor(fleet: Fleet) {
    const members = placedMongodbMembers(fleet, storeOf(fleet)).map(({ host, role, votes, priority }, _id) => {
      this.states.set(host, role === "arbiter" ? "ARBITER" : "SECONDARY");
      return { _id, host, votes, priority: role === "arbiter" ? 0 : priority };
    });
    this.config = { version: 1, members };
  }

  run(lines: readonly string[]): void {
    const rs = {
      conf: () => structuredClone(this.config),
      status: () => ({ members: [...this.states].map(([name, stateStr]) => ({ name, stateStr })) }),
      reconfig: (config: Data, { force = false }: { force?: boolean }) => {
        const changes = config.members.filter(
          ({ votes }: Data, index: number) => votes !== this.config.members[index].votes,
        );
        if (!force) expect(changes.length, "votes that change at once").toBeLessThanOrEqual(1);
        for (const { votes, priority } of config.members) if (votes === 0) expect(priority).toBe(0);
        this.forced.push(force);
        this.config = config;
      },
    };
    new Script(lines.join("\n")).runInContext(createContext({ rs, print: () => undefined }));
  }

  votes = () => Object.fromEntries(this.config.members.map(({ host, votes }: Data) => [host, votes]));
  priorities = () => Object.fromEntries(this.config.members.map(({ host, priority }: Data) => [host, priority]));
}

describe("what is left of a set", () => {
  it("writes, elects only, or does neither, by votes and by members with data", () => {
    const kinds = (fleet: Fleet) => lossesOf(fleet, storeOf(fleet)).map(({ site, kind }) => [site, kind]);
    expect(kinds(hubs)).toEqual([
      ["seattle", "silent"],
      ["orlando", "silent"],
      ["azure-central", "writes"],
    ]);
    expect(afterLossOf(hubs, storeOf(hubs), hubs.sites[0]!.name).needed).toBe(3);
    // One vote at Seattle, two at Orlando: the two are the majority.
    expect(kinds(threeData)).toEqual([
      ["seattle", "writes"],
      ["orlando", "headless"],
    ]);
  });
});

describe("what the runbook's commands do to a set", () => {
  const [seattle] = lossesOf(hubs, storeOf(hubs));

  it("before work on a site its members come after all others, and may still be primary", () => {
    const store = storeOf(hubs);
    const lowered = drainedPriority(hubs, store, hubs.sites[0]!.name)!;
    const set = new FakeSet(hubs);
    set.run(setPriorities(seattle!.lost.map(({ host }) => [host, lowered] as const)));
    expect(set.priorities()).toEqual({ [SEATTLE]: 0.5, [SEATTLE_2]: 0.5, [ORLANDO]: 1, [ORLANDO_2]: 1, [ARBITER]: 0 });
    set.run(setPriorities(seattle!.lost.map(({ host, priority }) => [host, priority] as const)));
    expect(set.config).toEqual(new FakeSet(hubs).config);
  });

  it("know when nobody else may be primary", () => {
    const fleet = changed("ratings-azure-stack-hub", ["{ site: orlando }", "{ site: orlando, priority: 0 }"]);
    expect(drainedPriority(fleet, storeOf(fleet), fleet.sites[0]!.name)).toBeUndefined();
    expect(fileOf(runbookFamily, fleet, "RUNBOOK.md")).toContain("Only members at seattle may be primary");
  });

  it("take the lost members' votes one by one, twice without harm, and by force all at once", () => {
    const wanted = { [SEATTLE]: 0, [SEATTLE_2]: 0, [ORLANDO]: 1, [ORLANDO_2]: 1, [ARBITER]: 1 };
    const set = new FakeSet(hubs);
    set.run(takeVotes(seattle!.lost));
    set.run(takeVotes(seattle!.lost));
    expect([set.votes(), set.forced]).toEqual([wanted, [false, false]]);
    const other = new FakeSet(hubs);
    other.run(takeVotesByForce(seattle!.lost));
    expect([other.votes(), other.forced]).toEqual([wanted, [true]]);
  });

  it("give them back one by one, and to none that still copies", () => {
    const set = new FakeSet(hubs);
    set.run(takeVotes(seattle!.lost));
    set.states.set(SEATTLE_2, "RECOVERING");
    expect(() => set.run(giveVotes(seattle!.lost))).toThrow(`${SEATTLE_2} is RECOVERING: wait until it is SECONDARY`);
    expect(set.votes()).toMatchObject({ [SEATTLE]: 1, [SEATTLE_2]: 0 });
    set.states.set(SEATTLE_2, "SECONDARY");
    set.run(giveVotes(seattle!.lost));
    expect(set.config).toEqual(new FakeSet(hubs).config);
  });

  it("run in a container that is there, with the certificate that is there, and pass the shell whole", () => {
    const store = storeOf(hubs);
    const loss = seattle!;
    const command = mongoshCommand(hubs, store, { members: loss.left }, ...takeVotes(loss.lost));
    const [site = "", pod = ""] = /--context (\S+) .* exec (\S+) /.exec(command)?.slice(1) ?? [];
    const manifest = (renderSite(hubs, hubs.sites.find(({ name }) => name === site)!.name) as Data[]).find(
      ({ kind, metadata }) => kind === "StatefulSet" && pod === `${metadata.name}-0`,
    );
    const { containers } = manifest.spec.template.spec;
    const container = containers.find(({ name }: Data) => command.includes(`--container ${name} `));
    for (const [, file] of command.matchAll(/=(\/etc\/[\w./-]+)/g))
      expect(
        container.args.some((arg: string) => arg.endsWith(`=${file!}`)),
        file,
      ).toBe(true);
    expect(container.volumeMounts).toContainEqual(expect.objectContaining({ mountPath: "/tmp" }));
    const shown = spawnSync("sh", ["-c", `kubectl() { for last; do :; done; printf %s "$last"; }\n${command}`], {
      encoding: "utf8",
    });
    expect(shown.stderr).toBe("");
    expect(shown.stdout).toBe(`\n${takeVotes(loss.lost).join("\n")}\n`);
  });

  it("are in the runbook where a loss needs them, by force where there is no primary, with its danger", () => {
    const page = fileOf(runbookFamily, hubs, "RUNBOOK.md");
    expect(page).toContain("### ratings-mongodb: writes again after the loss of seattle");
    expect(page).toContain("### ratings-mongodb: writes again after the loss of orlando");
    expect(page).not.toContain("after the loss of azure-central");
    expect(page).not.toContain("rs.stepDown");
    expect(page).not.toMatch(/stays fenced|forgotten what it promised/);
    const headless = fileOf(runbookFamily, threeData, "RUNBOOK.md");
    expect(headless).not.toContain("writes again after the loss of seattle");
    expect(headless).toMatch(
      /writes again after the loss of orlando[^]*?by force[^]*?\*\*This asks nobody\.\*\*[^]*?force: true/,
    );
  });
});
