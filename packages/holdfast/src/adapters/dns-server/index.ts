export { serveDns } from "./dns-server.ts";
export type { DnsServer, DnsServerOptions } from "./dns-server.ts";
