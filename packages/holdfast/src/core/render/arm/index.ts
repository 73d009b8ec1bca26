export { armFamily } from "./files.ts";
