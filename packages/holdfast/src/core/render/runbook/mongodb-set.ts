import { membersOf } from "../../spec/index.ts";
import type { Fleet, MongodbStore, SiteName } from "../../spec/index.ts";
import { placedMongodbMembers } from "../kubernetes/stores.ts";
import type { PlacedMember } from "../kubernetes/stores.ts";

/** Where a member's pod has its certificate; the manifests of the family `kubernetes` say so. */
const TLS = "/etc/mongodb/tls";

/** What is left of a set when all of a site's members are lost. */
export interface AfterLoss {
  readonly site: SiteName;
  /**
   * `writes`: the others elect a primary, and it acknowledges. `silent`: they elect one, and `w: majority` waits for members that do
   * not answer. `headless`: they are no majority of the votes, and elect nobody.
   */
  readonly kind: "writes" | "silent" | "headless";
  /** So many members with data and a vote have to have a write. */
  readonly needed: number;
  readonly lost: readonly PlacedMember[];
  /** Those with data, at the sites that are left. */
  readonly left: readonly PlacedMember[];
}

/**
 * MongoDB elects with a majority of the votes, and calls a write safe when as many members with data and a vote have it, or all such
 * members where there are fewer. https://www.mongodb.com/docs/manual/reference/write-concern/#calculating-majority-for-write-concern
 */
export function afterLossOf(fleet: Fleet, store: MongodbStore, site: SiteName): AfterLoss {
  const members = placedMongodbMembers(fleet, store);
  const voters = members.filter(({ votes }) => votes === 1);
  const withData = voters.filter(({ role }) => role === "data");
  const remain = (those: readonly PlacedMember[]) => those.filter((member) => member.site !== site);
  const majority = Math.floor(voters.length / 2) + 1;
  const lost = members.filter((member) => member.site === site);
  const left = remain(members).filter(({ role }) => role === "data");
  const needed = Math.min(majority, withData.length);
  const acknowledges = remain(withData).length >= needed;
  const kind = remain(voters).length < majority ? "headless" : acknowledges ? "writes" : "silent";
  return { site, kind, needed, lost, left };
}

/** For each place that has members of the set. */
export function lossesOf(fleet: Fleet, store: MongodbStore): readonly AfterLoss[] {
  return membersOf(fleet)
    .filter(({ name }) => store.members.some(({ site }) => site === name))
    .map(({ name }) => afterLossOf(fleet, store, name));
}

interface Shell {
  /** With data, and at a site that is there: the first one's pod has the shell. */
  readonly members: readonly PlacedMember[];
  /** To the first member itself, whether it is primary or not; otherwise to the set's primary. */
  readonly direct?: boolean;
}

/**
 * A script run by MongoDB's shell in a member's pod, as a member: by its certificate, to which the servers give every right, so no
 * password is an argument. The same address as the Job that makes the set uses. Lines have double quotes only.
 */
export function mongoshCommand(fleet: Fleet, store: MongodbStore, shell: Shell, ...lines: readonly string[]): string {
  const { members, direct = false } = shell;
  const [first] = members;
  const hosts = direct ? members.slice(0, 1) : members;
  const address = [
    `mongodb://${hosts.map(({ host }) => host).join(",")}/admin?${direct ? "directConnection=true" : `replicaSet=${store.replicaSet}`}`,
    `tls=true&tlsCAFile=${TLS}/ca.crt&tlsCertificateKeyFile=${TLS}/tls-combined.pem`,
    "authMechanism=MONGODB-X509&authSource=%24external",
  ].join("&");
  return [
    `kubectl --context ${first?.site ?? ""} --namespace ${fleet.application.namespace} exec ${store.name}-0 --container mongodb -- \\`,
    `  env HOME=/tmp mongosh --quiet '${address}' \\`,
    lines.length === 1 ? `  --eval '${lines[0] ?? ""}'` : `  --eval '\n${lines.join("\n")}\n'`,
  ].join("\n");
}

/** Who is what, as the set itself says it. */
export const STATES =
  'rs.status().members.forEach(({ name, stateStr, optimeDate }) => print(name, stateStr, optimeDate ?? ""))';

/**
 * Lower than any other's, and not 0: a primary refuses a configuration in which it could not be one. Undefined where no other site
 * has a member that could be primary. https://www.mongodb.com/docs/manual/reference/replica-configuration/
 */
export function drainedPriority(fleet: Fleet, store: MongodbStore, site: SiteName): number | undefined {
  const others = placedMongodbMembers(fleet, store)
    .filter((member) => member.site !== site && canLead(member))
    .map(({ priority }) => priority);
  return others.length === 0 ? undefined : Math.min(...others) / 2;
}

function canLead({ role, votes, priority }: PlacedMember): boolean {
  return role === "data" && votes === 1 && priority > 0;
}

export function setPriorities(priorities: readonly (readonly [host: string, priority: number])[]): readonly string[] {
  return [
    `const priorities = { ${priorities.map(([host, priority]) => `"${host}": ${priority}`).join(", ")} };`,
    "const config = rs.conf();",
    "for (const member of config.members) if (member.host in priorities) member.priority = priorities[member.host];",
    "rs.reconfig(config, { maxTimeMS: 60000 });",
  ];
}

/**
 * MongoDB changes one vote at a time, or two majorities could exist side by side; it waits until the change before is known to a
 * majority. https://www.mongodb.com/docs/manual/reference/method/rs.reconfig/
 */
export function takeVotes(lost: readonly PlacedMember[]): readonly string[] {
  return [
    `for (const host of [${hostsOf(lost)}]) {`,
    "  const config = rs.conf();",
    "  const lost = config.members.find((member) => member.host === host);",
    "  if (lost.votes === 0) continue;",
    "  lost.votes = 0;",
    "  lost.priority = 0;",
    "  rs.reconfig(config, { maxTimeMS: 60000 });",
    '  print(host, "has no vote");',
    "}",
  ];
}

/** All at once, and without asking anybody: the only way where there is no primary. */
export function takeVotesByForce(lost: readonly PlacedMember[]): readonly string[] {
  return [
    `const lost = [${hostsOf(lost)}];`,
    "const config = rs.conf();",
    "for (const member of config.members)",
    "  if (lost.includes(member.host)) {",
    "    member.votes = 0;",
    "    member.priority = 0;",
    "  }",
    "rs.reconfig(config, { force: true });",
  ];
}

/** Only to those that have the data again: a majority could otherwise be counted that has nothing. */
export function giveVotes(back: readonly PlacedMember[]): readonly string[] {
  const wanted = back
    .filter(({ votes }) => votes === 1)
    .map(({ host, priority, role }) => `"${host}": ${role === "arbiter" ? 0 : priority}`);
  return [
    `for (const [host, priority] of Object.entries({ ${wanted.join(", ")} })) {`,
    "  const { stateStr } = rs.status().members.find(({ name }) => name === host);",
    '  if (!["SECONDARY", "ARBITER"].includes(stateStr)) throw new Error(host + " is " + stateStr + ": wait until it is SECONDARY");',
    "  const config = rs.conf();",
    "  const member = config.members.find((each) => each.host === host);",
    "  if (member.votes === 1 && member.priority === priority) continue;",
    "  member.votes = 1;",
    "  member.priority = priority;",
    "  rs.reconfig(config, { maxTimeMS: 60000 });",
    '  print(host, "votes again");',
    "}",
  ];
}

function hostsOf(members: readonly PlacedMember[]): string {
  return members
    .filter(({ votes }) => votes === 1)
    .map(({ host }) => `"${host}"`)
    .join(", ");
}
