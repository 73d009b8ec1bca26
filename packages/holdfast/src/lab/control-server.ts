import { once } from "node:events";
import { chmod } from "node:fs/promises";
import { createServer } from "node:http";
import type { Server } from "node:http";
import { HoldfastError } from "../base/index.ts";
import type { Problem } from "../base/index.ts";
import type { Lab, LabOutcome } from "./lab.ts";

/** An order to the supervisor: `POST /v1/<verb>` with the sites it is about. */
export type LabVerb = "kill" | "freeze" | "thaw" | "start" | "cut" | "heal" | "down";
export interface LabOrder {
  readonly sites: readonly string[];
}

/** The supervisor's door: a Unix socket that only this user can open. */
export async function openControlServer(lab: Lab, socketPath: string, down: () => Promise<void>): Promise<Server> {
  const server = createServer((incoming, outgoing) => {
    const answer = (status: number, body: unknown): void => {
      outgoing.writeHead(status, { "content-type": "application/json" });
      outgoing.end(JSON.stringify(body));
    };
    const chunks: Buffer[] = [];
    incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
    incoming.on("end", () => {
      serve(lab, incoming.method ?? "", incoming.url ?? "", Buffer.concat(chunks).toString(), down).then(
        (body) => answer(200, body),
        (error: unknown) => answer(400, { problems: problemsOf(error) }),
      );
    });
  });
  server.listen(socketPath);
  await once(server, "listening");
  await chmod(socketPath, 0o600);
  return server;
}

async function serve(lab: Lab, method: string, url: string, body: string, down: () => Promise<void>): Promise<unknown> {
  if (method === "GET" && url === "/v1/status") return lab.measure();
  const verb = method === "POST" ? /^\/v1\/(\w+)$/.exec(url)?.[1] : undefined;
  const { sites = [] } = (body ? JSON.parse(body) : {}) as Partial<LabOrder>;
  const [first = "", second = ""] = sites;
  switch (verb as LabVerb | undefined) {
    case "kill":
      return lab.kill(first);
    case "freeze":
      return lab.freeze(first);
    case "thaw":
      return lab.thaw(first);
    case "start":
      return lab.start(first);
    case "cut":
      return lab.cut(first, second);
    case "heal":
      return lab.heal(first, second);
    case "down": {
      // Answered when it is done, so that the next command finds everything free.
      const began = performance.now();
      await down();
      return { text: "the lab is down", tookMs: Math.round(performance.now() - began) } satisfies LabOutcome;
    }
    case undefined:
      throw new HoldfastError([{ code: "usage", message: `the lab has no ${method} ${url}` }]);
  }
}

function problemsOf(error: unknown): readonly Problem[] {
  if (error instanceof HoldfastError) return error.problems;
  return [{ code: "unexpected", message: error instanceof Error ? error.message : String(error) }];
}
