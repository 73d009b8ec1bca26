import type { DesignRule } from "../rule.ts";

export const severalSites: DesignRule = {
  id: "several-sites",
  severity: "error",
  requirements: ["R15", "R18", "R103"],
  asks: "The application runs at two or more sites.",
  why: "With one site, its loss is the application's loss.",
  *check({ sites }) {
    if (sites.length < 2) {
      yield {
        path: ["sites"],
        message: "the fleet has one site: when it is lost, so is the application",
        hint: "Add a second site, best in another data centre.",
      };
    }
  },
};
