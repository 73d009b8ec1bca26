import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import {
  newestReport,
  parseStoreRequest,
  REQUEST_LABEL,
  requestConfigMap,
  requestKeys,
} from "../api-contract/index.ts";
import type { StoreAnswer, StoreReport, StoreRequest } from "../api-contract/index.ts";
import { HoldfastError } from "../base/index.ts";
import type { PostgresqlStore } from "../core/spec/index.ts";
import { ClusterError } from "../ports/index.ts";
import type { KubernetesObject } from "../ports/index.ts";
import { askSite, askSites, troubleOf, unreachable, withCluster } from "./ask-sites.ts";
import type { SiteAnswer } from "./ask-sites.ts";
import type { FleetPlaces, Place } from "./site-clusters.ts";

export interface Wish extends Pick<StoreRequest, "kind" | "to" | "reason" | "acceptDataLoss" | "beyondRpo"> {
  readonly store: string;
  readonly timeoutMs: number;
}

/** What `--format json` prints. */
export interface ChangeReport {
  readonly store: string;
  readonly kind: StoreRequest["kind"] | "rebuild-register";
  readonly to: string;
  readonly request: string;
  /** Whose controller took it on. */
  readonly asked: string;
  readonly state: "done" | "refused" | "failed";
  readonly message: string;
  readonly loss?: StoreAnswer["loss"];
  /** From when it was accepted to when the new primary could be written to: writes were refused for no longer than this. */
  readonly tookMs?: number;
}

const LOOK_MS = 100;
/** After the register has decided, its database has to be promoted. */
const PROMOTION_MS = 10_000;

/** Puts a request to a site that answers, and follows it to its end. `tell`: progress, a line each. */
export async function askForChange(
  { fleet, places }: FleetPlaces,
  wish: Wish,
  tell: (line: string) => void,
): Promise<ChangeReport> {
  const { kind, to, reason, acceptDataLoss, beyondRpo, timeoutMs } = wish;
  const store = storeAt(fleet.stores, wish.store, to);
  const request: StoreRequest = {
    id: randomUUID(),
    kind,
    to,
    reason,
    ...(acceptDataLoss && { acceptDataLoss }),
    ...(beyondRpo && { beyondRpo }),
    at: new Date().toISOString(),
  };
  const deadline = performance.now() + timeoutMs;
  const members = places.filter(({ name }) => store.sites.includes(name));
  const asked = await put(request, store.name, members);
  tell(`asked ${asked.name} for a ${kind} of ${store.name} to ${to}`);
  const said = { store: store.name, kind, to, request: request.id, asked: asked.name };
  const run: Run = { request, store: store.name, asked, members, deadline, tell };
  const { acceptedAt, ...end } = await follow(run);
  if (end.state !== "done" || acceptedAt === undefined) return { ...said, ...end };
  const tookMs = await untilWritable({ to, store: store.name, members }, acceptedAt, PROMOTION_MS);
  return { ...said, ...end, ...(tookMs !== undefined && { tookMs }) };
}

/** The PostgreSQL store of that name, which has a server at that site; else throws what is wrong. */
export function storeAt(stores: FleetPlaces["fleet"]["stores"], name: string, to: string): PostgresqlStore {
  const store = storeNamed(stores, name);
  if (!store.sites.some((site) => site === to)) throw siteUnknown(store, to);
  return store;
}

function storeNamed(stores: FleetPlaces["fleet"]["stores"], name: string): PostgresqlStore {
  const kept = stores.filter((store): store is PostgresqlStore => store.engine === "postgresql");
  const found = kept.find((store) => store.name === name);
  if (found) return found;
  const message = stores.some((store) => store.name === name)
    ? `"${name}" is a MongoDB store: it elects its primary by itself`
    : `the fleet has no store "${name}"`;
  const names = kept.map((store) => store.name).join(", ") || "none";
  throw new HoldfastError([{ code: "store-unknown", message, hint: `Its PostgreSQL stores: ${names}.` }]);
}

function siteUnknown({ name, sites }: PostgresqlStore, to: string): HoldfastError {
  const hint = `Its sites are ${sites.join(", ")}.`;
  return new HoldfastError([{ code: "site-unknown", message: `${name} is not at a site "${to}"`, hint }]);
}

/**
 * A failover is decided at its target. Any site takes a switchover, the primary's own fastest, for it is the one that stops. Trying the next
 * site with the same request is safe: the register takes one id once.
 */
async function put(request: StoreRequest, store: string, members: readonly Place[]): Promise<Place> {
  const { kind, to } = request;
  const answers = await askSites(kind === "failover" ? members.filter(({ name }) => name === to) : members);
  const primary = newestReport(reportsOf(store, answers))?.store.primary;
  const weight = ({ name }: Place) => (name === primary ? 0 : name === to ? 1 : 2);
  const living = answers.flatMap(({ place, status }) => (status ? [place] : [])).sort((a, b) => weight(a) - weight(b));
  const failed: SiteAnswer[] = answers.filter(({ status }) => status === undefined);
  const labels = { [REQUEST_LABEL]: store, "app.kubernetes.io/managed-by": "holdfast" };
  const data = { [requestKeys.request]: JSON.stringify(request) };
  const manifest = { apiVersion: "v1", kind: "ConfigMap", metadata: { ...requestConfigMap(store), labels }, data };
  for (const place of living) {
    try {
      await withCluster(place, (cluster, signal) => cluster.apply(manifest, signal));
      return place;
    } catch (error) {
      failed.push({ place, trouble: troubleOf(error) });
    }
  }
  throw unreachable(failed);
}

interface Run {
  readonly request: StoreRequest;
  readonly store: string;
  readonly asked: Place;
  readonly members: readonly Place[];
  readonly deadline: number;
  readonly tell: (line: string) => void;
}

type End = Pick<ChangeReport, "state" | "message" | "loss"> & { readonly acceptedAt?: number };

async function follow(run: Run): Promise<End> {
  const { request, asked, deadline, tell } = run;
  let acceptedAt: number | undefined;
  const end = (state: End["state"], message: string): End => ({
    state,
    message,
    ...(acceptedAt !== undefined && { acceptedAt }),
  });
  for (;;) {
    const looked = await look(run);
    if (looked.kind === "replaced") return end("failed", "another request took its place: look at `holdfast status`");
    const answer = looked.kind === "read" ? looked.answer : undefined;
    if (answer?.state === "accepted" && acceptedAt === undefined) {
      acceptedAt = performance.now();
      tell(answer.message);
    } else if (answer && answer.state !== "accepted") {
      return { ...end(answer.state, answer.message), ...(answer.loss && { loss: answer.loss }) };
    }
    // Whoever was asked may be what is lost meanwhile; the register is everywhere.
    if (looked.kind === "silent" && (await isDoneElsewhere(run)))
      return end("done", `${request.to} is primary, although ${asked.name} no longer answers`);
    if (performance.now() >= deadline) return late(run, looked, end);
    await sleep(LOOK_MS);
  }
}

type Look =
  | { readonly kind: "read"; readonly object: KubernetesObject; readonly answer?: StoreAnswer }
  | { readonly kind: "replaced" | "silent" };

async function look({ request, store, asked }: Run): Promise<Look> {
  try {
    const reference = { apiVersion: "v1", kind: "ConfigMap", ...requestConfigMap(store) };
    const object = await withCluster(asked, (cluster, signal) => cluster.get(reference, signal));
    const parsed = parseStoreRequest(object?.["data"] as Readonly<Record<string, string>> | undefined);
    if (!object || !parsed.ok || parsed.value.request.id !== request.id) return { kind: "replaced" };
    const { answer } = parsed.value;
    return { kind: "read", object, ...(answer && { answer }) };
  } catch {
    return { kind: "silent" };
  }
}

async function isDoneElsewhere({ request, store, members }: Run): Promise<boolean> {
  const newest = newestReport(reportsOf(store, await askSites(members)))?.store;
  return newest?.change?.request === request.id && newest.primary === request.to && newest.phase === "serving";
}

/** What nobody has taken on is withdrawn, so that it does not happen when nobody expects it any more. */
async function late(run: Run, looked: Look, end: (state: End["state"], message: string) => End): Promise<End> {
  const { request, asked } = run;
  const after = "look at `holdfast status` for what becomes of it";
  if (looked.kind !== "read") return end("failed", `${asked.name} no longer answers: ${after}`);
  if (looked.answer) return end("failed", `it was accepted, and has not ended in time: ${after}`);
  const message = "withdrawn: the controller did not take it on in time";
  const answer: StoreAnswer = { id: request.id, state: "refused", message, at: new Date().toISOString() };
  const data = { ...(looked.object["data"] as object), [requestKeys.answer]: JSON.stringify(answer) };
  try {
    // With its version: what was accepted in this moment is not withdrawn.
    await withCluster(asked, (cluster, signal) => cluster.replace({ ...looked.object, data }, signal));
    return end("failed", `the controller of ${asked.name} did not take it on in time, and it is withdrawn`);
  } catch (error) {
    const why =
      error instanceof ClusterError && error.code === "conflict" ? "was taken on at the last moment" : "may be";
    return end("failed", `it ${why}: ${after}`);
  }
}

/** A primary to come. */
interface Awaited {
  readonly to: string;
  readonly store: string;
  readonly members: readonly Place[];
  /** Where it may have been primary before: the new term. */
  readonly term?: number;
}

/** Milliseconds from `since` until the target's own site says that its database is primary; absent where it does not say so in time. */
export async function untilWritable(
  { to, store, members, term }: Awaited,
  since: number,
  timeoutMs: number,
): Promise<number | undefined> {
  const place = members.find(({ name }) => name === to);
  const deadline = performance.now() + timeoutMs;
  while (place && performance.now() < deadline) {
    const { status } = await askSite(place);
    const said = status?.stores.find(({ name }) => name === store);
    if (said?.role === "primary" && (term === undefined || said.term === term))
      return Math.round(performance.now() - since);
    await sleep(LOOK_MS);
  }
  return undefined;
}

function reportsOf(name: string, answers: readonly SiteAnswer[]): readonly StoreReport[] {
  return answers.flatMap(({ place, status }) => {
    const store = status?.stores.find((each) => each.name === name);
    return store ? [{ site: place.name, store }] : [];
  });
}
