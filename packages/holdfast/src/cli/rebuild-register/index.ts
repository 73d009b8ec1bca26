import { randomUUID } from "node:crypto";
import { HoldfastError } from "../../base/index.ts";
import { rebuildRegister } from "../../controller/index.ts";
import { failoverSettings, rebuiltLease } from "../../core/failover/index.ts";
import type { Lease } from "../../core/failover/index.ts";
import type { Fleet, PostgresqlStore, SiteName } from "../../core/spec/index.ts";
import type { PeerClusters } from "../../ports/index.ts";
import { ANSWER_MS, askSites } from "../ask-sites.ts";
import { addChangeOptions, recordedReason } from "../change-options.ts";
import type { ChangeOptions } from "../change-options.ts";
import type { Register } from "../command.ts";
import { namedFile } from "../file-argument.ts";
import { printChange } from "../print-change.ts";
import { storeAt, untilWritable } from "../ask-for-change.ts";
import type { ChangeReport } from "../ask-for-change.ts";
import { findClusters } from "../site-clusters.ts";
import type { FleetPlaces } from "../site-clusters.ts";
import { summarize } from "../status/summary.ts";
import type { StoreAtSite } from "../status/summary.ts";

interface Options extends ChangeOptions {
  readonly acceptDataLoss?: boolean;
}

export const register: Register = (command, terminal) => {
  addChangeOptions(command)
    .option("--accept-data-loss", "although what this site does not have is gone, and nobody can say how much that is")
    .addHelpText(
      "after",
      "\nFor one case only: more than half of the voters lost the store's register (their clusters were rebuilt, or restored from an\nolder backup), so nobody can decide anything. Every voter has to answer. `holdfast status` shows which site has most.",
    )
    .action(async (name: string, argument: string | undefined, options: Options) => {
      const store = ({ stores }: Fleet) => storeAt(stores, name, options.to);
      const found = await findClusters(namedFile(argument, options), options.context, store);
      const report = await rebuild(found, store(found.fleet), options, (line) => {
        if (options.format === "text") terminal.err(`  ${line}\n`);
      });
      printChange(report, options.format, terminal);
    });
};

/** What the command does, apart from the printing. */
export async function rebuild(
  { fleet, places }: FleetPlaces,
  store: PostgresqlStore,
  { to, reason, acceptDataLoss = false, timeout }: Pick<Options, "to" | "reason" | "acceptDataLoss" | "timeout">,
  tell: (line: string) => void,
): Promise<ChangeReport> {
  const said = {
    store: store.name,
    kind: "rebuild-register",
    to,
    request: randomUUID(),
    asked: "every voter",
  } as const;
  const refused = (message: string): ChangeReport => ({ ...said, state: "refused", message });
  const atSites = summarize(fleet, await askSites(places)).stores.find((each) => each.name === store.name)?.sites ?? [];
  for (const site of atSites) tell(`${site.site}: ${describe(site)}`);
  if (!acceptDataLoss) {
    return refused(
      `what was acknowledged and ${to} does not have would be lost, and nobody can say how much that is. Compare the positions above, and add --accept-data-loss`,
    );
  }
  const options = { proposer: `operator/${said.request}`, voters: places.map(({ name }) => name), store: store.name };
  const order = {
    to: to as SiteName,
    request: said.request,
    reason: `the register was rebuilt; ${recordedReason(reason)}`,
    at: new Date().toISOString(),
    terms: atSites.flatMap(({ term }) => (term === undefined ? [] : [term])),
  };
  const policy = failoverSettings(store, order.to);
  const outcome = await rebuildRegister<Lease>(
    options,
    peersOf(places),
    (newest) => rebuiltLease(newest, order, policy),
    AbortSignal.timeout(Math.min(timeout, places.length * ANSWER_MS)),
  );
  switch (outcome.kind) {
    case "intact":
      return refused(
        "its voters have a majority and know what was decided: use `holdfast switchover`, or `holdfast failover --accept-data-loss`",
      );
    case "silent":
      return refused(
        `every voter has to take part, and ${outcome.voter} cannot be asked: ${outcome.reason}. Where it is gone for good, take it out of the fleet file first`,
      );
    case "refused":
      return { ...said, state: "failed", message: `${outcome.reason} at ${outcome.voter}: ask again` };
    case "rebuilt":
      break;
  }
  tell(`every voter holds the register of term ${outcome.value.term}`);
  const run = { to, store: store.name, members: places, term: outcome.value.term };
  const tookMs = await untilWritable(run, performance.now(), timeout);
  if (tookMs === undefined) {
    return {
      ...said,
      state: "failed",
      message: `the register is rebuilt, and ${to} is not primary yet: look at \`holdfast status\``,
    };
  }
  return { ...said, state: "done", message: `${to} is primary: the register was rebuilt`, tookMs };
}

function describe({ role, position, term, reason }: StoreAtSite): string {
  const what = [
    role,
    ...(position === undefined ? [] : [`at ${position}`]),
    ...(term === undefined ? [] : [`term ${term}`]),
  ];
  return `${what.join(", ")}${reason === "" ? "" : `; ${reason}`}`;
}

function peersOf(places: FleetPlaces["places"]): PeerClusters {
  return {
    connect: (voter) => {
      const place = places.find(({ name }) => name === voter);
      if (!place) throw new HoldfastError([{ code: "site-unknown", message: `the fleet has no site "${voter}"` }]);
      return place.connect();
    },
  };
}
