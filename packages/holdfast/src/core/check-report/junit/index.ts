export { checkJunit } from "./check-junit.ts";
export { unusableJunit } from "./unusable-junit.ts";
