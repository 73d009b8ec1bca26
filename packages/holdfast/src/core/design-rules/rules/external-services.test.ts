import { describe } from "vitest";
import { testRule } from "../testing/test-rule.ts";
import { externalServices } from "./external-services.ts";

describe("external-services (R17, R86)", () => {
  testRule(externalServices, [
    {
      what: "warns of a registry on a Hub, by its name",
      example: "ratings-three-sites",
      edits: [["  server: registry.bank.example", "  server: registry.seattle.hub.bank.example"]],
      findings: ["warning registry.server"],
    },
    {
      what: "warns of charts on a Hub",
      example: "ratings-three-sites",
      edits: [["charts: oci://registry.bank.example/helm", "charts: oci://registry.seattle.hub.bank.example/helm"]],
      findings: ["warning registry.charts"],
    },
    {
      what: "warns of a registry at an address of a site",
      example: "ratings",
      edits: [["  server: holdfast.example", "  server: 10.10.0.10:5000"]],
      findings: ["warning registry.server"],
    },
    {
      what: "warns of a repository and a vault in a site's network",
      example: "ratings-disconnected",
      edits: [
        ["https://devops.enclave.example/defence/ratings", "https://10.100.9.9/defence/ratings"],
        ["vault: https://vault.enclave.example", "vault: https://10.101.9.9:8200"],
      ],
      findings: ["warning delivery.repository.url", "warning access.secrets.vault"],
    },
    {
      what: "warns of an identity provider at the other site only where another one needs it",
      example: "ratings-disconnected",
      edits: [["host: adfs.enclave.example", "host: adfs.fort-west.enclave.example"]],
      findings: ["warning sites[1].network.egress.destinations[4].host"],
    },
    {
      what: "warns of a registry in the zone that the sites answer",
      example: "ratings",
      edits: [["  server: holdfast.example", "  server: registry.ratings.example"]],
      findings: ["warning registry.server"],
    },
    {
      what: "lets services stand at the witness",
      example: "ratings-disconnected",
      edits: [["vault: https://vault.enclave.example", "vault: https://10.102.1.20"]],
      findings: [],
    },
  ]);
});
