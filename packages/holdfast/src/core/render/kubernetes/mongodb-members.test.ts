import { Script, createContext } from "node:vm";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fleetNamed } from "../testing/examples.ts";
import { renderSite } from "./index.ts";
import { MEMBERS_SCRIPT } from "./mongodb-members-script.ts";

// What MongoDB's commands take and give, and rendered data as a reader of YAML sees them.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Data = any;

interface Member {
  readonly host: string;
  readonly arbiterOnly: boolean;
  readonly votes: 0 | 1;
  readonly priority: number;
}

const hub = fleetNamed("ratings-azure-stack-hub");
const rendered = hub.sites.flatMap(({ name }) => renderSite(hub, name)) as Data[];
const configMap = rendered.find(({ metadata }) => metadata.name === "ratings-mongodb-members");
const wantedByExample = JSON.parse(configMap.data["set.json"]);

const failure = (message: string, code?: number): Error => Object.assign(new Error(message), { code });

/**
 * Servers of one set that answer the commands that the script sends, and refuse what MongoDB refuses: a second beginning, a change of
 * two votes at once, more than seven votes, an old version, a change without the primary in it, a new role for a member.
 */
class FakeSet {
  config: Data;
  readonly reachable: Set<string>;
  /** By host; a newcomer first copies the data. */
  readonly states = new Map<string, string>();
  readonly users = new Map<string, Data>();
  writeConcern: Data;
  readonly writes: string[] = [];
  readonly configs: Data[] = [];
  openConnections = 0;
  /** What the script did that MongoDB refuses. The script tries again whatever fails, so a failed expectation would be lost. */
  readonly refused: unknown[] = [];

  constructor(hosts: readonly string[]) {
    this.reachable = new Set(hosts);
  }

  connect = (uri: string, user?: string, password?: string): Data => {
    const { pathname, searchParams, host } = new URL(uri.replace(/^mongodb:/, "http:").replace(/\/\/[^/]*,/, "//"));
    const hosts = /^mongodb:\/\/([^/]+)\//.exec(uri)![1]!.split(",");
    expect([pathname, searchParams.get("tls"), searchParams.get("tlsCAFile")]).toEqual([
      "/admin",
      "true",
      "/etc/holdfast/tls/ca.crt",
    ]);
    const direct = searchParams.get("directConnection") === "true";
    const at = direct ? host : this.primary();
    if (at === undefined || !hosts.some((each) => this.reachable.has(each)) || !this.reachable.has(at))
      throw failure("Server selection timed out");
    if (user === undefined) {
      expect(searchParams.get("authMechanism")).toBe("MONGODB-X509");
      expect(searchParams.get("authSource")).toBe("$external");
    } else if (this.users.get(`${searchParams.get("authSource")}.${user}`)?.pwd !== password)
      throw failure("Authentication failed.", 18);
    this.openConnections += 1;
    const of = (database: string): Data => ({
      adminCommand: (command: Data) => this.run("admin", at, command),
      runCommand: (command: Data) => this.run(database, at, command),
      getSiblingDB: of,
      getMongo: () => ({ close: () => (this.openConnections -= 1) }),
    });
    return of("admin");
  };

  primary(): string | undefined {
    return [...this.states].find(([, state]) => state === "PRIMARY")?.[0];
  }

  private run(database: string, at: string, command: Data): Data {
    const [name] = Object.keys(command);
    switch (name) {
      case "ping":
        return { ok: 1 };
      case "hello":
        return this.states.has(at) ? { setName: this.config._id } : { isreplicaset: true };
      case "replSetInitiate":
        if (this.config !== undefined) throw failure("already initialized", 23);
        for (const { host } of command.replSetInitiate.members)
          if (!this.reachable.has(host)) throw failure("no quorum");
        this.install({ ...command.replSetInitiate, version: 1, term: 1 });
        this.states.set(at, "PRIMARY");
        return { ok: 1 };
      case "replSetGetConfig":
        return { config: structuredClone(this.config) };
      case "replSetGetStatus":
        return {
          members: this.config.members.map(({ host }: Member) => ({
            name: host,
            health: this.reachable.has(host) ? 1 : 0,
            stateStr: this.states.get(host),
          })),
        };
      case "replSetReconfig":
        try {
          this.reconfigure(command.replSetReconfig);
        } catch (error) {
          this.refused.push(error);
          throw error;
        }
        return { ok: 1 };
      case "usersInfo":
        return { users: this.users.has(`${database}.${command.usersInfo.user}`) ? [{}] : [] };
      case "createUser":
      case "updateUser": {
        expect(command.writeConcern).toMatchObject({ w: "majority" });
        const id = `${database}.${command[name]}`;
        if (this.users.has(id) !== (name === "updateUser")) throw failure("wrong user");
        this.users.set(id, { ...this.users.get(id), ...command });
        this.writes.push(`${name} ${id}`);
        return { ok: 1 };
      }
      case "getDefaultRWConcern":
        return { defaultWriteConcernSource: this.writeConcern === undefined ? "implicit" : "global" };
      case "setDefaultRWConcern":
        this.writeConcern = command.defaultWriteConcern;
        this.writes.push(name);
        return { ok: 1 };
      default:
        throw new Error(`no command ${String(name)}`);
    }
  }

  private reconfigure(config: Data): void {
    const before: readonly Data[] = this.config.members;
    const after: readonly Data[] = config.members;
    expect(config.version - this.config.version).toBe(1);
    const votes = (members: readonly Data[]) =>
      new Set(members.flatMap(({ host, votes }) => (votes === 1 ? [host] : [])));
    const [had, has] = [votes(before), votes(after)];
    const changed = [...had].filter((host) => !has.has(host)).length + [...has].filter((host) => !had.has(host)).length;
    expect(changed, "votes that change at once").toBeLessThanOrEqual(1);
    expect(has.size).toBeGreaterThan(0);
    expect(has.size).toBeLessThanOrEqual(7);
    expect(new Set(after.map(({ _id }) => _id)).size).toBe(after.length);
    const primary = after.find(({ host }) => host === this.primary());
    expect(primary?.priority).toBeGreaterThan(0);
    for (const member of after) {
      if (member.votes === 0 || member.arbiterOnly) expect(member.priority).toBe(0);
      const known = before.find(({ host }) => host === member.host);
      if (known !== undefined) {
        expect(member._id).toBe(known._id);
        expect(member.arbiterOnly).toBe(known.arbiterOnly);
      } else if (!member.arbiterOnly) expect(member.votes, "a member votes only once it has the data").toBe(0);
      if (member.votes === 1 && known?.votes === 0)
        expect(["SECONDARY", "ARBITER"]).toContain(this.states.get(member.host));
    }
    this.install(config);
  }

  install(config: Data): void {
    const first = this.config === undefined;
    this.config = structuredClone(config);
    this.configs.push(this.config);
    for (const { host, arbiterOnly } of config.members as Member[])
      if (!this.states.has(host)) this.states.set(host, arbiterOnly ? "ARBITER" : first ? "SECONDARY" : "STARTUP2");
    for (const host of this.states.keys())
      if (!config.members.some((member: Member) => member.host === host)) this.states.delete(host);
  }

  copyData(): void {
    for (const [host, state] of this.states) if (state === "STARTUP2") this.states.set(host, "SECONDARY");
  }
}

const secrets: Record<string, string> = {
  "users/administrator/username": "holdfast-admin",
  "users/administrator/password": "admin-secret\n",
  "users/application/username": "ratingsdb",
  "users/application/password": "app-secret",
};

/** Runs the script as the shell would; `meanwhile` happens between two rounds. */
function run(set: FakeSet, wanted: Data, meanwhile: (round: number) => void = () => undefined, roundsMax = 60) {
  const printed: string[] = [];
  let code: number | undefined;
  let rounds = 0;
  const context = createContext({
    require: (name: string) => {
      expect(name).toBe("fs");
      return {
        readFileSync: (path: string) => {
          const file = path.replace("/etc/holdfast/", "");
          return file === "set.json" ? JSON.stringify(wanted) : secrets[file]!;
        },
      };
    },
    connect: set.connect,
    print: (text: string) => printed.push(text),
    quit: (given: number) => (code = given),
    sleep: () => {
      rounds += 1;
      if (rounds > roundsMax) throw new StillWaiting();
      set.copyData();
      meanwhile(rounds);
    },
  });
  try {
    new Script(MEMBERS_SCRIPT).runInContext(context);
  } catch (error) {
    if (!(error instanceof StillWaiting)) throw error;
  }
  if (set.refused.length > 0) throw set.refused[0];
  expect(set.openConnections).toBe(0);
  for (const text of printed) expect(text).not.toContain("secret");
  return { printed, code };
}

class StillWaiting extends Error {}

const hostsOf = ({ members }: { readonly members: readonly Member[] }) => members.map(({ host }) => host);
const shapeOf = ({ members }: { readonly members: readonly Member[] }) =>
  members
    .map(({ host, arbiterOnly, votes, priority }) => ({ host, arbiterOnly, votes, priority }))
    .sort((a, b) => (a.host < b.host ? -1 : 1));

function begun(wanted: Data): FakeSet {
  const set = new FakeSet(hostsOf(wanted));
  expect(run(set, wanted).code).toBe(0);
  set.writes.length = 0;
  set.configs.length = 0;
  return set;
}

describe("the Job that makes a replica set", () => {
  it("names the members as all sites reach them, with their votes and priorities (R10, R74)", () => {
    expect(wantedByExample).toMatchObject({
      set: "rs0",
      members: [
        { host: "10.100.1.101:27017", arbiterOnly: false, votes: 1, priority: 2 },
        { host: "10.100.1.101:27018", arbiterOnly: false, votes: 1, priority: 1 },
        { host: "10.101.1.101:27017", arbiterOnly: false, votes: 1, priority: 1 },
        { host: "10.101.1.101:27018", arbiterOnly: false, votes: 1, priority: 1 },
        { host: "10.102.1.11:27017", arbiterOnly: true, votes: 1, priority: 0 },
      ],
    });
  });

  it("begins it once every member answers, and not before; then makes both users", () => {
    const set = new FakeSet(hostsOf(wantedByExample).slice(0, -1));
    const { printed, code } = run(set, wantedByExample, (round) => {
      expect(set.config === undefined).toBe(round < 4);
      if (round === 3) set.reachable.add("10.102.1.11:27017");
    });
    expect(printed[0]).toBe("no answer yet from 10.102.1.11:27017 (Error: Server selection timed out)");
    expect(code).toBe(0);
    expect(shapeOf(set.config)).toEqual(shapeOf(wantedByExample));
    expect(set.config.settings).toEqual({ electionTimeoutMillis: 10_000 });
    expect(set.primary()).toBe("10.100.1.101:27017");
    expect(set.users.get("ratingsdb.ratingsdb")).toMatchObject({
      pwd: "app-secret",
      roles: [{ role: "readWrite", db: "ratingsdb" }],
    });
    expect(set.users.get("admin.holdfast-admin")).toMatchObject({ pwd: "admin-secret" });
    expect(set.writeConcern).toEqual({ w: "majority" });
  });

  it("changes nothing the second time", () => {
    const set = begun(wantedByExample);
    expect(run(set, wantedByExample).code).toBe(0);
    expect([set.writes, set.configs]).toEqual([[], []]);
  });

  it("gives a user the Secret's new password", () => {
    const set = begun(wantedByExample);
    set.users.get("ratingsdb.ratingsdb").pwd = "older";
    expect(run(set, wantedByExample).code).toBe(0);
    expect(set.writes).toEqual(["updateUser ratingsdb.ratingsdb"]);
    expect(set.users.get("ratingsdb.ratingsdb").pwd).toBe("app-secret");
  });

  it("begins no second set where the first member lost its disk", () => {
    const set = begun(wantedByExample);
    set.states.delete("10.100.1.101:27017");
    set.states.set("10.101.1.101:27017", "PRIMARY");
    run(set, wantedByExample);
    expect(set.configs).toEqual([]);
  });

  it("leaves a set alone that an operator changed after a loss, until the lost members are back", () => {
    const set = begun(wantedByExample);
    const lost = hostsOf(wantedByExample).slice(2, 4);
    for (const host of lost) set.reachable.delete(host);
    for (const member of set.config.members as Data[])
      if (lost.includes(member.host)) Object.assign(member, { votes: 0, priority: 0 });
    const { code, printed } = run(set, wantedByExample, (round) => {
      if (round <= 10) expect(set.configs).toEqual([]);
      if (round === 10) for (const host of lost) set.reachable.add(host);
    });
    expect(printed[0]).toContain("is not changed while a member is not well: 10.101.1.101:27017 is DOWN");
    expect(code).toBe(0);
    expect(shapeOf(set.config)).toEqual(shapeOf(wantedByExample));
  });

  it.each([
    [
      "belongs to another set",
      (set: FakeSet) => (set.config._id = "other"),
      "belongs to the replica set other, not to rs0",
    ],
    [
      "is to change its role",
      (set: FakeSet) => (set.config.members[4] = { ...set.config.members[4], arbiterOnly: false }),
      "10.102.1.11:27017 cannot become an arbiter as it is",
    ],
  ])("stops and says what to do when a member %s", (_, edit, message) => {
    const set = begun(wantedByExample);
    edit(set);
    const { code, printed } = run(set, wantedByExample);
    expect(code).toBe(3);
    expect(printed.at(-1)).toContain(message);
    expect(set.configs).toEqual([]);
  });

  it("takes no primary away, and says how it steps down", () => {
    const set = begun(wantedByExample);
    const { code, printed } = run(set, { ...wantedByExample, members: wantedByExample.members.slice(1) });
    expect([code, printed.at(-1)]).toEqual([
      3,
      "10.100.1.101:27017 is the primary and is not to be: rs.stepDown(120) there, and deploy again",
    ]);
    expect(set.configs).toEqual([]);
  });

  it("comes from any set to any other by steps that MongoDB allows, one vote at a time", () => {
    const members = fc
      .uniqueArray(
        fc.record({
          number: fc.integer({ min: 1, max: 12 }),
          role: fc.constantFrom("voter", "voter", "arbiter", "nonvoting"),
          priority: fc.integer({ min: 1, max: 3 }),
        }),
        { selector: ({ number }) => number, maxLength: 9 },
      )
      .map((others) => {
        let votes = 1;
        return [
          { host: "m0", arbiterOnly: false, votes: 1, priority: 3 },
          ...others.map(({ number, role, priority }) => {
            const voting = role !== "nonvoting" && votes < 7;
            if (voting) votes += 1;
            // A member's role is part of its name here, for it can never change.
            const arbiterOnly = role === "arbiter";
            return {
              host: `${arbiterOnly ? "a" : "m"}${number}`,
              arbiterOnly,
              votes: voting ? 1 : 0,
              priority: voting && !arbiterOnly ? priority : 0,
            };
          }),
        ];
      });
    fc.assert(
      fc.property(members, members, fc.boolean(), (before, after, slow) => {
        const set = begun({ ...wantedByExample, members: before });
        const late = after.at(-1)!.host;
        for (const { host } of after) if (!slow || host !== late || set.states.has(host)) set.reachable.add(host);
        const wanted = { ...wantedByExample, members: after, settings: { electionTimeoutMillis: 5000 } };
        expect(run(set, wanted, (round) => round === 40 && set.reachable.add(late), 100).code).toBe(0);
        expect(shapeOf(set.config)).toEqual(shapeOf(wanted));
        expect(set.config.settings).toEqual({ electionTimeoutMillis: 5000 });
      }),
      { numRuns: 150 },
    );
  });
});

describe("the Job's manifest", () => {
  const jobsOf = (fleet = hub) =>
    [...fleet.sites, fleet.witness!].flatMap(({ name }) =>
      (renderSite(fleet, name) as Data[]).filter(({ kind }) => kind === "Job").map((job) => ({ site: name, job })),
    );

  it("is at one site, where the preferred primary stands, and has no secret in it", () => {
    expect(jobsOf().map(({ site }) => site)).toEqual(["seattle"]);
    const [{ job } = {} as Data] = jobsOf();
    const [container] = job.spec.template.spec.containers;
    expect(JSON.stringify([container.command, container.env])).not.toMatch(/password|secret/i);
  });

  it("gets another name with anything that changes what it does, and none else (R79)", () => {
    const nameOf = (edit: (text: string) => string) =>
      jobsOf(fleetNamed("ratings-azure-stack-hub", edit))[0]!.job.metadata.name;
    const before = nameOf((text) => text);
    expect(nameOf((text) => text)).toBe(before);
    expect(nameOf((text) => text.replace("replicas: 2", "replicas: 3"))).toBe(before);
    expect(nameOf((text) => text.replace("priority: 2", "priority: 3"))).not.toBe(before);
    expect(nameOf((text) => text.replaceAll("ratingscontoso.azurecr.io", "other.example"))).not.toBe(before);
  });

  it("is reached and let in by the members' own policy, and is a member of no Service, budget or set (R13)", () => {
    const [{ job } = {} as Data] = jobsOf();
    const labels = job.spec.template.metadata.labels;
    const matches = (selector: Record<string, string>) =>
      Object.entries(selector).every(([key, value]) => labels[key] === value);
    const seattle = renderSite(hub, hub.sites[0]!.name) as Data[];
    const policy = seattle.find(
      ({ kind, metadata }) => kind === "NetworkPolicy" && metadata.name === "ratings-mongodb",
    );
    expect(matches(policy.spec.podSelector.matchLabels)).toBe(true);
    expect(policy.spec.ingress[0].from.some(({ podSelector }: Data) => matches(podSelector.matchLabels))).toBe(true);
    const reached = policy.spec.egress.flatMap(({ to = [], ports }: Data) =>
      to.flatMap(({ ipBlock }: Data) => (ipBlock ? ports.map(({ port }: Data) => `${ipBlock.cidr} ${port}`) : [])),
    );
    // The own site's members are reached by their pods, to which the load balancer's address leads within the cluster.
    for (const host of hostsOf(wantedByExample).slice(2)) expect(reached).toContain(host.replace(":", "/32 "));
    for (const { kind, metadata, spec } of seattle) {
      const selector = kind === "Service" ? spec.selector : spec?.selector?.matchLabels;
      if (selector !== undefined) expect(matches(selector), `${kind} ${metadata.name}`).toBe(false);
    }
  });
});
