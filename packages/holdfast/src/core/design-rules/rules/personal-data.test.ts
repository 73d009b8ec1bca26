import { describe } from "vitest";
import { testRule } from "../testing/test-rule.ts";
import { personalData } from "./personal-data.ts";

describe("personal-data (R4, R5, R6)", () => {
  testRule(personalData, [
    {
      what: "refuses a site in a public cloud",
      example: "ratings-azure-stack-hub",
      edits: [["dataCentre: seattle-hub-1,", "dataCentre: seattle-hub-1, hosting: public-cloud,"]],
      findings: ["error sites[0].location.hosting"],
    },
    {
      what: "lets an application without personal data be anywhere",
      example: "ratings-azure-stack-hub",
      edits: [
        ["dataCentre: seattle-hub-1,", "dataCentre: seattle-hub-1, hosting: public-cloud,"],
        ["personalData: true", "personalData: false"],
      ],
      findings: [],
    },
    {
      what: "refuses a backup in a public cloud",
      example: "ratings-azure-stack-hub",
      edits: [
        [
          "    rehearsal:",
          "    external: [{ name: blob, kind: azure-blob, url: https://contoso.blob.core.windows.net/b, hosting: public-cloud }]\n    rehearsal:",
        ],
      ],
      findings: ["error backups[0].external[0].hosting"],
    },
    {
      what: "warns of monitoring in a public cloud that knows no personal field",
      example: "ratings-azure-stack-hub",
      edits: [["  personalFields: [raterIp, userIp]\n", ""]],
      findings: ["warning monitoring.hosting"],
    },
    {
      what: "knows that Azure Monitor is in public Azure",
      example: "ratings-azure-stack-hub",
      edits: [
        ["  personalFields: [raterIp, userIp]\n", ""],
        ["  kind: azure-monitor\n  hosting: public-cloud\n", "  kind: azure-monitor\n"],
      ],
      findings: ["warning monitoring.hosting"],
    },
    {
      what: "lets logs stay where they are made",
      example: "ratings-disconnected",
      edits: [["  personalFields: [raterIp, userIp]\n", ""]],
      findings: [],
    },
  ]);
});
