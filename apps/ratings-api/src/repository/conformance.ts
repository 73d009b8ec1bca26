import { beforeEach, describe, expect, it } from "vitest";
import { firstContent } from "../first-content.ts";
import { idFromKey, randomId } from "../ids.ts";
import type { Rating } from "../ratings.ts";
import type { RatingsRepository } from "./contract.ts";

/** What every implementation of RatingsRepository must do. `openEmpty` gives two instances on one new, empty database. */
export function ratingsRepositoryConformance(
  openEmpty: () => Promise<readonly [RatingsRepository, RatingsRepository]>,
): void {
  describe("as a ratings repository", () => {
    let repository: RatingsRepository;
    let other: RatingsRepository;
    const [banana, coconut] = firstContent.items;
    if (banana === undefined || coconut === undefined) throw new Error("the first content has at least two items");

    beforeEach(async () => {
      [repository, other] = await openEmpty();
      await repository.prepare();
      return () => Promise.all([repository.close(), other.close()]);
    });

    const rating = (more: Partial<Rating> = {}): Rating => ({
      id: randomId(),
      itemId: banana.id,
      rating: 4,
      raterIp: "192.0.2.10",
      ratedAt: new Date("2024-05-01T12:00:00Z"),
      ...more,
    });
    const votes = async (name: string) => (await other.tallies()).find((tally) => tally.name === name);

    it("fills an empty database once, also when several instances start together and again", async () => {
      await Promise.all([repository.prepare(), other.prepare(), repository.prepare(), other.prepare()]);
      expect(await repository.items()).toEqual(firstContent.items);
      expect(await other.themedSite("FR")).toEqual(firstContent.sites[0]);
    });

    it("can serve reads once it is prepared", async () => {
      await expect(repository.checkReads(2000)).resolves.toBeUndefined();
    });

    it("has no site for an unknown code", async () => {
      expect(await repository.themedSite("XX")).toBeNull();
    });

    it("lists items without ratings with no votes", async () => {
      const tallies = await repository.tallies();
      expect(tallies).toHaveLength(firstContent.items.length);
      expect(tallies).toContainEqual({ name: banana.name, img: banana.img, stars: 0, votes: 0 });
    });

    it("adds up the ratings of each item", async () => {
      const ratings = [
        rating({ rating: 5 }),
        rating({ rating: 2.5 }),
        rating({ itemId: coconut.id, rating: 0, raterIp: null }),
      ];
      expect(await repository.addRatings(ratings)).toEqual({ kind: "saved" });
      expect(await votes(banana.name)).toMatchObject({ stars: 7.5, votes: 2 });
      expect(await votes(coconut.name)).toMatchObject({ stars: 0, votes: 1 });
    });

    it("counts a repeated submission once, also through another instance and at the same time", async () => {
      const submission = [rating({ id: idFromKey("a") }), rating({ id: idFromKey("b"), rating: 1 })];
      const outcomes = await Promise.all(
        [repository, other, repository, other].map((each) => each.addRatings(submission)),
      );
      const again = await other.addRatings(
        submission.map((each) => ({ ...each, ratedAt: new Date("2024-05-02T12:00:00Z") })),
      );
      for (const outcome of [...outcomes, again]) expect(outcome).toEqual({ kind: "saved" });
      expect(await votes(banana.name)).toMatchObject({ stars: 5, votes: 2 });
    });

    it("stores nothing of a submission that uses an id again for something else", async () => {
      const id = idFromKey("taken");
      await repository.addRatings([rating({ id, rating: 4 })]);
      expect(await other.addRatings([rating(), rating({ id, rating: 1 })])).toEqual({ kind: "key-reused" });
      expect(await other.addRatings([rating(), rating({ id, itemId: coconut.id })])).toEqual({ kind: "key-reused" });
      expect(await votes(banana.name)).toMatchObject({ stars: 4, votes: 1 });
    });

    it("stores nothing of a submission that names an unknown item", async () => {
      expect(await repository.addRatings([rating(), rating({ itemId: randomId() })])).toEqual({ kind: "unknown-item" });
      expect(await votes(banana.name)).toMatchObject({ votes: 0 });
    });

    it("takes an empty submission for saved", async () => {
      expect(await repository.addRatings([])).toEqual({ kind: "saved" });
    });

    it("adds an item once", async () => {
      const mango = { id: idFromKey("mango"), uid: 7, name: "Mango", img: "/static/img/fruits/mango.svg" };
      expect(await repository.addItem(mango)).toEqual({ kind: "saved" });
      expect(await other.addItem(mango)).toEqual({ kind: "saved" });
      expect(await other.addItem({ ...mango, name: "Lime" })).toEqual({ kind: "key-reused" });
      expect((await other.items()).filter(({ id }) => id === mango.id)).toEqual([mango]);
    });

    it("orders items by uid, those without one last", async () => {
      await repository.addItem({ id: randomId(), name: "Fig", img: "/fig.svg" });
      await repository.addItem({ id: randomId(), uid: 0, name: "Kiwi", img: "/kiwi.svg" });
      const names = (await repository.items()).map(({ name }) => name);
      expect([names[0], names.at(-1)]).toEqual(["Kiwi", "Fig"]);
    });

    it("names its pools and keeps them bounded", async () => {
      await Promise.all(Array.from({ length: 50 }, () => repository.items()));
      expect(repository.pools().map(({ name }) => name)).toContain("writes");
      for (const { open, waiting } of repository.pools()) {
        expect(open).toBeLessThanOrEqual(5);
        expect(waiting).toBe(0);
      }
    });
  });
}
