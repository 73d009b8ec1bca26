import { idFromKey } from "./ids.ts";
import type { Item, ThemedSite } from "./ratings.ts";

// Ids come from names, so that instances which fill an empty database at the same time, or at two sites, fill in the same rows.
const fruit = (uid: number, name: string): Item => ({
  id: idFromKey("first-content", "item", name),
  uid,
  name,
  img: `/static/img/fruits/${name.toLowerCase()}.svg`,
});

const header = "/static/img/fruits/smoothies.svg";

/** What an empty database is filled with. */
export const firstContent: { readonly items: readonly Item[]; readonly sites: readonly ThemedSite[] } = {
  items: [fruit(1, "Banana"), fruit(2, "Coconut"), fruit(3, "Oranges"), fruit(4, "Pineapple")],
  sites: [
    {
      id: idFromKey("first-content", "site", "FR"),
      name: "Fruit Smoothies",
      shortCode: "FR",
      pages: {
        Home: { title: "Fruit Smoothies", headerImage: header, subtitle: "Which fruit makes the best smoothie?" },
        Rating: {
          title: "Rate the fruits",
          headerImage: header,
          subtitle: "One to five stars; every vote counts once.",
        },
        Leaderboard: {
          title: "Leaderboard",
          headerImage: header,
          subtitle: "Most stars first, counted at this moment.",
        },
      },
    },
  ],
};
