import { request as httpRequest } from "node:http";
import type { IncomingMessage, RequestOptions } from "node:http";
import { request as httpsRequest } from "node:https";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { Container, HttpGet, ProbeAction } from "../objects/index.ts";

export interface ActionOutcome {
  readonly ok: boolean;
  /** What an Unhealthy event says. */
  readonly output: string;
}

/** The container that an action is aimed at. */
export interface ActionTarget {
  readonly container: Container;
  readonly address: string;
  /** Runs a command as the container's own program would run. */
  readonly execute: (
    command: readonly string[],
    timeoutMs: number,
  ) => Promise<{ readonly exitCode: number; readonly output: string }>;
}

/** Does what a probe or a lifecycle hook asks, once. Never rejects. */
export async function performAction(
  action: ProbeAction,
  target: ActionTarget,
  timeoutMs: number,
): Promise<ActionOutcome> {
  if (action.httpGet) return httpGet(action.httpGet, target, timeoutMs);
  if (action.tcpSocket) {
    const port = portOf(action.tcpSocket.port, target.container);
    return port === undefined
      ? unknownPort(action.tcpSocket.port)
      : tcpConnect(action.tcpSocket.host ?? target.address, port, timeoutMs);
  }
  if (action.exec) {
    const { exitCode, output } = await target.execute(action.exec.command ?? [], timeoutMs);
    return { ok: exitCode === 0, output };
  }
  if (action.sleep) await sleep(Math.min(action.sleep.seconds * 1000, timeoutMs));
  return { ok: true, output: "" };
}

/** The actions that this node lacks, for a clear refusal before the container starts. */
export function unsupportedAction(container: Container): string | undefined {
  const probes = [container.startupProbe, container.readinessProbe, container.livenessProbe];
  return probes.some((probe) => probe?.grpc !== undefined)
    ? "gRPC probes are not supported here; use httpGet, tcpSocket or exec"
    : undefined;
}

/** A connection of its own each time, closed at once, as the kubelet's: a probe must not find a connection that still happens to work. */
async function httpGet(
  { path = "/", port: wanted, host, scheme, httpHeaders }: HttpGet,
  target: ActionTarget,
  timeoutMs: number,
): Promise<ActionOutcome> {
  const port = portOf(wanted, target.container);
  if (port === undefined) return unknownPort(wanted);
  const address = host ?? target.address;
  const secure = scheme?.toUpperCase() === "HTTPS";
  const headers: Record<string, string> = { "user-agent": "kube-probe/1.34", accept: "*/*", connection: "close" };
  for (const { name, value } of httpHeaders ?? []) headers[name.toLowerCase()] = value;
  const options: RequestOptions & { rejectUnauthorized?: boolean } = {
    host: address,
    port,
    path,
    headers,
    agent: false,
    ...(secure && { rejectUnauthorized: false }),
  };
  const url = `${secure ? "https" : "http"}://${address}:${port}${path}`;

  return new Promise((resolve) => {
    const answered = (response: IncomingMessage): void => {
      const status = response.statusCode ?? 0;
      response.on("error", () => undefined).resume();
      settle(
        status >= 200 && status < 400
          ? { ok: true, output: "" }
          : failed(`HTTP probe failed with statuscode: ${status}`),
      );
    };
    const request = secure ? httpsRequest(options, answered) : httpRequest(options, answered);
    const patience = setTimeout(() => {
      settle(failed(`Get "${url}": context deadline exceeded (Client.Timeout exceeded while awaiting headers)`));
      request.destroy();
    }, timeoutMs);
    const settle = (outcome: ActionOutcome): void => {
      clearTimeout(patience);
      resolve(outcome);
    };
    request.on("error", (error) => settle(failed(`Get "${url}": ${describe(error, address, port)}`)));
    request.end();
  });
}

async function tcpConnect(host: string, port: number, timeoutMs: number): Promise<ActionOutcome> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const settle = (outcome: ActionOutcome): void => {
      clearTimeout(patience);
      socket.destroy();
      resolve(outcome);
    };
    const patience = setTimeout(() => settle(failed(`dial tcp ${host}:${port}: i/o timeout`)), timeoutMs);
    socket.once("connect", () => settle({ ok: true, output: "" }));
    socket.once("error", (error) => settle(failed(describe(error, host, port))));
  });
}

function portOf(port: number | string, container: Container): number | undefined {
  if (typeof port === "number") return port;
  return (
    container.ports?.find(({ name }) => name === port)?.containerPort ?? (/^\d+$/.test(port) ? Number(port) : undefined)
  );
}

function unknownPort(port: number | string): ActionOutcome {
  return failed(`couldn't find port: ${port}`);
}

function failed(output: string): ActionOutcome {
  return { ok: false, output };
}

function describe(error: NodeJS.ErrnoException, host: string, port: number): string {
  const known: Readonly<Record<string, string>> = {
    ECONNREFUSED: `dial tcp ${host}:${port}: connect: connection refused`,
    ECONNRESET: "read: connection reset by peer",
    EHOSTUNREACH: `dial tcp ${host}:${port}: connect: no route to host`,
  };
  return known[error.code ?? ""] ?? (error.message === "socket hang up" ? "EOF" : error.message);
}
