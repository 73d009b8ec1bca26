import { describe } from "vitest";
import { testRule } from "../testing/test-rule.ts";
import { spareReplica } from "./spare-replica.ts";

describe("spare-replica (R129)", () => {
  testRule(spareReplica, [
    {
      what: "warns of a single replica",
      example: "ratings",
      edits: [["replicas: 2", "replicas: 1"]],
      findings: ["warning application.components[0].replicas"],
    },
    {
      what: "warns of scaling down to one",
      example: "ratings",
      edits: [["replicas: 2", "replicas: { min: 1, max: 4 }"]],
      findings: ["warning application.components[0].replicas.min"],
    },
    {
      what: "advises a readiness probe",
      example: "ratings",
      edits: [["        readiness: { path: /readyz, port: http, period: 5s }\n", ""]],
      findings: ["advice application.components[0]"],
    },
  ]);
});
