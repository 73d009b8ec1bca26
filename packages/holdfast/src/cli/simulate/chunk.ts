import { HoldfastError } from "../../base/index.ts";
import type { Fleet, PostgresqlStore } from "../../core/spec/index.ts";
import { simulateRuns } from "../../simulator/index.ts";
import type { RunOutcome, SimulationResult, StartSite } from "../../simulator/index.ts";
import { loadFleet } from "../fleet-file.ts";
import { drain } from "./drain.ts";
import { useLightAbortControllers } from "./light-abort.ts";

/** What every run is about, as the command line says it. */
export interface Task {
  readonly file: string;
  readonly store?: string;
  readonly seed: string;
  readonly intensity: number;
}

/** A few runs in a row: what one process does before it tells how it went. */
export interface Chunk {
  readonly firstRun: number;
  readonly runs: number;
}

export type StartSiteOf = (fleet: Fleet, store: PostgresqlStore) => StartSite;
export type SimulateChunk = (chunk: Chunk) => Promise<SimulationResult>;

export interface ChunkSimulator {
  readonly simulate: SimulateChunk;
  /** The fleet's objective, where it has one. */
  readonly rtoMs?: number;
}

/** Reads the fleet file once, and then simulates whatever part of the runs it is given. */
export async function chunkSimulator(task: Task, startSiteOf: StartSiteOf): Promise<ChunkSimulator> {
  const { fleet } = await loadFleet(task.file);
  const store = chooseStore(fleet, task.store);
  const { seed, intensity } = task;
  const startSite = startSiteOf(fleet, store);
  const simulate: SimulateChunk = async (chunk) => {
    const restore = useLightAbortControllers();
    const { stackTraceLimit } = Error;
    // Errors are everyday life here, and where one came from is asked only when a run that failed is replayed.
    Error.stackTraceLimit = 0;
    const onRun = ({ violation }: RunOutcome): void => {
      if (violation) Error.stackTraceLimit = stackTraceLimit;
    };
    try {
      return await simulateRuns({ fleet, store, startSite, drain, seed, intensity, onRun, ...chunk });
    } finally {
      restore();
      Error.stackTraceLimit = stackTraceLimit;
    }
  };
  const { rtoMs } = fleet.objectives;
  return { simulate, ...(rtoMs !== undefined && { rtoMs }) };
}

function chooseStore({ stores }: Fleet, name: string | undefined): PostgresqlStore {
  const own = stores.filter((store): store is PostgresqlStore => store.engine === "postgresql");
  const store = name === undefined ? own[0] : own.find((each) => each.name === name);
  if (store !== undefined) return store;
  const names = own.map((each) => each.name).join(", ");
  const message =
    name === undefined ? "the fleet has no PostgreSQL store to simulate" : `the fleet has no PostgreSQL store ${name}`;
  throw new HoldfastError([{ code: "usage", message, ...(names !== "" && { hint: `It has ${names}.` }) }]);
}
