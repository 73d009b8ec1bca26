import type { Driver } from "../../spec/index.ts";
import type { DesignRule } from "../rule.ts";

/** With one of these a public cloud is not a matter of taste. */
const BINDING: readonly Driver[] = ["regulation", "location"];

export const onPremises: DesignRule = {
  id: "on-premises",
  severity: "warning",
  requirements: ["R4"],
  asks: "The application runs on premises at every site; only the witness may be in a public cloud.",
  why: "What drove it out of the public cloud drives it out of each site there too.",
  *check({ sites, stores, drivers }) {
    if (stores.some((store) => store.personalData)) return; // personal-data says it, and more.
    const binding = drivers.filter((driver) => BINDING.includes(driver));
    for (const [index, { name, location }] of sites.entries()) {
      if (location.hosting !== "public-cloud") continue;
      yield {
        path: ["sites", index, "location", "hosting"],
        severity: binding.length > 0 ? "error" : "warning",
        message:
          binding.length > 0
            ? `${name} is in a public cloud, and the fleet's drivers name ${binding.join(" and ")}`
            : `${name} is in a public cloud: the application runs there too`,
        hint: "Move the site on premises, or make the place the witness.",
        ...(binding.length > 0 ? { related: [{ path: ["metadata", "drivers"], message: "the drivers" }] } : {}),
      };
    }
  },
};
