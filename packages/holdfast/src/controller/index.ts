export { parseControllerConfig } from "./config.ts";
export type { ControllerConfig } from "./config.ts";
export { Controller } from "./controller.ts";
export { rebuildRegister } from "./register/rebuild-register.ts";
export { readKeptStatus } from "./status-reporter.ts";
export { StoreKeeper } from "./store/store-keeper.ts";
