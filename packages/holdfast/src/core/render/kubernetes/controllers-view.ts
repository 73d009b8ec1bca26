import type { Fleet, Site } from "../../spec/index.ts";
import { canonicalJson } from "./canonical-json.ts";
import { digest } from "./digest.ts";

/** The fleet as the controllers read it; the same at every site. */
export interface ControllersView {
  /** A line for each site, link and store, so that a change in Git shows which one changes. */
  readonly json: string;
  /** Of what a controller acts on. It changes rarely: a new image of the application, say, must not restart controllers. */
  readonly digest: string;
}

export function controllersView(fleet: Fleet): ControllersView {
  // Without what only building a site needs, which can be long.
  const sites = fleet.sites.map(({ name, location, platform, network, addresses }): Site => {
    return { name, location, platform, network, addresses, quotas: {} };
  });
  const { name, links, stores, traffic, witness, objectives, backups } = fleet;
  const { namespace } = fleet.application;
  return {
    json: byLine({ ...fleet, sites }),
    digest: digest(canonicalJson({ name, namespace, sites, links, stores, traffic, witness, objectives, backups })),
  };
}

function byLine(fleet: Fleet): string {
  const members = Object.entries(fleet).sort(([a], [b]) => (a < b ? -1 : 1));
  const lines = members.map(([key, value]) => {
    const items = Array.isArray(value) && value.length > 0 ? (value as readonly unknown[]) : undefined;
    const text = items ? `[\n    ${items.map(canonicalJson).join(",\n    ")}\n  ]` : canonicalJson(value);
    return `  ${JSON.stringify(key)}: ${text}`;
  });
  return `{\n${lines.join(",\n")}\n}`;
}
