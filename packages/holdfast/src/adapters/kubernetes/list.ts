import type { KubernetesObject, ListQuery } from "../../ports/index.ts";
import { ClusterError } from "../../ports/index.ts";
import type { ApiClient } from "./api-client.ts";

const PAGE_SIZE = 500;
/** Pages of a list expire after minutes; a cluster that is too slow for that even twice has other trouble. */
const LISTS_MAX = 3;

export interface ObjectList {
  readonly objects: readonly KubernetesObject[];
  /** What to watch from. */
  readonly resourceVersion: string;
}

interface Page {
  readonly metadata: { readonly resourceVersion: string; readonly continue?: string };
  readonly items: readonly KubernetesObject[];
}

/** Page after page, from the start again when the server no longer has the next one. */
export async function listAll(
  client: ApiClient,
  path: string,
  query: ListQuery,
  signal: AbortSignal | undefined,
): Promise<ObjectList> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await listOnce(client, path, query, signal);
    } catch (error) {
      const isExpired = error instanceof ClusterError && error.code === "conflict";
      if (!isExpired || attempt === LISTS_MAX) throw error;
    }
  }
}

async function listOnce(
  client: ApiClient,
  path: string,
  query: ListQuery,
  signal: AbortSignal | undefined,
): Promise<ObjectList> {
  const { apiVersion, kind } = query;
  const objects: KubernetesObject[] = [];
  let next: string | undefined;
  for (;;) {
    const parameters = new URLSearchParams({ limit: String(PAGE_SIZE), ...selectors(query) });
    if (next !== undefined) parameters.set("continue", next);
    const request = {
      method: "GET",
      path: `${path}?${parameters.toString()}`,
      doing: `list ${kind}s`,
      signal,
    } as const;
    const page = (await client.send(request)) as Page;
    // The items of a typed list do not say what they are.
    for (const item of page.items) objects.push({ ...item, apiVersion, kind });
    next = page.metadata.continue;
    if (next === undefined || next === "") return { objects, resourceVersion: page.metadata.resourceVersion };
  }
}

export function selectors({ labelSelector, fieldSelector }: ListQuery): Record<string, string> {
  return {
    ...(labelSelector === undefined ? {} : { labelSelector }),
    ...(fieldSelector === undefined ? {} : { fieldSelector }),
  };
}
