export { SimulatedCluster } from "./cluster.ts";
