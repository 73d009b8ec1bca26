import { describe } from "vitest";
import type { RuleCase } from "../testing/test-rule.ts";
import { testRule } from "../testing/test-rule.ts";
import { sharedStorage } from "./shared-storage.ts";

const inClass = (className: string, ...findings: string[]): RuleCase => ({
  what: `${findings.length === 0 ? "takes" : "warns of"} ${className}`,
  example: "ratings-azure-stack-hub",
  edits: [["className: managed-standard", `className: ${className}`]],
  findings,
});

describe("shared-storage (R74, R75, R76)", () => {
  testRule(sharedStorage, [
    inClass("azurefile-csi", "warning stores[0].storage.className"),
    inClass("nfs-client", "warning stores[0].storage.className"),
    inClass("rook-cephfs", "warning stores[0].storage.className"),
    inClass("rook-ceph-block"),
    inClass("profiles"),
    {
      what: "warns of a share in the configuration",
      example: "ratings",
      edits: [
        [
          "API: http://ratings-api:3000",
          'API: http://ratings-api:3000\n        PICTURES: "nfs://files.example/pictures"',
        ],
      ],
      findings: ["warning application.components[0].configuration.PICTURES"],
    },
    {
      what: "warns of a share in the arguments",
      example: "ratings",
      edits: [["replicas: 2", "replicas: 2\n      args: ['--pictures', '\\\\files\\pictures']"]],
      findings: ["warning application.components[0].args[1]"],
    },
  ]);
});
