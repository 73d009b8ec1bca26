import { serveDns } from "../src/adapters/dns-server/index.ts";
import { slowAnswer } from "../src/adapters/dns-server/slow-answer.ts";
import { serveUdp } from "../src/adapters/dns-server/udp.ts";
import { zone } from "./dns-zone.ts";

/** `table`: what the product serves. `naive`: decode, search, encode, on the same socket code. */
export type BenchServer = "table" | "naive";

const address = "127.0.0.1";
const start: Readonly<Record<BenchServer, () => Promise<number>>> = {
  table: async () => {
    const server = await serveDns({ address, port: 0, random: { next: () => 0 } });
    server.publish(zone);
    return server.port;
  },
  naive: async () => {
    // A search through a thousand sets would measure the search: a map of each name's own sets is the fair rival.
    const byName = new Map(zone.sets.map((set) => [set.name, { ...zone, sets: [set] }]));
    const answer = (query: Buffer, out: Buffer) => {
      const name = questionOf(query);
      const bytes = slowAnswer(byName.get(name) ?? { ...zone, sets: [] }, query, "udp", () => 0) ?? new Uint8Array();
      out.set(bytes);
      return bytes.length;
    };
    const { port } = await serveUdp({ address, port: 0, answer, onError: () => undefined });
    return port;
  },
};

/** The name as the map has it, read from the labels. */
function questionOf(query: Buffer): string {
  const labels: string[] = [];
  for (let at = 12; (query[at] ?? 0) > 0; at += 1 + (query[at] ?? 0)) {
    labels.push(query.toString("latin1", at + 1, at + 1 + (query[at] ?? 0)).toLowerCase());
  }
  return labels.join(".");
}

const port = await start[process.argv[2] === "naive" ? "naive" : "table"]();
process.on("message", () => {
  const { user, system } = process.cpuUsage();
  process.send?.({ cpuUs: user + system });
});
process.on("disconnect", () => process.exit(0));
process.send?.({ port });
