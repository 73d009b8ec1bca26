export { addressLookup } from "./address-lookup.ts";
export { realClock, realRandom } from "./clock.ts";
export { jsonLog } from "./json-log.ts";
export { makeFolder } from "./make-folder.ts";
