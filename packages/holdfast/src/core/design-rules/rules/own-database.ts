import { hostMatches } from "../hosts.ts";
import type { DesignRule } from "../rule.ts";

/** Databases that a cloud runs: endpoints as their documentation names them. */
const CLOUD_DATABASES = [
  "*.database.windows.net",
  "*.database.azure.com",
  "*.cosmos.azure.com",
  "*.documents.azure.com",
  "*.redis.cache.windows.net",
  "*.mongodb.net",
  "*.rds.amazonaws.com",
  "*.docdb.amazonaws.com",
  "*.cache.amazonaws.com",
  "*.neon.tech",
  "*.supabase.co",
  "*.cockroachlabs.cloud",
];

/** Services that one cloud has and Kubernetes elsewhere has not. */
const CLOUD_SERVICES = [
  "*.servicebus.windows.net",
  "*.blob.core.windows.net",
  "*.queue.core.windows.net",
  "*.table.core.windows.net",
  "*.azurewebsites.net",
  "*.cognitiveservices.azure.com",
  "*.amazonaws.com",
  "*.googleapis.com",
];

const HOSTS = /[a-z0-9](?:[a-z0-9-]{0,62}\.){2,10}[a-z]{2,20}/gi;

export const ownDatabase: DesignRule = {
  id: "own-database",
  severity: "warning",
  requirements: ["R5", "R9", "R10", "R142"],
  asks: "Data is in stores of the fleet, and what components use is Kubernetes's own or runs on it.",
  why: "A database that a cloud runs takes the data there and is lost with the line to it; a cloud's own service ties the application to that cloud.",
  example: {
    broken: "configuration:\n  QUEUE: https://ratings.servicebus.windows.net/votes\n  API: http://ratings-api:3000",
    fixed: "configuration:\n  API: http://ratings-api:3000",
  },
  *check({ application, stores }) {
    const personal = stores.some((store) => store.personalData);
    for (const [index, { name, configuration, args }] of application.components.entries()) {
      const path = ["application", "components", index];
      const texts = [
        ...Object.entries(configuration).map(([key, text]) => ({ text, at: [...path, "configuration", key] })),
        ...args.map((text, position) => ({ text, at: [...path, "args", position] })),
      ];
      for (const { text, at } of texts) {
        const hosts = text.match(HOSTS) ?? [];
        const isOneOf = (known: readonly string[]) => hosts.find((host) => known.some((one) => hostMatches(one, host)));
        const [database, service] = [isOneOf(CLOUD_DATABASES), isOneOf(CLOUD_SERVICES)];
        if (database !== undefined) {
          yield {
            path: at,
            severity: personal ? "error" : "warning",
            message: `${name} uses the database ${database}, which a cloud runs: none of the fleet's sites holds or backs up its data`,
            hint: "Describe the database under `stores`, so that the sites hold it themselves.",
          };
        } else if (service !== undefined) {
          yield {
            path: at,
            severity: "advice",
            message: `${name} uses ${service}, a service that one cloud has: the application cannot run without it`,
            hint: "Use something that runs on Kubernetes, at each site.",
          };
        }
      }
    }
  },
};
