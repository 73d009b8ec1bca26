import { describe } from "vitest";
import { testRule } from "../testing/test-rule.ts";
import { kuredVersion } from "./kured-version.ts";

const hub = "ratings-azure-stack-hub";
const version = (text: string) => [["kubernetesVersion: 1.34.4", `kubernetesVersion: ${text}`]] as const;
const both = [0, 1].map((site) => `warning sites[${site}].cluster.kubernetesVersion`);

describe("kured-version (R129)", () => {
  testRule(kuredVersion, [
    {
      what: "warns of a Kubernetes that kured does not know yet",
      example: hub,
      edits: version("1.36.0"),
      findings: both,
    },
    { what: "warns of one that it no longer knows", example: hub, edits: version("1.27.16"), findings: both },
    { what: "takes the first that it knows", example: hub, edits: version("1.28.0"), findings: [] },
    { what: "takes the last", example: hub, edits: version("1.35.0"), findings: [] },
    {
      what: "says nothing where people reboot the nodes",
      example: hub,
      edits: [...version("1.36.0"), ["reboots: kured", "reboots: manual"]],
      findings: [],
    },
  ]);
});
