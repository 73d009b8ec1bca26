export type { SourceDocument } from "./document/index.ts";
export type * from "./fleet.ts";
export type * from "./infrastructure.ts";
export type * from "./operations.ts";
export { parseFleet, parseFleetDocument } from "./parse-fleet.ts";
export type { ParsedFleet } from "./parse-fleet.ts";
export { maskSecrets } from "./secrets.ts";
export { fleetJsonSchema } from "./json-schema.ts";
