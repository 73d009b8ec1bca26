export { SimulatedCluster } from "./cluster.ts";
export { SimulatedDatabase, SimulatedDatabases } from "./databases.ts";
export { SimulatedNameServer } from "./name-server.ts";
export { SimulatedProber } from "./prober.ts";
export { VirtualClock } from "./virtual-clock.ts";
