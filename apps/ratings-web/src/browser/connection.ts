import type { Reply } from "./api.ts";

/** How the page is connected: `degraded` means that somebody answers, but not with what was asked for. */
export interface Connection {
  readonly state: "connecting" | "live" | "degraded" | "lost";
  /** The site that answered last. */
  readonly site: string | null;
  /** Counts how often another site began to serve. */
  readonly moves: number;
  /** Failed looks in a row. */
  readonly failures: number;
  readonly trouble: string;
}

export const connecting: Connection = { state: "connecting", site: null, moves: 0, failures: 0, trouble: "" };

/** What a look at the API tells about the connection. */
export function afterLook(before: Connection, reply: Reply<unknown>): Connection {
  const { state, site, trouble } = judge(before, reply);
  const moved = site !== null && before.site !== null && site !== before.site;
  return {
    state,
    site,
    trouble,
    moves: before.moves + (moved ? 1 : 0),
    failures: state === "live" ? 0 : before.failures + 1,
  };
}

/** A rating's answer tells who serves, and nothing about reading. */
export function afterRating(before: Connection, reply: Reply<unknown>): Connection {
  if (reply.kind === "no-answer" || reply.site === null || reply.site === before.site) return before;
  return { ...before, site: reply.site, moves: before.moves + (before.site === null ? 0 : 1) };
}

function judge(before: Connection, reply: Reply<unknown>): Pick<Connection, "state" | "site" | "trouble"> {
  switch (reply.kind) {
    case "ok":
      return { state: "live", site: reply.site, trouble: "" };
    case "refused":
      return { state: "degraded", site: reply.site ?? before.site, trouble: reply.message };
    case "no-answer":
      return { state: "lost", site: before.site, trouble: "no site answers" };
  }
}
