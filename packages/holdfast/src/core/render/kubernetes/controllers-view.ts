import type { ControlledFleet, ControlledMember } from "../../spec/index.ts";
import { canonicalJson } from "../formats/index.ts";
import { digest } from "./digest.ts";

/** The fleet as the controllers read it; the same at every site. */
export interface ControllersView {
  /** A line for each site and store, so that a change in Git shows which one changes. */
  readonly json: string;
  /** Of `json`. */
  readonly digest: string;
}

/**
 * Only what a controller reads: all else that is in the file, an accepted finding, say, must not restart controllers.
 * How sites are built stays out for another reason, too: in a fleet of a thousand sites each has this list of all of
 * them, for it observes them and answers for them in DNS, and a ConfigMap may hold one mebibyte.
 */
export function controllersView({
  name,
  objectives,
  sites,
  witness,
  application,
  stores,
  traffic,
}: ControlledFleet): ControllersView {
  const { namespace } = application;
  const view: ControlledFleet = {
    name,
    objectives,
    sites: sites.map(inView),
    ...(witness === undefined ? {} : { witness: inView(witness) }),
    application: { namespace },
    stores,
    traffic,
  };
  return { json: byLine(view), digest: digest(canonicalJson(view)) };
}

function inView({ name, addresses }: ControlledMember): ControlledMember {
  return { name, addresses };
}

function byLine(fleet: object): string {
  const members = Object.entries(fleet).sort(([a], [b]) => (a < b ? -1 : 1));
  const lines = members.map(([key, value]) => {
    const items = Array.isArray(value) && value.length > 0 ? (value as readonly unknown[]) : undefined;
    const text = items ? `[\n    ${items.map(canonicalJson).join(",\n    ")}\n  ]` : canonicalJson(value);
    return `  ${JSON.stringify(key)}: ${text}`;
  });
  return `{\n${lines.join(",\n")}\n}`;
}
