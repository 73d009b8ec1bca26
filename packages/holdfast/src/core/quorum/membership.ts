import type { Register, Voter } from "./acceptor.ts";
import { doubtOf } from "./reading.ts";
import type { Answers } from "./reading.ts";

/** The first voters: all of them were asked, and none knew of any value. */
export function firstVoters<T>(answers: Answers<T>): Register<T>["voters"] {
  return Object.fromEntries([...answers].map(([name, { id }]) => [name, { id, mark: 0 }]));
}

/**
 * Who votes on the value that is proposed next: the marks rise to what each voter was seen to have accepted, and at most one voter
 * is admitted, admitted again or removed. One at a time, because then a majority before and a majority after share a
 * voter; and only when `base` is decided, because two changes that both start from it would not (the mistake in Raft's
 * first single-server change: D. Ongaro, raft-dev, 2015-07-10).
 *
 * A voter whose object is another than the one that was admitted has forgotten what it promised and accepted. It is admitted
 * again here, by a majority in which it has no voice; from then on its new object counts.
 */
export function nextVoters<T>(
  base: Register<T>,
  isBaseDecided: boolean,
  expected: readonly string[],
  answers: Answers<T>,
): Register<T>["voters"] {
  const voters: Record<string, Voter> = {};
  for (const [name, voter] of Object.entries(base.voters)) {
    const answer = answers.get(name);
    const known = answer && doubtOf(base, name, answer) === undefined ? (answer.state.accepted?.ballot.n ?? 0) : 0;
    voters[name] = known > voter.mark ? { ...voter, mark: known } : voter;
  }
  if (!isBaseDecided) return voters;
  for (const name of expected) {
    const answer = answers.get(name);
    const known = base.voters[name];
    // One that fell back with its object gets a new object first (see VoterClient): then it is known by its new id.
    if (answer && known?.id !== answer.id) return { ...voters, [name]: { id: answer.id, mark: 0 } };
  }
  const leaving = Object.keys(base.voters).find((name) => !expected.includes(name));
  return Object.fromEntries(Object.entries(voters).filter(([name]) => name !== leaving));
}
