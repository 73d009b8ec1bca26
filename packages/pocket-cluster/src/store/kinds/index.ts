import type { KindRules } from "./rules.ts";

const rules: Readonly<Record<string, KindRules>> = {
  "/namespaces": {},
};
const plain: KindRules = {};

export function rulesFor(collection: string): KindRules {
  return rules[collection] ?? plain;
}
