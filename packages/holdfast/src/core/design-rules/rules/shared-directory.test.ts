import { describe } from "vitest";
import { exampleText } from "../../spec/testing/examples.ts";
import { testRule } from "../testing/test-rule.ts";
import { sharedDirectory } from "./shared-directory.ts";

const text = exampleText("ratings-azure-stack-hub");
const cluster = text.slice(text.indexOf("    cluster: &cluster\n"), text.indexOf("    network:\n"));

describe("shared-directory (R86, R87, R113)", () => {
  testRule(sharedDirectory, [
    {
      what: "warns of two directories",
      example: "ratings-azure-stack-hub",
      edits: [["identity: azure-ad", "identity: adfs"]],
      findings: ["warning sites[1].platform.identity"],
    },
    {
      what: "lets three Hubs share one (R87)",
      example: "ratings-three-sites",
      edits: [["identity: azure-ad", "identity: azure-ad"]],
      findings: [],
    },
    {
      what: "advises a way in that needs no directory",
      example: "ratings-azure-stack-hub",
      edits: [
        [cluster, ""],
        ["    cluster: *cluster\n", ""],
      ],
      findings: ["advice sites[0].platform.identity"],
    },
  ]);
});
