export { checkJunit } from "./check-junit.ts";
