import { describe } from "vitest";
import { exampleText } from "../../spec/testing/examples.ts";
import { testRule } from "../testing/test-rule.ts";
import { engineState } from "./engine-state.ts";

const hub = "ratings-azure-stack-hub";
const [both = "", first = "", second = ""] =
  / {2}stateRecipients:\n( {4}- age1\w+\n)( {4}- age1\w+\n)/.exec(exampleText(hub)) ?? [];

describe("engine-state (R93, R94)", () => {
  testRule(engineState, [
    {
      what: "refuses that nobody can open it",
      example: hub,
      edits: [[both, ""]],
      findings: ["error access.stateRecipients"],
    },
    { what: "advises a second key", example: hub, edits: [[second, ""]], findings: ["advice access.stateRecipients"] },
    {
      what: "counts a key that stands twice once",
      example: hub,
      edits: [[second, first]],
      findings: ["advice access.stateRecipients"],
    },
    {
      what: "says nothing where AKS Engine builds nothing",
      example: "ratings",
      edits: [["kind: Fleet", "kind: Fleet\naccess: { stateRecipients: [] }"]],
      findings: [],
    },
  ]);
});
