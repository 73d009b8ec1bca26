import { orderFor } from "./order.ts";
import { lookAtPrimary, nextAsPrimary } from "./primary.ts";
import { nextAsSuccessor } from "./successor.ts";
import { applyTransition } from "./transitions.ts";

/**
 * The decisions that the safety of a store rests on, together: so that a test can break one of them and see the simulator find
 * what goes wrong. Everybody else takes them as they are.
 */
export const failoverRules = { applyTransition, lookAtPrimary, nextAsPrimary, nextAsSuccessor, orderFor } as const;

export type FailoverRules = typeof failoverRules;
