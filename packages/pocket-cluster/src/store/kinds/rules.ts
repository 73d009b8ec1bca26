import type { KubeObject } from "../contract.ts";
import type { FieldProblem } from "../errors.ts";
import type { Draft } from "../json.ts";

/** What a rule may need to know besides the object. */
export interface RuleContext {
  readonly now: () => number;
  readonly random: () => number;
  /** Another object of the store, `collection` as in "/services". */
  readonly find: (collection: string, namespace: string, name: string) => KubeObject | undefined;
  readonly all: (collection: string, namespace?: string) => Iterable<KubeObject>;
}

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
  readonly nameProblem?: (name: string) => string | undefined;
  readonly validate?: (object: KubeObject) => readonly FieldProblem[];
  readonly validateUpdate?: (object: KubeObject, old: KubeObject) => readonly FieldProblem[];
  /** metadata.generation counts changes of what is desired. */
  readonly generation?: boolean;
  /** A PUT of a name that does not exist creates it. */
  readonly createOnUpdate?: boolean;
  /** A PUT must carry a resourceVersion. */
  readonly conditionalUpdate?: boolean;
  /** DELETE answers the object, not a Status. */
  readonly returnsDeleted?: boolean;
  /** A status write leaves the labels alone. */
  readonly statusKeepsLabels?: boolean;
}
