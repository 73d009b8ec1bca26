/**
 * For the MongoDB shell: makes the members one replica set and gives it its users. It goes round until everything is as
 * wanted, and each round looks at what is and does the next thing only, so it may be stopped and started again anywhere.
 *
 * - It speaks as a member, by a member's certificate, to which the servers give every right. A set that has no users yet lets
 *   nobody else in but over localhost, which takes `kubectl exec`; and that way is shut for good once there is a user.
 *   https://www.mongodb.com/docs/manual/core/security-x.509/
 * - A set is begun once: when every member answers and none belongs to a set. MongoDB asks the same of its own accord, so two
 *   that begin at once, or a first member that lost its disk, do not make a second set.
 * - A set that differs is changed only while all its members are well: what an operator took out of it to bring writes back after a
 *   site was lost is not put back before that site is. One vote at a time, or two majorities could exist side by side; and a
 *   member votes only after it has the data, or a majority could be counted that has nothing.
 *   https://www.mongodb.com/docs/manual/reference/method/rs.reconfig/
 * - A primary is never taken away: a person asks it to step down, at a time of their choosing.
 *
 * No backslash and no template string stands in it. Functions before "the shell" are pure.
 */
export const MEMBERS_SCRIPT = `// Rendered by holdfast. For mongosh: makes the members of set.json one replica set and gives it its users.
// It changes nothing where that is so. Exit code 3: a person has to act, and the last line says how.

const WELL = ["PRIMARY", "SECONDARY", "ARBITER"];
const VOTERS_MAX = 7;

const wait = (text) => ({ kind: "wait", text });
const stop = (text) => ({ kind: "stop", text });
const names = (members) => members.map((member) => member.host).join(", ");
const noAnswer = (answers) => "no answer yet from " + answers.map(({ host, why }) => host + " (" + why + ")").join(", ");
const among = (members, host) => members.find((member) => member.host === host);

/** answers: of each wanted member, { host, well, set, why }; set is undefined while it belongs to none, why says why it is not well. */
function begin(wanted, answers) {
  const strange = answers.find((answer) => answer.set !== undefined && answer.set !== wanted.set);
  if (strange !== undefined) return stop(strange.host + " belongs to the replica set " + strange.set + ", not to " + wanted.set);
  if (answers.some((answer) => answer.set === wanted.set)) return { kind: "begun" };
  const silent = answers.filter((answer) => !answer.well);
  if (silent.length > 0) return wait(noAnswer(silent));
  const first = [...wanted.members].sort((a, b) => b.priority - a.priority)[0];
  const members = wanted.members.map((member, index) => ({ _id: index, ...member }));
  return { kind: "initiate", at: first.host, config: { _id: wanted.set, members, settings: wanted.settings } };
}

function isSettled(wanted, config) {
  const settings = config.settings || {};
  return (
    wanted.members.length === config.members.length &&
    Object.keys(wanted.settings).every((key) => settings[key] === wanted.settings[key]) &&
    wanted.members.every((member) => {
      const has = among(config.members, member.host);
      return has !== undefined && Object.keys(member).every((key) => has[key] === member[key]);
    })
  );
}

/** states: by host, as replSetGetStatus has them; answers as above. */
function nextChange(wanted, config, states, answers) {
  if (isSettled(wanted, config)) return { kind: "done" };
  const known = wanted.members.filter((member) => among(config.members, member.host) !== undefined);
  const unwell = known.filter((member) => !WELL.includes(states[member.host]));
  if (unwell.length > 0)
    return wait("the set is not as wanted, and is not changed while a member is not well: " +
      unwell.map((member) => member.host + " is " + (states[member.host] || "unknown")).join(", "));
  const turned = known.find((member) => among(config.members, member.host).arbiterOnly !== member.arbiterOnly);
  if (turned !== undefined)
    return stop(turned.host + " cannot become " + (turned.arbiterOnly ? "an arbiter" : "a member with data") +
      " as it is: rs.remove(" + JSON.stringify(turned.host) + ") at the primary, delete its volume claim and its pod, and deploy again");
  const primary = config.members.find((member) => states[member.host] === "PRIMARY");
  if (primary !== undefined && !((among(wanted.members, primary.host) || { priority: 0 }).priority > 0))
    return stop(primary.host + " is the primary and is not to be: rs.stepDown(120) there, and deploy again");

  const absent = wanted.members.filter((member) => among(config.members, member.host) === undefined);
  const here = absent.filter((member) => answers.some((answer) => answer.host === member.host && answer.well));
  const withData = here.find((member) => !member.arbiterOnly);
  if (withData !== undefined)
    return change(config, "adds " + withData.host + ", which copies the data before it votes",
      [...config.members, { _id: freeId(config), ...withData, votes: 0, priority: 0 }]);
  if (here.length < absent.length)
    return wait(noAnswer(answers.filter((answer) => !answer.well && among(absent, answer.host) !== undefined)));

  const gains = wanted.members.find((member) => member.votes === 1 && (among(config.members, member.host) || { votes: 0 }).votes === 0);
  const loses = config.members.find((member) => member.votes === 1 && (among(wanted.members, member.host) || { votes: 0 }).votes === 0);
  const voters = config.members.filter((member) => member.votes === 1).length;
  if (gains !== undefined && (voters < VOTERS_MAX || loses === undefined)) {
    const has = among(config.members, gains.host);
    return change(config, "gives " + gains.host + " its vote",
      has === undefined
        ? [...config.members, { _id: freeId(config), ...gains }]
        : config.members.map((member) => (member === has ? { ...member, ...gains } : member)));
  }
  if (loses !== undefined) {
    const stays = among(wanted.members, loses.host);
    return stays === undefined
      ? change(config, "takes " + loses.host + " out", config.members.filter((member) => member !== loses))
      : change(config, "takes the vote of " + loses.host,
          config.members.map((member) => (member === loses ? { ...member, ...stays } : member)));
  }
  const kept = config.members.filter((member) => among(wanted.members, member.host) !== undefined);
  const added = here.map((member, index) => ({ _id: freeId(config) + index, ...member }));
  return change(config, "sets priorities, and what does not vote",
    [...kept.map((member) => ({ ...member, ...among(wanted.members, member.host) })), ...added], wanted.settings);
}

function change(config, text, members, settings) {
  const changed = { ...config, version: config.version + 1, members };
  if (settings !== undefined) changed.settings = { ...config.settings, ...settings };
  return { kind: "change", text, config: changed };
}

/** Never one of a member that is still in the set: its id is what its vote is counted by. */
function freeId(config) {
  return Math.max(...config.members.map((member) => member._id)) + 1;
}

// ---- the shell

const fs = require("fs");
const FOLDER = "/etc/holdfast/";
const PAUSE_MS = 15000;
const MAJORITY = { w: "majority", wtimeout: 30000 };
const contentOf = (path) => fs.readFileSync(FOLDER + path, "utf8");

function address(hosts, options) {
  return "mongodb://" + hosts.join(",") + "/admin?tls=true&tlsCAFile=" + FOLDER + "tls/ca.crt" +
    "&serverSelectionTimeoutMS=5000&connectTimeoutMS=5000&" + options;
}

/** Runs work on a connection of its own, which does not outlive it. */
function connected(uri, login, work) {
  const db = login === undefined ? connect(uri) : connect(uri, login.name, login.password);
  try {
    return work(db);
  } finally {
    db.getMongo().close();
  }
}

const AS_MEMBER = "tlsCertificateKeyFile=" + FOLDER + "tls/tls-combined.pem&authMechanism=MONGODB-X509&authSource=%24external";

function ask(host) {
  try {
    return connected(address([host], AS_MEMBER + "&directConnection=true"), undefined, (db) => {
      const set = db.adminCommand({ hello: 1 }).setName;
      return { host, well: true, set };
    });
  } catch (error) {
    return { host, well: false, why: describe(error) };
  }
}

function ensureUser(db, uri, user) {
  const [name, password] = ["username", "password"].map((key) => contentOf("users/" + user.folder + "/" + key).trim());
  const target = db.getSiblingDB(user.database);
  const known = target.runCommand({ usersInfo: { user: name, db: user.database } }).users.length > 0;
  if (!known) {
    target.runCommand({ createUser: name, pwd: password, roles: user.roles, writeConcern: MAJORITY });
    print("made the user " + name + " of " + user.database);
    return;
  }
  try {
    connected(uri + "&authSource=" + user.database, { name, password }, (other) => other.adminCommand({ ping: 1 }));
  } catch (error) {
    if (error.code !== 18) throw error;
    target.runCommand({ updateUser: name, pwd: password, writeConcern: MAJORITY });
    print("gave the user " + name + " of " + user.database + " its new password");
  }
}

/** Said outright, or MongoDB refuses to add an arbiter: what it would suppose by itself could change with the members. */
function ensureMajorityWrites(db) {
  if (db.adminCommand({ getDefaultRWConcern: 1 }).defaultWriteConcernSource === "global") return;
  db.adminCommand({ setDefaultRWConcern: 1, defaultWriteConcern: { w: "majority" }, writeConcern: MAJORITY });
}

function round() {
  // Read each time: a Job that waits while the fleet file changes follows the new one.
  const wanted = JSON.parse(contentOf("set.json"));
  const answers = [];
  for (const member of wanted.members) answers.push(ask(member.host));
  const beginning = begin(wanted, answers);
  if (beginning.kind === "initiate") {
    connected(address([beginning.at], AS_MEMBER + "&directConnection=true"), undefined, (db) =>
      db.adminCommand({ replSetInitiate: beginning.config }));
    return wait("began the replica set " + wanted.set + " with " + names(wanted.members));
  }
  if (beginning.kind !== "begun") return beginning;
  // The set may be of members that are not wanted any more: one that is in it knows the others.
  const inSet = answers.filter((answer) => answer.set === wanted.set && !among(wanted.members, answer.host).arbiterOnly);
  if (inSet.length === 0) return wait("no member of " + wanted.set + " with data answers yet");
  const set = address(inSet.map((answer) => answer.host), "replicaSet=" + wanted.set);
  return connected(set + "&" + AS_MEMBER, undefined, (db) => {
    for (const user of wanted.users) ensureUser(db, set, user);
    ensureMajorityWrites(db);
    const states = {};
    for (const member of db.adminCommand({ replSetGetStatus: 1 }).members)
      states[member.name] = member.health === 1 ? member.stateStr : "DOWN";
    const next = nextChange(wanted, db.adminCommand({ replSetGetConfig: 1 }).config, states, answers);
    if (next.kind !== "change") return next;
    db.adminCommand({ replSetReconfig: next.config, maxTimeMS: 60000 });
    return wait(next.text);
  });
}

/** Never the whole error: it may hold the command, and the command a password. */
function describe(error) {
  return (error.codeName || error.name || "Error") + ": " + error.message;
}

let outcome = wait("");
while (outcome.kind === "wait") {
  const before = outcome.text;
  try {
    outcome = round();
  } catch (error) {
    outcome = wait(describe(error));
  }
  if (outcome.text !== undefined && outcome.text !== before) print(outcome.text);
  if (outcome.kind === "wait") sleep(PAUSE_MS);
}
if (outcome.kind === "done") print("the replica set is as wanted");
quit(outcome.kind === "done" ? 0 : 3);
`;
