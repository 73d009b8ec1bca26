import { request } from "node:http";
import { HoldfastError } from "../base/index.ts";
import type { Problem } from "../base/index.ts";
import type { LabVerb } from "./control-server.ts";
import type { LabOutcome } from "./lab.ts";
import { stateFolder, stateFolderPath } from "./state-folder.ts";
import type { LabStatus } from "./status.ts";

/** Talks to the lab that runs now, or says that none does. */
export class LabClient {
  readonly #socket: string;

  constructor(environment: NodeJS.ProcessEnv = process.env) {
    this.#socket = stateFolder(stateFolderPath(environment)).controlSocket;
  }

  status(): Promise<LabStatus> {
    return this.#ask("GET", "/v1/status") as Promise<LabStatus>;
  }

  order(verb: LabVerb, sites: readonly string[] = []): Promise<LabOutcome> {
    return this.#ask("POST", `/v1/${verb}`, { sites }) as Promise<LabOutcome>;
  }

  #ask(method: string, path: string, body?: unknown): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const outgoing = request({ socketPath: this.#socket, method, path }, (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", reject);
        response.on("end", () => {
          const answer = JSON.parse(Buffer.concat(chunks).toString()) as unknown;
          if (response.statusCode === 200) {
            resolve(answer);
            return;
          }
          reject(new HoldfastError((answer as { problems: [Problem, ...Problem[]] }).problems));
        });
      });
      outgoing.on("error", (cause) => {
        reject(
          new HoldfastError(
            [{ code: "lab-not-running", message: "no lab is running", hint: "Start one with `holdfast lab up FILE`." }],
            { cause },
          ),
        );
      });
      outgoing.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }
}
