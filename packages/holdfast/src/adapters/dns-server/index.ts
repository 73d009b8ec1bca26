export { serveDns } from "./dns-server.ts";
export type { DnsServer } from "./dns-server.ts";
