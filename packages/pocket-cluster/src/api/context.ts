import type { IncomingHttpHeaders } from "node:http";
import type { Authorizer, ServiceAccountTokens, User } from "./access/index.ts";
import type { ApiExtensions } from "./contract.ts";
import type { Accepted } from "./negotiation.ts";
import type { ObjectStore, ResourceType } from "../store/index.ts";
import type { ResourceTarget } from "./target.ts";

/** One request, authenticated. */
export interface Call {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly accepted: Accepted;
  readonly user: User;
  /** Reads the whole body, once. */
  readonly body: () => Promise<Buffer>;
}

/** What handlers work with, the same for every request. */
export interface Cluster {
  readonly store: ObjectStore;
  readonly authorizer: Authorizer;
  readonly tokens: ServiceAccountTokens;
  readonly extensions: ApiExtensions;
  readonly now: () => number;
  /** `host:port`, as discovery tells it. */
  readonly serverAddress: () => string;
  /** Aborted when the server closes: ends streams. */
  readonly closing: AbortSignal;
}

/** A resource that is computed, not stored: reviews and metrics. `verbs` of its type say which of the functions it has. */
export interface ComputedResource {
  readonly type: ResourceType;
  readonly create?: (call: Call, target: ResourceTarget, body: unknown) => object;
  readonly get?: (target: ResourceTarget) => object;
  readonly list?: (target: ResourceTarget, query: URLSearchParams) => object;
}
