import { ApiError } from "../store/contract.ts";
import type { KubeObject, ObjectStore } from "../store/contract.ts";
import { resource } from "./resource.ts";
import { timestamp } from "./time.ts";

interface Event extends KubeObject {
  readonly count?: number;
}

export interface EventRecorder {
  /** Never fails: an event that cannot be written (its namespace is being deleted) is not worth more than what it tells of. */
  record(about: KubeObject, type: "Normal" | "Warning", reason: string, message: string, fieldPath?: string): void;
}

/** As client-go: a burst of 25 about one object, then one in five minutes, so that a crash loop cannot fill the store. */
const BURST = 25;
const REFILL_MS = 300_000;
/** What is remembered to count repetitions; the oldest is forgotten first. */
const REMEMBERED_MAX = 4096;

/** Records Events the way controllers and kubelets do: a repetition raises `count` of the Event that is there. */
export function createEventRecorder(
  store: ObjectStore,
  environment: { readonly now: () => number },
  source: { readonly component: string; readonly host?: string; readonly fieldManager: string },
): EventRecorder {
  const events = resource<Event>(store, "v1", "Event", source.fieldManager);
  const known = new Map<string, { readonly namespace: string; readonly name: string }>();
  const buckets = new Map<string, { tokens: number; atMs: number }>();
  let serial = 0;

  const takeToken = (key: string, now: number): boolean => {
    const bucket = buckets.get(key) ?? { tokens: BURST, atMs: now };
    bucket.tokens = Math.min(BURST, bucket.tokens + (now - bucket.atMs) / REFILL_MS);
    bucket.atMs = now;
    remember(buckets, key, bucket);
    if (bucket.tokens < 1) return false;
    bucket.tokens -= 1;
    return true;
  };

  return {
    record: (...event) => {
      try {
        write(...event);
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
      }
    },
  };

  function write(...[about, type, reason, message, fieldPath]: Parameters<EventRecorder["record"]>): void {
    const now = environment.now();
    if (!takeToken(about.metadata.uid, now)) return;
    const namespace = about.metadata.namespace ?? "default";
    const key = `${about.metadata.uid}\n${type}\n${reason}\n${fieldPath ?? ""}\n${message}`;
    const earlier = known.get(key);
    const repeated = earlier && events.get(earlier.namespace, earlier.name);
    if (repeated !== undefined) {
      events.update({ ...repeated, count: (repeated.count ?? 1) + 1, lastTimestamp: timestamp(now) });
      return;
    }
    // The name holds the time in hexadecimal nanoseconds, as client-go's; the serial keeps two of one millisecond apart.
    const name = `${about.metadata.name}.${(BigInt(now) * 1_000_000n + BigInt(serial++ % 1_000_000)).toString(16)}`;
    const { host } = source;
    events.create(namespace, {
      metadata: { name, namespace },
      involvedObject: {
        kind: about.kind,
        ...(about.metadata.namespace !== undefined && { namespace: about.metadata.namespace }),
        name: about.metadata.name,
        uid: about.metadata.uid,
        apiVersion: about.apiVersion,
        resourceVersion: about.metadata.resourceVersion,
        ...(fieldPath !== undefined && { fieldPath }),
      },
      reason,
      message,
      source: { component: source.component, ...(host !== undefined && { host }) },
      firstTimestamp: timestamp(now),
      lastTimestamp: timestamp(now),
      count: 1,
      type,
      eventTime: null,
      reportingComponent: source.component,
      reportingInstance: host ?? "",
    });
    remember(known, key, { namespace, name });
  }
}

function remember<T>(map: Map<string, T>, key: string, value: T): void {
  map.delete(key);
  map.set(key, value);
  if (map.size > REMEMBERED_MAX) map.delete(map.keys().next().value as string);
}
