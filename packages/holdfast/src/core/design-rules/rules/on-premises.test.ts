import { describe } from "vitest";
import type { Edit } from "../../spec/testing/examples.ts";
import { testRule } from "../testing/test-rule.ts";
import { onPremises } from "./on-premises.ts";

const CLOUD: Edit = ["dataCentre: seattle-hub-1,", "dataCentre: seattle-hub-1, hosting: public-cloud,"];
const NOT_PERSONAL: Edit = ["personalData: true", "personalData: false"];

describe("on-premises (R4)", () => {
  testRule(onPremises, [
    {
      what: "refuses a site in a public cloud where regulation is the driver",
      example: "ratings-azure-stack-hub",
      edits: [CLOUD, NOT_PERSONAL],
      findings: ["error sites[0].location.hosting"],
    },
    {
      what: "warns of one where it is a matter of taste",
      example: "ratings-azure-stack-hub",
      edits: [CLOUD, NOT_PERSONAL, ["drivers: [regulation, location]", "drivers: [latency]"]],
      findings: ["warning sites[0].location.hosting"],
    },
    {
      what: "leaves personal data to the rule for it",
      example: "ratings-azure-stack-hub",
      edits: [CLOUD],
      findings: [],
    },
  ]);
});
