import { StoreKeeper } from "../../controller/index.ts";
import { considerRequest, failoverSettings } from "../../core/failover/index.ts";
import type { FailoverRules, OperatorRequest } from "../../core/failover/index.ts";
import type { Fleet, PostgresqlStore, SiteName } from "../../core/spec/index.ts";
import type { SitePorts, SiteProgram } from "../../simulator/index.ts";

/** The production store keeper, as the simulator starts it; an operator's request is considered as in production, and tried once. */
export function startKeeper(
  fleet: Fleet,
  store: PostgresqlStore,
  site: SiteName,
  ports: SitePorts,
  { rules, consider = considerRequest }: { rules?: FailoverRules; consider?: typeof considerRequest } = {},
): SiteProgram {
  const keeper = new StoreKeeper(fleet, store, site, ports, undefined, rules);
  const settings = failoverSettings(store, site);
  return {
    run: (signal) => keeper.run(signal),
    operate: (request: OperatorRequest) => {
      const step = consider(request, keeper.sight, settings, fleet.objectives, ports.clock.wallTime());
      ports.log.info(`asked for a ${request.kind}`, { answer: "message" in step ? step.message : step.kind });
      if (step.kind === "try") void keeper.change(step.transition, new AbortController().signal);
    },
  };
}
