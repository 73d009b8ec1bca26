import { expect, it } from "vitest";
import { averageText, rowsOf, votesText } from "./standings.ts";

const standing = (name: string, stars: number, votes: number) => ({
  name,
  img: "",
  stars,
  votes,
  average: votes === 0 ? 0 : stars / votes,
});

it("puts what is on its way on top of what was counted, marked", () => {
  const rows = rowsOf([standing("Banana", 8, 2), standing("Coconut", 6, 2)], [{ name: "Coconut", stars: 4 }]);
  expect(rows).toMatchObject([
    { name: "Coconut", stars: 10, votes: 3, pending: true, share: 100 },
    { name: "Banana", stars: 8, votes: 2, pending: false, share: 80 },
  ]);
});

it("shows an empty leaderboard without dividing by zero", () => {
  const [row] = rowsOf([standing("Banana", 0, 0)], []);
  expect(row).toMatchObject({ average: 0, share: 0 });
  expect([averageText(row!), votesText(row!)]).toEqual(["–", "no votes yet"]);
});

it("writes numbers for people", () => {
  expect([averageText(standing("", 13, 3)), votesText(standing("", 5, 1)), votesText(standing("", 0, 1234))]).toEqual([
    "4.3",
    "1 vote",
    "1,234 votes",
  ]);
});
