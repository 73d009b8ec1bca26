import { describe } from "vitest";
import { testRule } from "../testing/test-rule.ts";
import { majorityWrites } from "./majority-writes.ts";

const known = ["warning stores[0].members"];

describe("majority-writes (R18, R82, R84)", () => {
  testRule(
    majorityWrites,
    [
      {
        what: "takes one member with data at each of three sites",
        example: "ratings-three-sites",
        edits: [
          [
            "    engine: postgresql\n    personalData: true\n    database: ratings\n    owner: ratings\n    # A commit waits for every standby that is in sync, and a site that is away is dropped: any two can be lost one after the other.\n    sites: [seattle, orlando, denver]\n    storage: { size: 128Gi, className: managed-standard }\n    durability: replicated\n    whenAlone: block\n    lease: { renew: 1s, ttl: 4s, fenceMargin: 1s }\n",
            "    engine: mongodb\n    database: ratings\n    members: [{ site: seattle }, { site: orlando }, { site: denver }]\n    storage: { size: 128Gi }\n",
          ],
        ],
        findings: [],
      },
      {
        what: "leaves two members and an arbiter to recovery-objective: their writes wait for one",
        example: "ratings-azure-stack-hub",
        edits: [["      - { site: seattle }\n      - { site: orlando }\n", ""]],
        findings: [],
      },
    ],
    { "ratings-azure-stack-hub": known, "ratings-disconnected": known },
  );
});
