import * as z from "zod";
import { resources } from "./application.ts";
import * as s from "./scalars.ts";

const storage = z
  .strictObject({
    size: s.bytes().meta({ description: "Size of one server's volume." }),
    className: s.objectName().exactOptional().meta({ description: "Storage class; absent: the cluster's default." }),
  })
  .meta({ id: "Storage" });

const personalData = s
  .flag()
  .prefault(true)
  .meta({ description: "Holds data about persons, which must not leave the premises." });

const identifier = () =>
  s.line().regex(/^[a-z_][a-z0-9_]{0,62}$/, { error: "expected small letters, digits and underscores, at most 63" });

const postgresql = z
  .strictObject({
    engine: z.literal("postgresql"),
    name: s.label().meta({
      description:
        "Name of the store, of its Secrets (`<name>-app`, `<name>-system`) and of its services (`<name>-rw`, `<name>-ro`).",
    }),
    personalData,
    database: identifier().meta({ description: "Database." }),
    owner: identifier().meta({ description: "Role that owns the database; the application connects as it." }),
    sites: z
      .array(s.siteName())
      .min(1, { error: "expected at least one site" })
      .meta({ description: "Sites with a server, in order of preference; a new fleet's primary starts at the first." }),
    storage,
    resources: resources.prefault({ requests: { cpu: "500m", memory: "256Mi" }, limits: { memory: "1Gi" } }),
    peeringPort: s
      .tcpPort()
      .prefault(5432)
      .meta({ description: "Port at `addresses.peering.dataHost` where the other sites reach it." }),
    durability: s.choice(["replicated", "local-only"]).prefault("replicated").meta({
      description:
        "`replicated`: a commit is acknowledged when a standby at another site has it; `local-only`: when the primary's disk has it.",
    }),
    whenAlone: s.choice(["continue", "block"]).prefault("continue").meta({
      description: "What a replicated primary does with no standby left: go on as local-only, or stop acknowledging.",
    }),
    failback: s
      .choice(["automatic", "approved"])
      .prefault("approved")
      .meta({ description: "Whether a site that returned becomes primary by itself." }),
    soak: s.duration().prefault("60s").meta({
      description: "With automatic failback: how long a site must have been in sync before it becomes primary again.",
    }),
    lease: z
      .strictObject({
        renew: s.duration().prefault("250ms").meta({ description: "Time between renewals." }),
        ttl: s
          .duration()
          .prefault("1s")
          .meta({ description: "A lease that was not renewed for this long may be taken over." }),
        fenceMargin: s
          .duration()
          .prefault("200ms")
          .meta({ description: "A primary stops writing this long before its lease runs out." }),
      })
      .prefault({})
      .meta({ description: "The site lease: who may write." }),
  })
  .meta({ id: "PostgresqlStore", description: "PostgreSQL, run by holdfast: one server a site, one of them primary." });

const mongodb = z
  .strictObject({
    engine: z.literal("mongodb"),
    name: s.label().meta({ description: "Name of the store, of its Secrets and of its services." }),
    personalData,
    database: s.line().meta({ description: "Database." }),
    replicaSet: s.line().prefault("rs0").meta({ description: "Name of the replica set." }),
    members: z
      .array(
        z
          .strictObject({
            site: s.siteName().meta({ description: "A site; an arbiter may also be at the witness." }),
            role: s
              .choice(["data", "arbiter"])
              .prefault("data")
              .meta({ description: "An arbiter votes and holds no data." }),
            votes: s.integer(0, 1).prefault(1).meta({ description: "1: it votes." }),
            priority: z
              .number({ error: "expected a number between 0 and 1000" })
              .min(0)
              .max(1_000)
              .exactOptional()
              .meta({ description: "Higher ones are preferred as primary; default 1, and 0 for an arbiter." }),
          })
          .meta({ id: "MongodbMember" }),
      )
      .min(1, { error: "expected at least one member" })
      .max(50, { error: "expected at most 50 members" })
      .meta({ description: "Members of the replica set, at most 7 with a vote. No site should hold a majority." }),
    storage,
    resources: resources.prefault({ requests: { cpu: "500m", memory: "512Mi" }, limits: { memory: "2Gi" } }),
    peeringPort: s.tcpPort().prefault(27017).meta({
      description:
        "Port at `addresses.peering.dataHost` of the first member of a site; the next member has the next port.",
    }),
    electionTimeout: s.duration().prefault("10s").meta({ description: "MongoDB's settings.electionTimeoutMillis." }),
  })
  .meta({
    id: "MongodbStore",
    description: "A MongoDB replica set. MongoDB elects by itself; holdfast checks, watches and steers by it.",
  });

export const store = z
  .discriminatedUnion("engine", [postgresql, mongodb])
  .meta({ description: "A database of the application." });
