import type { KubeObject } from "../contract.ts";
import type { FieldProblem } from "../errors.ts";
import type { Draft, JsonObject } from "../json.ts";

/** What a rule may need to know besides the object. */
export interface RuleContext {
  readonly now: () => number;
  readonly random: () => number;
  /** Another object of the store, `collection` as in "/services". */
  readonly find: (collection: string, namespace: string, name: string) => KubeObject | undefined;
  readonly all: (collection: string, namespace?: string) => Iterable<KubeObject>;
  /** First three bytes of the cluster IPs. */
  readonly servicePrefix: string | undefined;
}

/** What a DELETE makes of an object. */
export type Deletion =
  | { readonly kind: "gone" }
  /** It stays, marked, until finalizers or grace let go. */
  | { readonly kind: "held"; readonly draft: Draft }
  /** It was held already, and nothing changes. */
  | { readonly kind: "unchanged" };

/** What makes a kind behave otherwise than a plain object: defaults, what the server sets itself, and what it refuses. */
export interface KindRules {
  /** Fills in what was left out. Run on every write, before field ownership is worked out. */
  readonly defaults?: (draft: Draft) => void;
  /** What admission sets on a new object; nobody owns these fields. */
  readonly admit?: (draft: Draft, context: RuleContext) => void;
  /** The same on an update. */
  readonly admitUpdate?: (draft: Draft, old: KubeObject, context: RuleContext) => void;
  /** The status that a new object starts with. */
  readonly initialStatus?: (draft: Draft) => Draft | undefined;
  /** What a new object gets once its uid is known. */
  readonly complete?: (draft: Draft) => void;
  readonly nameProblem?: (name: string) => string | undefined;
  readonly validate?: (object: KubeObject, old?: KubeObject) => readonly FieldProblem[];
  readonly validateUpdate?: (object: KubeObject, old: KubeObject) => readonly FieldProblem[];
  readonly validateStatus?: (object: KubeObject) => readonly FieldProblem[];
  /** What a writer should know although the object is sound. */
  readonly warnings?: (object: KubeObject) => readonly string[];
  /** Whether an update changes what is desired; metadata.generation counts these. Absent: the kind has no generation. */
  readonly generation?: (draft: JsonObject, old: JsonObject) => boolean;
  /** A PUT of a name that does not exist creates it. */
  readonly createOnUpdate?: boolean;
  /** A PUT must carry a resourceVersion. */
  readonly conditionalUpdate?: boolean;
  /** A kind with its own way to go. */
  readonly planDeletion?: (live: KubeObject, now: number) => Deletion | undefined;
  /** Whether a deleted object without finalizers may go; they may live elsewhere, too. */
  readonly letGo?: (object: KubeObject) => boolean;
  /** How long a delete waits for the object to end by itself; `asked` is the request's own wish. */
  readonly graceSeconds?: (live: KubeObject, asked: number | undefined) => number;
  /** Without a propagation policy its children stay. */
  readonly orphansByDefault?: boolean;
  /** A status write leaves the labels alone. */
  readonly statusKeepsLabels?: boolean;
}
