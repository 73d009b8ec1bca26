import { emptyAcceptor } from "../../core/quorum/index.ts";
import type { AcceptorState } from "../../core/quorum/index.ts";
import { registerName, SYSTEM_NAMESPACE } from "../../core/render/kubernetes/index.ts";
import type { KubernetesObject, Manifest, ObjectReference } from "../../ports/index.ts";

/** Label of a voter's part of a store's register; its value is the store. */
export const REGISTER_LABEL = "holdfast.dev/register";
const KEY = "register.json";

export function registerReference(store: string): ObjectReference {
  return { apiVersion: "v1", kind: "ConfigMap", namespace: SYSTEM_NAMESPACE, name: registerName(store) };
}

/** What a voter that has never voted holds. */
export function newRegisterObject(store: string): Manifest {
  return withState(
    {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: {
        name: registerName(store),
        namespace: SYSTEM_NAMESPACE,
        labels: { [REGISTER_LABEL]: store, "app.kubernetes.io/managed-by": "holdfast-controller" },
      },
    },
    emptyAcceptor,
  );
}

export function withState<T>(object: Manifest, state: AcceptorState<T>): Manifest {
  return { ...object, data: { [KEY]: JSON.stringify(state) } };
}

/** The server's own id of the object: a new one after every deletion. */
export function idOf({ metadata }: KubernetesObject): string {
  const { uid } = metadata as { readonly uid?: unknown };
  if (typeof uid !== "string") throw new Error(`${metadata.name} has no uid`);
  return uid;
}

/** Throws on what no controller of ours wrote: a voter that cannot be read does not vote. */
export function stateOf<T>(object: KubernetesObject): AcceptorState<T> {
  const text = (object["data"] as Readonly<Record<string, string>> | undefined)?.[KEY];
  const state = parse(text ?? "") as Partial<AcceptorState<T>> | undefined;
  const { promised, accepted } = state ?? {};
  const isBallot = (ballot: unknown) => Number.isSafeInteger((ballot as { n?: unknown } | undefined)?.n);
  const good = isBallot(promised) && (accepted === undefined || (isBallot(accepted.ballot) && hasVoters(accepted)));
  if (!good) throw new Error(`${object.metadata.name} holds no register: delete it, and the voters fill it anew`);
  return state as AcceptorState<T>;
}

function hasVoters({
  register,
}: {
  readonly register?: { readonly voters?: unknown; readonly value?: unknown };
}): boolean {
  return typeof register?.voters === "object" && typeof register.value === "object";
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
