import type { MongodbStore } from "../../../spec/index.ts";
import { placedMongodbMembers } from "../../kubernetes/stores.ts";
import { section, step, steps, text } from "../blocks.ts";
import type { Block, Step } from "../blocks.ts";
import { joined, shown } from "../facts.ts";
import type { Facts } from "../facts.ts";
import {
  STATES,
  drainedPriority,
  giveVotes,
  lossesOf,
  mongoshCommand,
  setPriorities,
  takeVotes,
  takeVotesByForce,
} from "../mongodb-set.ts";
import type { AfterLoss } from "../mongodb-set.ts";

/** What the commands of these sections take. */
const RIGHTS =
  "The commands run in a member's pod, and speak to the set as a member: they take a kubectl context that may `exec` there, an administrator's. Where an operator runs the store, `rendered/databases/README.md` says how its pods are called.";

/** Before work on a site: its members come last for the time, so the primary goes and stays elsewhere however long the work takes. */
export function primariesElsewhere(facts: Facts): readonly Block[] {
  const drains = facts.mongodb.flatMap((store) => drainsOf(facts, store));
  return drains.length === 0 ? [] : [text(RIGHTS), ...drains.flat()];
}

function drainsOf(facts: Facts, store: MongodbStore): readonly (readonly Block[])[] {
  const { fleet, order } = facts;
  const members = placedMongodbMembers(fleet, store).filter(({ role }) => role === "data");
  return order.flatMap((site) => {
    const here = members.filter((member) => member.site === site);
    const others = members.filter((member) => member.site !== site);
    if (here.length === 0) return [];
    const lowered = drainedPriority(fleet, store, site);
    const title = section(`${store.name}: its primary away from ${site}`);
    if (lowered === undefined)
      return [[title, text(`Only members at ${site} may be primary: nobody writes while they are down.`)]];
    const run = (...lines: readonly string[]) =>
      mongoshCommand(fleet, store, { members: [...others, ...here] }, ...lines);
    const priorities = here.map(({ host, priority }) => [host, priority] as const);
    return [
      [
        title,
        steps(
          step(
            `Give the members at ${site} a lower priority than all others have. If one of them is primary, another takes over by itself, and stays primary however long the work takes; writes wait for the moment of the election.`,
            run(...setPriorities(priorities.map(([host, priority]) => [host, Math.min(priority, lowered)]))),
          ),
          step(`See that none at ${site} is PRIMARY any more; it takes ${takeover(store)}.`, run(STATES)),
          `Do the work. Deploy nothing meanwhile: a deployment puts the fleet file's priorities back as soon as all members are well.`,
          step(
            "After it, once they are SECONDARY again: the priorities of the fleet file.",
            run(...setPriorities(priorities)),
          ),
        ),
      ],
    ];
  });
}

/** A member of higher priority calls for an election after one timeout and another for each that comes before it. */
function takeover({ electionTimeoutMs, members }: MongodbStore): string {
  return `${shown(electionTimeoutMs)} to ${shown(electionTimeoutMs * members.length)}`;
}

/** What happens by itself after the loss of a site. */
export function electionRow({ fleet }: Facts, store: MongodbStore): readonly string[] {
  const blocked = lossesOf(fleet, store).filter(({ kind }) => kind !== "writes");
  const sites = (kind: AfterLoss["kind"]) => blocked.filter((each) => each.kind === kind).map(({ site }) => site);
  const [silent, headless] = [sites("silent"), sites("headless")];
  const parts = [
    `${store.name}: the remaining members elect a primary`,
    ...(silent.length === 0
      ? []
      : [`after the loss of ${joined(silent, "or")} **it acknowledges no write until a person acts**, as below`]),
    ...(headless.length === 0
      ? []
      : [`but after the loss of ${joined(headless, "or")} **nobody, until a person acts**, as below`]),
  ];
  return [`${shown(store.electionTimeoutMs)} and an election`, parts.join("; ")];
}

/** `holdfast status` knows PostgreSQL's stores: a MongoDB set is asked itself. */
export function lookAtSets({ fleet, mongodb }: Facts): readonly Step[] {
  return mongodb.map((store) => {
    const members = placedMongodbMembers(fleet, store).filter(({ role }) => role === "data");
    return step(
      `${store.name} tells itself who is PRIMARY and who does not answer. Ask a member at a site that is there, here ${members[0]?.site ?? ""}: another site is another \`--context\`, and its members' address.`,
      mongoshCommand(fleet, store, { members, direct: true }, STATES),
    );
  });
}

/** After which losses nobody writes before a person has acted, and what that person does. */
export function votesByHand(facts: Facts): readonly Block[] {
  const sections = facts.mongodb.flatMap((store) =>
    lossesOf(facts.fleet, store)
      .filter(({ kind }) => kind !== "writes")
      .flatMap((loss) => votesAfter(facts, store, loss)),
  );
  return sections.length === 0 ? [] : [text(RIGHTS), ...sections];
}

function votesAfter({ fleet }: Facts, store: MongodbStore, loss: AfterLoss): readonly Block[] {
  const { site, kind, needed, lost, left } = loss;
  const title = section(`${store.name}: writes again after the loss of ${site}`);
  if (left.length === 0)
    return [title, text("No member with data is left: bring the site back, or see **Restore from a backup**.")];
  const run = (...lines: readonly string[]) => mongoshCommand(fleet, store, { members: left }, ...lines);
  const direct = (...lines: readonly string[]) =>
    mongoshCommand(fleet, store, { members: left, direct: true }, ...lines);
  const forced = step(
    `${kind === "silent" ? "Only if that command says `CurrentConfigNotCommittedYet`, or waits for a minute in vain, twice: by force." : "Take the lost members' votes away by force, at one member that is left: without a primary there is no other way."} **This asks nobody.** If members at ${site} still run and make a primary there, both take writes, and what one of them acknowledged is thrown away when they meet. So first make sure that they are down and stay down: power off, or their network cut.`,
    direct(...takeVotesByForce(lost)),
  );
  const see = step("See that one member is PRIMARY, and write something.", run(STATES));
  const away = `${joined(lost.map(({ host }) => `\`${host}\``))} at ${site}`;
  if (kind === "headless")
    return [
      title,
      text(
        `Without ${away} the others have no majority of the votes: no primary, and nobody writes. They can be read.`,
      ),
      steps(
        `Whoever answers for the data decides. What was acknowledged is safe only where a member that is left had it.`,
        forced,
        see,
        untilBack(store),
      ),
    ];
  return [
    title,
    text(
      `Without ${away} a primary is elected, but a write waits for ${needed} members with data and ${left.length} are left. A person takes the lost members' votes away; nothing that was acknowledged is lost by that, for the primary has it. Where only the link between two sites is cut, take those of the site at which the primary is not.`,
    ),
    steps(
      step(`See that a member is PRIMARY, and that those at ${site} do not answer.`, run(STATES)),
      step(
        `Take their votes, one after another; each change waits until the others know of the one before.`,
        run(...takeVotes(lost)),
      ),
      forced,
      see,
      untilBack(store),
    ),
  ];
}

function untilBack({ name }: MongodbStore): string {
  return `From now on until the votes are given back (**Get it back**), the loss of one more member may stop writes of ${name} again.`;
}

/** The Job of a deployment does the same; by hand it needs no deployment. */
export function votesBack(facts: Facts, store: MongodbStore): readonly Step[] {
  const { fleet } = facts;
  return lossesOf(fleet, store)
    .filter(({ kind, left }) => kind !== "writes" && left.length > 0)
    .map(({ site, lost, left }) =>
      step(
        `${store.name}, if the votes of its members at ${site} were taken away: give them back once these have caught up. The next deployment does it by itself when all members are well; by hand so.`,
        mongoshCommand(fleet, store, { members: left }, ...giveVotes(lost)),
      ),
    );
}
