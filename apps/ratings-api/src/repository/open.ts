import type { Logger } from "pino";
import type { DatabaseConfiguration } from "../configuration.ts";
import type { RatingsRepository } from "./contract.ts";

/** Loads only the driver that the URL asks for: the other one would cost memory for nothing. */
export async function openRepository(database: DatabaseConfiguration, log: Logger): Promise<RatingsRepository> {
  switch (database.engine) {
    case "postgresql": {
      const { openPostgresqlRepository } = await import("./postgresql/repository.ts");
      return openPostgresqlRepository(database, log);
    }
    case "mongodb": {
      const { openMongodbRepository } = await import("./mongodb/repository.ts");
      return openMongodbRepository(database, log);
    }
  }
}
