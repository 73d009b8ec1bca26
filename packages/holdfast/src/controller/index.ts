export { parseControllerConfig } from "./config.ts";
export type { ControllerConfig } from "./config.ts";
export { Controller } from "./controller.ts";
