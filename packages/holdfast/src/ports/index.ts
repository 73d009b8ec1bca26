export * from "./cluster.ts";
export * from "./database-control.ts";
