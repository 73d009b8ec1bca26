export { aksEngineFamily } from "./files.ts";
