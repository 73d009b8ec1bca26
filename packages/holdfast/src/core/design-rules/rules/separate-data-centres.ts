import type { DesignRule } from "../rule.ts";

export const separateDataCentres: DesignRule = {
  id: "separate-data-centres",
  severity: "warning",
  requirements: ["R16", "R104"],
  asks: "Sites, and the witness, stand in different data centres.",
  why: "Fire, flood and power cuts take a building, and with it all that stands in it.",
  *check({ sites, witness }) {
    const places = [
      ...sites.map((site, index) => ({ site, path: ["sites", index, "location", "dataCentre"] })),
      ...(witness === undefined ? [] : [{ site: witness, path: ["witness", "location", "dataCentre"] }]),
    ];
    for (const [index, { site, path }] of places.entries()) {
      const earlier = places
        .slice(0, index)
        .find((place) => place.site.location.dataCentre === site.location.dataCentre);
      if (earlier !== undefined) {
        yield {
          path,
          message: `${site.name} and ${earlier.site.name} stand in the same data centre, so one event can take both`,
          hint: "Move one of them, or give their buildings different names if they are different.",
          related: [{ path: earlier.path, message: `${earlier.site.name} is here` }],
        };
      }
    }
  },
};
