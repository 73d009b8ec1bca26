import type { SiteName } from "../../spec/index.ts";

/** A name of a resource, made shorter where it is too long: the end, which says what it is, stays. */
export function resourceName(site: string, what: string, lengthMax = 80): string {
  return `${site.slice(0, lengthMax - what.length - 1).replace(/-+$/, "")}-${what}`;
}

/** What joins two sites, as one of them names it. */
export function pairName(site: string, peer: string): string {
  const half = (name: string) => name.slice(0, 38).replace(/-+$/, "");
  return `${half(site)}-to-${half(peer)}`;
}

/** Parameters are identifiers; site names have hyphens and no underscores, so no two of them become one. */
export function parameterFor(what: string, site: SiteName): string {
  return `${what}_${site.replaceAll("-", "_")}`;
}

/** The same for names that people give to groups and roles. `taken`: what others have already. */
export function parameterForText(what: string, text: string, taken: ReadonlySet<string>): string {
  const base = `${what}_${text.replaceAll(/[^A-Za-z0-9]+/g, "_")}`;
  // Resource Manager compares names of parameters without case.
  const isTaken = (name: string) => [...taken].some((other) => other.toLowerCase() === name.toLowerCase());
  let name = base;
  for (let number = 2; isTaken(name); number += 1) name = `${base}_${number}`;
  return name;
}

/** The secret that both ends of a link share; the same name in both vaults. */
export function sharedKeySecret(site: SiteName, peer: SiteName): string {
  const [first, second] = [site, peer].toSorted().map((name) => name.slice(0, 60).replace(/-+$/, ""));
  return `vpn-${first}-${second}`;
}

/** Where the pages' commands keep what a site told them. */
export function shellVariable(what: string, name: string): string {
  return `$${what}_${name.replaceAll(/[^A-Za-z0-9]+/g, "_").toUpperCase()}`;
}
