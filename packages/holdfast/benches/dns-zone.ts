import type { RecordSet, Zone } from "../src/core/traffic/index.ts";

export const origin = "ratings.example";
/** As many as in the measurements of peers that docs/decisions/pre-encoded-answers.md compares with. */
export const hosts: readonly string[] = Array.from({ length: 1000 }, (_, i) => `host${i}.${origin}`);

const authority: RecordSet = {
  name: origin,
  kind: "SOA",
  ttlSeconds: 5,
  alternatives: [
    {
      weight: 1,
      records: [
        {
          kind: "SOA",
          primary: `ns1.${origin}`,
          mailbox: `hostmaster.${origin}`,
          serial: 1,
          refresh: 3600,
          retry: 600,
          expire: 604_800,
          minimum: 5,
        },
      ],
    },
  ],
};

export const zone: Zone = {
  origin,
  authority,
  sets: [
    authority,
    ...hosts.map((name, i): RecordSet => {
      const address = `192.0.${i >> 8}.${i & 255}`;
      return { name, kind: "A", ttlSeconds: 5, alternatives: [{ weight: 1, records: [{ kind: "A", address }] }] };
    }),
  ],
};
