export { httpProber } from "./http-prober.ts";
