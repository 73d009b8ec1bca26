export type * from "./address-lookup.ts";
export * from "./cluster.ts";
export type * from "./database-connector.ts";
export type * from "./database-control.ts";
export type * from "./http-server.ts";
export type * from "./log.ts";
export type * from "./name-server.ts";
export type * from "./primary-register.ts";
export type * from "./prober.ts";
