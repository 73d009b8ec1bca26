import type { DesignRule } from "../rule.ts";

export const personalData: DesignRule = {
  id: "personal-data",
  severity: "error",
  requirements: ["R4", "R5", "R6"],
  asks: "Personal data stays on premises: no site, backup or monitoring in a public cloud gets it.",
  why: "It is why the application runs on premises at all; what once left cannot be taken back.",
  example: { broken: "personalFields: []", fixed: "personalFields: [raterIp, userIp]" },
  *check({ sites, stores, backups, monitoring }) {
    const personal = new Set(stores.filter((store) => store.personalData).map((store) => store.name));
    if (personal.size === 0) return;
    for (const [index, { name, location }] of sites.entries()) {
      if (location.hosting !== "public-cloud") continue;
      yield {
        path: ["sites", index, "location", "hosting"],
        message: `${name} is in a public cloud, and the application handles personal data`,
        hint: "Run the application on premises; a public cloud may hold the witness. Or say personalData: false.",
      };
    }
    for (const [index, backup] of backups.entries()) {
      for (const [position, target] of backup.external.entries()) {
        if (target.hosting !== "public-cloud" || !personal.has(backup.store)) continue;
        yield {
          path: ["backups", index, "external", position, "hosting"],
          message: `backups of ${backup.store} hold personal data, and ${target.name} is in a public cloud`,
          hint: "Keep them at another site, or on premises.",
        };
      }
    }
    // Azure Monitor is in public Azure, whatever the file says of its hosting.
    const leaves =
      monitoring.kind === "azure-monitor" || (monitoring.kind !== "none" && monitoring.hosting === "public-cloud");
    if (leaves && monitoring.personalFields.length === 0) {
      yield {
        path: ["monitoring", "hosting"],
        severity: "warning",
        message: "logs and metrics go to a public cloud, and no field is named as personal",
        hint: "Name the fields that must stay under monitoring.personalFields.",
      };
    }
  },
};
