import * as http from "node:http";
import * as https from "node:https";
import { isIP } from "node:net";
import type { Prober, ProbeTarget, TimedSample } from "../../ports/index.ts";

/** A health answer is a few words; whoever sends more is not the page we asked for. */
const BODY_OCTETS_MAX = 64 * 1024;
/** A connection that an intermediary closed while it was idle: the site has said nothing yet. */
const STALE = new Set(["ECONNRESET", "EPIPE"]);

/**
 * GETs the probe's path at an address, with the users' name as Host. Only 200 is healthy: a redirect leads to somebody
 * whose health was not asked for. One connection a target is kept, because observers ask several times a second all day.
 *
 * Certificates are not checked here: a probe asks whether a site serves, and a private CA that this pod does not know
 * would take every site out of DNS at once.
 */
export function httpProber(): Prober & { close(): void } {
  const kept = { keepAlive: true, maxFreeSockets: 2 };
  const agents = { plain: new http.Agent(kept), tls: new https.Agent({ ...kept, rejectUnauthorized: false }) };
  return {
    probe: (target, signal) => probe(target, target.tls ? agents.tls : agents.plain, signal),
    close: () => {
      agents.plain.destroy();
      agents.tls.destroy();
    },
  };
}

async function probe(target: ProbeTarget, agent: http.Agent, signal: AbortSignal): Promise<TimedSample> {
  const startedAt = performance.now();
  const give = new AbortController();
  const stop = () => give.abort();
  const timer = setTimeout(stop, target.timeoutMs);
  signal.addEventListener("abort", stop, { once: true });
  if (signal.aborted) stop();
  const sample = (ok: boolean, reason: string): TimedSample => ({
    ok,
    reason,
    latencyMs: performance.now() - startedAt,
  });
  try {
    const first = await get(target, agent, give.signal);
    const outcome = first.kind === "stale" ? await get(target, false, give.signal) : first;
    if (outcome.kind === "answered") return sample(outcome.status === 200, `answered ${outcome.status}`);
    if (give.signal.aborted)
      return sample(false, signal.aborted ? "stopped" : `no answer within ${target.timeoutMs} ms`);
    return sample(false, outcome.reason);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", stop);
  }
}

type Outcome =
  | { readonly kind: "answered"; readonly status: number }
  | { readonly kind: "stale"; readonly reason: string }
  | { readonly kind: "failed"; readonly reason: string };

/** Resolves with the whole answer read, so that the connection can be used again. `agent` false: a fresh connection. */
function get(target: ProbeTarget, agent: http.Agent | false, signal: AbortSignal): Promise<Outcome> {
  return new Promise((resolve) => {
    const options: https.RequestOptions = {
      host: target.host,
      port: target.port,
      path: target.path,
      headers: { host: target.name, "user-agent": "holdfast-probe" },
      agent,
      ...(target.tls && { rejectUnauthorized: false, servername: isIP(target.name) ? "" : target.name }),
    };
    const request = target.tls ? https.get(options) : http.get(options);
    // Not the `signal` option: its error would hide whether the connection was a kept one.
    const give = () => request.destroy(new Error("given up"));
    signal.addEventListener("abort", give, { once: true });
    if (signal.aborted) give();
    const end = (outcome: Outcome) => {
      signal.removeEventListener("abort", give);
      resolve(outcome);
    };
    request.on("error", (error: NodeJS.ErrnoException) => {
      const stale = request.reusedSocket && STALE.has(error.code ?? "") && !signal.aborted;
      end({ kind: stale ? "stale" : "failed", reason: error.code ?? error.message });
    });
    request.on("response", (response) => {
      let octets = 0;
      response.on("data", (chunk: Buffer) => {
        octets += chunk.length;
        if (octets > BODY_OCTETS_MAX) request.destroy(new Error(`answer longer than ${BODY_OCTETS_MAX} octets`));
      });
      response.on("end", () => end({ kind: "answered", status: response.statusCode ?? 0 }));
      response.on("error", (error) => end({ kind: "failed", reason: error.message }));
    });
  });
}
