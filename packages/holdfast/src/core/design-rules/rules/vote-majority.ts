import type { Fleet, MongodbStore } from "../../spec/index.ts";
import type { DesignRule, Path, Violation } from "../rule.ts";

/**
 * Votes are counted by data centre, as that is what is lost at once. The site lease of PostgreSQL stores has one vote
 * for each site and one for the witness; a MongoDB replica set has those of its members.
 */
export const voteMajority: DesignRule = {
  id: "vote-majority",
  severity: "error",
  requirements: ["R18", "R84"],
  asks: "After the loss of any one data centre, a majority of votes is left.",
  why: "Without a majority no new primary may be chosen: the fleet stays read-only until a person steps in.",
  example: {
    broken: "- { site: seattle, role: arbiter }",
    fixed: "- { site: azure-central, role: arbiter }",
  },
  *check(fleet) {
    if (fleet.sites.length < 2) return; // several-sites says it.
    const leases = fleet.stores.filter((store) => store.engine === "postgresql" && store.sites.length > 1);
    if (leases.length > 0) yield* checkLeaseVotes(fleet);
    for (const [index, store] of fleet.stores.entries()) {
      if (store.engine === "mongodb") yield* checkReplicaSet(fleet, store, ["stores", index, "members"]);
    }
  },
};

function* checkLeaseVotes({ sites, witness }: Fleet): Iterable<Violation> {
  const voters = witness === undefined ? sites : [...sites, witness];
  const holder = majorityHolder(voters.map((voter) => voter.location.dataCentre));
  if (holder === undefined) {
    if (voters.length % 2 === 0) {
      yield {
        path: ["sites"],
        severity: "advice",
        message: `an even number of votes, ${voters.length}, tolerates no more losses than ${voters.length - 1} would`,
        hint: "Add a witness at a place of its own.",
      };
    }
    return;
  }
  yield {
    path: ["sites"],
    message: `${holder.votes} of ${voters.length} votes are at ${holder.place}: without it no site may take over`,
    hint:
      witness === undefined
        ? "Add a witness at a third place: it votes, and runs no application."
        : "Spread sites and witness over three data centres.",
  };
}

function* checkReplicaSet(fleet: Fleet, store: MongodbStore, path: Path): Iterable<Violation> {
  const dataCentres = new Map<string, string>(
    [...fleet.sites, ...(fleet.witness === undefined ? [] : [fleet.witness])].map((place) => [
      place.name,
      place.location.dataCentre,
    ]),
  );
  const voting = store.members.filter((member) => member.votes === 1);
  const holder = majorityHolder(voting.map((member) => dataCentres.get(member.site) ?? member.site));
  if (holder !== undefined) {
    yield {
      path,
      message: `${holder.votes} of ${voting.length} votes are at ${holder.place}: without it MongoDB cannot elect a primary`,
      hint: "Put an arbiter at a third place, so that no place holds half of the votes.",
    };
  }
  if (voting.length % 2 === 0) {
    yield {
      path,
      severity: "warning",
      message: `an even number of votes, ${voting.length}, tolerates no more losses than ${voting.length - 1} would`,
      hint: "Give one member no vote, or add one at a third place.",
    };
  }
  const arbiters = store.members.filter((member) => member.role === "arbiter").length;
  if (arbiters > 1) {
    yield {
      path,
      severity: "warning",
      message: `${arbiters} arbiters: writes that wait for a majority can then be acknowledged by too few members with data`,
      hint: "Keep one arbiter at most; make the others data members.",
    };
  }
}

/** The place whose loss leaves no majority. */
function majorityHolder(places: readonly string[]): { place: string; votes: number } | undefined {
  const votes = new Map<string, number>();
  for (const place of places) votes.set(place, (votes.get(place) ?? 0) + 1);
  const majority = Math.floor(places.length / 2) + 1;
  for (const [place, count] of votes) {
    if (places.length - count < majority) return { place, votes: count };
  }
  return undefined;
}
