import { formatDuration, membersOf } from "../../spec/index.ts";
import type { PostgresqlStore } from "../../spec/index.ts";
import type { ChangeRule } from "../change-rule.ts";
import { keptPostgresql } from "../kept.ts";

export const changeLease: ChangeRule = {
  id: "change-lease",
  severity: "error",
  requirements: ["R18", "R82"],
  asks: "While sites go over to new lease times, nobody holds the lease for longer than anybody waits for it.",
  why: "A primary with the one file could still serve reads while a site with the other has taken over.",
  *check(change) {
    for (const { before, after, beforePath, afterPath } of keptPostgresql(change)) {
      if (before.sites.length < 2 && after.sites.length < 2) continue;
      const [heldBefore, heldAfter] = [heldMs(before), heldMs(after)];
      const shortest = Math.min(before.lease.ttlMs, after.lease.ttlMs);
      const longest = Math.max(before.lease.ttlMs, after.lease.ttlMs);
      const held = Math.max(heldBefore, heldAfter);
      if (held <= shortest) continue;
      const [holder, taker] = heldBefore > heldAfter ? ["old", "new"] : ["new", "old"];
      // Between the two: the longer lease time, with so large a margin that its holder stops before anybody with the shorter one takes over.
      const between = `lease: { ttl: ${formatDuration(longest)}, fenceMargin: ${formatDuration(longest - shortest)} }`;
      yield {
        path: [...afterPath, "lease", "ttl"],
        before: [...beforePath, "lease", "ttl"],
        message: `a primary of ${after.name} with the ${holder} file may write for ${formatDuration(held)}, and a site with the ${taker} one takes over after ${formatDuration(shortest)}`,
        hint: `In two steps: first ${between} at every site, then this.`,
      };
    }
  },
};

/** Counted from the beginning of its last renewal: for how long a primary writes without another (see failoverSettings). */
function heldMs({ lease }: PostgresqlStore): number {
  return lease.ttlMs - lease.fenceMarginMs;
}

export const changeVoters: ChangeRule = {
  id: "change-voters",
  severity: "error",
  requirements: ["R18"],
  asks: "One voter leaves at a time.",
  why: "The register lets one go after the other, by a majority of those that still count: with several gone at once there may be none.",
  *check(change) {
    if (!keptPostgresql(change).some(({ before, after }) => before.sites.length > 1 && after.sites.length > 1)) return;
    const [had, has] = [membersOf(change.before), membersOf(change.after)];
    const leaving = had.filter(({ name }) => !has.some((voter) => voter.name === name));
    if (leaving.length < 2) return;
    yield {
      path: ["sites"],
      before: ["sites"],
      message: `${leaving.length} of ${had.length} voters leave at once: ${leaving.map(({ name }) => name).join(", ")}`,
      hint: "Remove one, apply, wait until `holdfast status` no longer lists it, then remove the next.",
    };
  },
};
