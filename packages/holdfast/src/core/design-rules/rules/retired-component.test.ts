import { describe } from "vitest";
import type { Edit } from "../../spec/testing/examples.ts";
import { testRule } from "../testing/test-rule.ts";
import { retiredComponent } from "./retired-component.ts";

const controller = (name: string): Edit => ["  ttl: 1s\n", `  ttl: 1s\n  ingressController: ${name}\n`];

describe("retired-component (R34, R141)", () => {
  testRule(retiredComponent, [
    { what: "says nothing of what a new fleet gets", example: "ratings", edits: [], findings: [] },
    {
      what: "warns of the community's ingress-nginx",
      example: "ratings",
      edits: [controller("ingress-nginx")],
      findings: ["warning traffic.ingressController"],
    },
    { what: "takes F5's NGINX", example: "ratings", edits: [controller("f5-nginx")], findings: [] },
    { what: "takes Traefik", example: "ratings", edits: [controller("traefik")], findings: [] },
    {
      what: "says nothing where no site gets one",
      example: "ratings",
      edits: [
        controller("ingress-nginx"),
        ["      exposure:\n        port: http\n        paths: [/]\n", ""],
        [
          "      exposure:\n        port: http\n        # Deep health: what steers users, so it must fail when this site cannot serve them.\n        paths: [/healthz]\n",
          "",
        ],
      ],
      findings: [],
    },
  ]);
});
