/** Instances that start together take turns with this advisory lock: `CREATE ... IF NOT EXISTS` alone can still collide in the catalogue. */
export const schemaLock = 7_203_114_551;

/** Each statement may be run again at any time. */
export const schema = `
CREATE TABLE IF NOT EXISTS items (
  id    text PRIMARY KEY CHECK (id ~ '^[0-9a-f]{24}$'),
  uid   double precision,
  name  text NOT NULL,
  img   text NOT NULL
);
CREATE TABLE IF NOT EXISTS themed_sites (
  id          text PRIMARY KEY CHECK (id ~ '^[0-9a-f]{24}$'),
  short_code  text NOT NULL UNIQUE,
  name        text NOT NULL,
  pages       jsonb NOT NULL
);
CREATE TABLE IF NOT EXISTS ratings (
  id        text PRIMARY KEY CHECK (id ~ '^[0-9a-f]{24}$'),
  item_id   text NOT NULL REFERENCES items (id),
  rating    double precision NOT NULL CONSTRAINT ratings_rating_in_range CHECK (rating BETWEEN 0 AND 5),
  rater_ip  inet,
  rated_at  timestamptz NOT NULL
);
-- The leaderboard adds up ratings from this index alone.
CREATE INDEX IF NOT EXISTS ratings_by_item ON ratings (item_id) INCLUDE (rating);
`;

export const isComplete = {
  name: "is-complete",
  text: `SELECT to_regclass('items') IS NOT NULL AND to_regclass('themed_sites') IS NOT NULL
            AND to_regclass('ratings_by_item') IS NOT NULL AS complete`,
};

export const isFilled = {
  name: "is-filled",
  text: "SELECT EXISTS (SELECT FROM items) AND EXISTS (SELECT FROM themed_sites) AS filled",
};

export const fillItems = `
INSERT INTO items (id, uid, name, img)
SELECT id, uid, name, img FROM jsonb_to_recordset($1) AS first (id text, uid double precision, name text, img text)
 WHERE NOT EXISTS (SELECT FROM items)
ON CONFLICT (id) DO NOTHING`;

export const fillSites = `
INSERT INTO themed_sites (id, short_code, name, pages)
SELECT id, "shortCode", name, pages FROM jsonb_to_recordset($1) AS first (id text, "shortCode" text, name text, pages jsonb)
 WHERE NOT EXISTS (SELECT FROM themed_sites)
ON CONFLICT DO NOTHING`;
