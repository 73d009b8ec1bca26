export { checkSarif } from "./check-sarif.ts";
