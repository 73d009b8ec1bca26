export { checkSarif } from "./check-sarif.ts";
export { unusableSarif } from "./unusable-sarif.ts";
