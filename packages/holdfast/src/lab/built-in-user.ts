import { Agent, request } from "node:http";
import type { LabUser } from "../core/spec/index.ts";
import { TrafficCounter } from "./traffic-counter.ts";

/**
 * Somebody who uses the application all the time, so that the view shows what a fault costs: steady reads and writes
 * through the gateway, each given up after two seconds.
 */
export class BuiltInUser {
  readonly counter = new TrafficCounter();
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 16 });
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #url: URL;

  constructor(url: string, user: LabUser) {
    this.#url = new URL(url);
    this.#every(
      user.readsPerSecond,
      user.reads.map((path) => () => this.#ask("GET", path)),
    );
    this.#every(
      user.writesPerSecond,
      user.writes.map(
        ({ path, body }) =>
          () =>
            this.#ask("POST", path, body),
      ),
    );
  }

  close(): void {
    this.#timers.forEach((timer) => clearInterval(timer));
    this.#agent.destroy();
  }

  #every(perSecond: number, actions: readonly (() => void)[]): void {
    if (perSecond <= 0 || actions.length === 0) return;
    let turn = 0;
    const timer = setInterval(() => {
      actions[turn % actions.length]?.();
      turn += 1;
    }, 1000 / perSecond);
    this.#timers.push(timer);
  }

  #ask(method: "GET" | "POST", path: string, body?: string): void {
    const outgoing = request({
      host: this.#url.hostname,
      port: this.#url.port,
      method,
      path,
      agent: this.#agent,
      timeout: 2000,
      headers:
        body === undefined ? {} : { "content-type": "application/json", "content-length": Buffer.byteLength(body) },
    });
    outgoing.on("timeout", () => outgoing.destroy(new Error("timeout")));
    outgoing.on("response", (response) => {
      response.resume();
      this.counter.count(method, response.statusCode ?? 502);
    });
    outgoing.on("error", () => this.counter.count(method, 599));
    outgoing.end(body);
  }
}
