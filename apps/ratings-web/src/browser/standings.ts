import type { Standing } from "./api.ts";

/** A rating that was sent and not confirmed yet. */
export interface Pending {
  readonly name: string;
  readonly stars: number;
}

export interface Row extends Standing {
  /** 0 to 100: its stars as a share of the leader's. */
  readonly share: number;
  /** Counts a rating that the API did not confirm yet. */
  readonly pending: boolean;
}

/** The rows to show: what the API counted, and on top, marked, what is on its way. */
export function rowsOf(standings: readonly Standing[], pending: readonly Pending[]): Row[] {
  const counted = standings.map((standing) => {
    const own = pending.filter(({ name }) => name === standing.name);
    const stars = own.reduce((sum, each) => sum + each.stars, standing.stars);
    const votes = standing.votes + own.length;
    return { ...standing, stars, votes, average: votes === 0 ? 0 : stars / votes, pending: own.length > 0 };
  });
  const most = Math.max(0, ...counted.map(({ stars }) => stars));
  return counted
    .map((row) => ({ ...row, share: most === 0 ? 0 : (row.stars / most) * 100 }))
    .sort((a, b) => b.stars - a.stars || b.average - a.average || a.name.localeCompare(b.name, "en"));
}

const whole = new Intl.NumberFormat("en");
const oneDigit = new Intl.NumberFormat("en", { minimumFractionDigits: 1, maximumFractionDigits: 1 });

export function averageText({ votes, average }: Pick<Standing, "votes" | "average">): string {
  return votes === 0 ? "–" : oneDigit.format(average);
}

export function votesText({ votes }: Pick<Standing, "votes">): string {
  return votes === 0 ? "no votes yet" : votes === 1 ? "1 vote" : `${whole.format(votes)} votes`;
}

/** An API's message as a sentence of the page. */
export function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? "" : "."}`;
}
