import { describe, expect, it } from "vitest";
import { unwrap } from "../../../base/index.ts";
import { parseFleetDocument } from "../../spec/index.ts";
import type { Edit } from "../../spec/testing/examples.ts";
import { exampleText } from "../../spec/testing/examples.ts";
import { analyzeDesign } from "../analyze-design.ts";
import { testRule } from "../testing/test-rule.ts";
import { majorityWrites } from "./majority-writes.ts";

const known = ["warning stores[0].members"];
const POSTGRESQL =
  "    engine: postgresql\n    personalData: true\n    database: ratings\n    owner: ratings\n    # A commit waits for every standby that is in sync, and a site that is away is dropped: any two can be lost one after the other.\n    sites: [seattle, orlando, denver]\n    storage: { size: 128Gi, className: managed-standard }\n    durability: replicated\n    whenAlone: block\n    lease: { renew: 1s, ttl: 4s, fenceMargin: 1s }\n";

describe("majority-writes (R18, R82, R84)", () => {
  testRule(
    majorityWrites,
    [
      {
        what: "takes one member with data at each of three sites",
        example: "ratings-three-sites",
        edits: [
          [
            POSTGRESQL,
            "    engine: mongodb\n    database: ratings\n    members: [{ site: seattle }, { site: orlando }, { site: denver }]\n    storage: { size: 128Gi }\n",
          ],
        ],
        findings: [],
      },
      {
        what: "warns of two members and an arbiter, of which a majority of the members with data is both",
        example: "ratings-azure-stack-hub",
        edits: [["      - { site: seattle }\n      - { site: orlando }\n", ""]],
        findings: known,
      },
      {
        what: "counts members that have a vote: a third one without does not help",
        example: "ratings-azure-stack-hub",
        edits: [
          [
            "      - { site: orlando }\n      - { site: orlando }\n",
            "      - { site: orlando }\n      - { site: orlando, votes: 0, priority: 0 }\n",
          ],
        ],
        findings: known,
      },
      {
        what: "takes a member without a vote beside one with data at each of three sites",
        example: "ratings-three-sites",
        edits: [
          [
            POSTGRESQL,
            "    engine: mongodb\n    database: ratings\n    members: [{ site: seattle }, { site: orlando }, { site: denver }, { site: denver, votes: 0, priority: 0 }]\n    storage: { size: 128Gi }\n",
          ],
        ],
        findings: [],
      },
    ],
    { "ratings-azure-stack-hub": known, "ratings-disconnected": known },
  );

  const messageWith = (...edits: Edit[]) => {
    const parsed = unwrap(parseFleetDocument(exampleText("ratings-azure-stack-hub", edits), "holdfast.yaml"));
    return analyzeDesign(parsed, { today: "2027-01-01", rules: [majorityWrites] })[0]?.message;
  };

  it("says that users read, and who has to act before they write", () => {
    expect(messageWith()).toBe(
      "without seattle-hub-1 or orlando-hub-1 only 2 of 4 members with data are left, and a write that waits for a majority needs 3: users read, and no such write is acknowledged until an operator takes the lost members' votes away",
    );
  });

  it("says what MongoDB lets a write wait for that asks for nothing, where that is one member", () => {
    expect(messageWith(["      - { site: seattle }\n      - { site: orlando }\n", ""])).toContain(
      "only 1 of 2 members with data are left, and a write that waits for a majority needs 2",
    );
    expect(messageWith(["      - { site: seattle }\n      - { site: orlando }\n", ""])).toContain(
      "what only that has is lost with it",
    );
  });
});
