import type { Fleet, Site } from "../../spec/index.ts";
import { canonicalJson } from "../formats/index.ts";
import { digest } from "./digest.ts";

/** The fleet as the controllers read it; the same at every site. */
export interface ControllersView {
  /** A line for each site, link and store, so that a change in Git shows which one changes. */
  readonly json: string;
  /** Of what a controller acts on. It changes rarely: a new image of the application, say, must not restart controllers. */
  readonly digest: string;
}

export function controllersView(fleet: Fleet): ControllersView {
  const sites = fleet.sites.map(inView);
  const seenWitness = fleet.witness === undefined ? {} : { witness: inView(fleet.witness) };
  const { name, links, stores, traffic, objectives, backups } = fleet;
  const { namespace } = fleet.application;
  return {
    json: byLine({ ...fleet, sites, ...seenWitness, lab: NO_LAB }),
    digest: digest(
      canonicalJson({ name, namespace, sites, links, stores, traffic, objectives, backups, ...seenWitness }),
    ),
  };
}

/** Nothing in a site knows that it may be in a lab. */
const NO_LAB: Fleet["lab"] = { images: {}, user: { reads: [], readsPerSecond: 0, writes: [], writesPerSecond: 0 } };

/**
 * What a controller has to know of a site. What the site is built of stays out: in a fleet of a thousand sites each has this
 * list of all of them, and a ConfigMap may hold one mebibyte.
 */
function inView({ name, location, addresses }: Pick<Site, "name" | "location" | "addresses">) {
  return { name, location, addresses };
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
