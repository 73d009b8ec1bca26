/** Named, so that each connection parses and plans them once. */
export const selectItems = {
  name: "items",
  text: "SELECT id, uid, name, img FROM items ORDER BY uid NULLS LAST, name, id",
};

export const selectTallies = {
  name: "tallies",
  text: `SELECT items.name, items.img, coalesce(sum.stars, 0) AS stars, coalesce(sum.votes, 0) AS votes
           FROM items LEFT JOIN
                (SELECT item_id, sum(rating) AS stars, count(*)::double precision AS votes FROM ratings GROUP BY item_id) AS sum
             ON sum.item_id = items.id`,
};

export const selectSite = {
  name: "site",
  text: "SELECT id, short_code, name, pages FROM themed_sites WHERE short_code = $1",
};

export const selectAnything = { name: "anything", text: "SELECT 1 FROM items LIMIT 1" };

// Why DO UPDATE and not DO NOTHING: a retry must write something, so that its commit comes later in the log than the first attempt's and
// waits for the standby too. A retry that wrote nothing would report as saved a row that may exist on this server only.
export const insertItem = {
  name: "insert-item",
  text: `INSERT INTO items (id, uid, name, img) VALUES ($1, $2, $3, $4)
         ON CONFLICT (id) DO UPDATE SET id = excluded.id
         RETURNING uid, name, img`,
};

// One statement is one transaction and one round trip. A row that is there with other content gets a rating that the range check refuses,
// which undoes the whole statement: that is how a key used twice for different things is found without a second trip.
export const insertRatings = {
  name: "insert-ratings",
  text: `INSERT INTO ratings (id, item_id, rating, rater_ip, rated_at)
         SELECT id, item_id, rating, $4::inet, $5::timestamptz
           FROM unnest($1::text[], $2::text[], $3::double precision[]) AS new (id, item_id, rating)
         ON CONFLICT (id) DO UPDATE SET rating =
           CASE WHEN ratings.item_id = excluded.item_id AND ratings.rating = excluded.rating THEN ratings.rating ELSE -1 END`,
};
export const keyReusedConstraint = "ratings_rating_in_range";

export const selectWaitingCommits = {
  name: "waiting-commits",
  text: "SELECT pid FROM pg_stat_activity WHERE pid = ANY ($1::int[]) AND wait_event = 'SyncRep'",
};
