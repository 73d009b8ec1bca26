import { fork } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { encodeMessage } from "../src/dns-wire/index.ts";
import type { BenchServer } from "./dns-server-process.ts";
import { hosts, origin } from "./dns-zone.ts";
import { median } from "./median.ts";

/**
 * Answers a second, over loopback: the pre-encoded table against decoding, searching and encoding each query, the same
 * sockets around both. The asker keeps a window of queries under way and is a process of its own; both servers are asked
 * in turn, and the median of the rounds counts, because this machine also does other things.
 */
const ROUNDS = 5;
const SECONDS = 2;
const WINDOW = 128;

const servers: readonly BenchServer[] = ["table", "naive"];

export async function run(): Promise<void> {
  const rates: Record<BenchServer, number[]> = { table: [], naive: [] };
  const cpu: Record<BenchServer, number[]> = { table: [], naive: [] };
  const children = await Promise.all(servers.map((server) => startServer(server)));
  try {
    for (let round = 0; round < ROUNDS; round++) {
      for (const { server, child, port } of children) {
        const before = await cpuOf(child);
        const answers = await ask(port);
        const spentUs = (await cpuOf(child)) - before;
        rates[server].push(answers / SECONDS);
        cpu[server].push(spentUs / answers);
      }
    }
  } finally {
    for (const { child } of children) child.kill();
  }
  for (const server of servers) {
    const [rate, perAnswer] = [median(rates[server]), median(cpu[server])];
    console.log(
      `${server.padEnd(6)} ${Math.round(rate).toLocaleString("en")} answers/s, ${perAnswer.toFixed(1)} us of CPU each (measured)`,
    );
  }
  const ratio = median(cpu.naive) / median(cpu.table);
  console.log(
    `ratio  ${(median(rates.table) / median(rates.naive)).toFixed(2)} in answers/s, ${ratio.toFixed(2)} in CPU`,
  );
}

async function startServer(server: BenchServer): Promise<{ server: BenchServer; child: ChildProcess; port: number }> {
  const child = fork(new URL("dns-server-process.ts", import.meta.url), [server]);
  const [message] = (await once(child, "message")) as [{ port: number }];
  return { server, child, port: message.port };
}

/** User and system time so far, microseconds. */
async function cpuOf(child: ChildProcess): Promise<number> {
  child.send("cpu");
  const [message] = (await once(child, "message")) as [{ cpuUs: number }];
  return message.cpuUs;
}

/** Answers received in SECONDS, with WINDOW queries always under way: 95 in 100 for names that exist, a fifth in mixed case. */
async function ask(port: number): Promise<number> {
  const queries = Array.from({ length: 1000 }, (_, i) =>
    query(i % 20 === 0 ? `nope${i}.${origin}` : (hosts[i] ?? ""), i),
  );
  const socket = createSocket({
    type: "udp4",
    recvBufferSize: 4 << 20,
    lookup: (host, _, callback) => callback(null, host, 4),
  });
  socket.bind(0, "127.0.0.1");
  let answers = 0;
  let next = 0;
  const send = () => socket.send(queries[next++ % queries.length] ?? Buffer.alloc(0), port, "127.0.0.1");
  socket.on("message", () => {
    answers += 1;
    send();
  });
  for (let i = 0; i < WINDOW; i++) send();
  await new Promise((resolve) => setTimeout(resolve, SECONDS * 1000));
  socket.close();
  return answers;
}

function query(name: string, id: number): Buffer {
  const asked = id % 5 === 0 ? name.replace(/[aeiou]/g, (vowel) => vowel.toUpperCase()) : name;
  return Buffer.from(
    encodeMessage({
      id,
      response: false,
      opcode: 0,
      authoritative: false,
      truncated: false,
      recursionDesired: false,
      recursionAvailable: false,
      authenticData: false,
      checkingDisabled: false,
      rcode: 0,
      questions: [{ name: asked, type: 1, class: 1 }],
      answers: [],
      authorities: [],
      additionals: [],
    }),
  );
}
