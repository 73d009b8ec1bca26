/**
 * What is rated, and by how much: the words of the published contract.
 * Ids are 24 lower-case hex digits, as the original's object ids are, so that either database can hold them.
 */
export interface Item {
  readonly id: string;
  readonly uid?: number;
  readonly name: string;
  /** Path of a picture, for example `/static/img/fruits/banana.svg`. */
  readonly img: string;
}

export interface Page {
  readonly title: string;
  readonly headerImage: string;
  readonly subtitle: string;
}

/** A themed set of pages of the ratings application ("FR": fruit smoothies); not a site of the fleet. */
export interface ThemedSite {
  readonly id: string;
  readonly name: string;
  readonly shortCode: string;
  readonly pages: Readonly<Record<"Home" | "Rating" | "Leaderboard", Page>>;
}

/** One rating to store. Its id is what makes a retry harmless: the same id is never stored twice. */
export interface Rating {
  readonly id: string;
  readonly itemId: string;
  /** 0 to 5. */
  readonly rating: number;
  /** Personal data: stored when the caller sends it, never logged and in no metric. */
  readonly raterIp: string | null;
  readonly ratedAt: Date;
}

/** All ratings of one item, added up. */
export interface Tally {
  readonly name: string;
  readonly img: string;
  /** Sum of the ratings. */
  readonly stars: number;
  readonly votes: number;
}

/** A row of the leaderboard as the contract has it. */
export interface RatedItem extends Tally {
  readonly average: number;
  /** The average, rounded to half a star. */
  readonly halfstar: number;
}

/** Most stars first; items nobody rated stand last with zero votes instead of being left out. */
export function leaderboard(tallies: readonly Tally[]): RatedItem[] {
  return tallies
    .map(({ name, img, stars, votes }) => {
      const average = votes === 0 ? 0 : stars / votes;
      return { name, img, stars, votes, average, halfstar: Math.round(average * 2) / 2 };
    })
    .sort((a, b) => b.stars - a.stars || b.average - a.average || a.name.localeCompare(b.name, "en"));
}
