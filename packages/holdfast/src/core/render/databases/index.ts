export { databasesFamily } from "./files.ts";
