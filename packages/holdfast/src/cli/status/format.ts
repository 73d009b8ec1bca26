import type { Colors } from "picocolors/types";
import { ago, bytes } from "../../lab/index.ts";
import type { Terminal } from "../terminal.ts";
import { wrapLine } from "../wrap.ts";
import type { FleetSummary, SiteSummary, StoreAtSite, StoreSummary } from "./summary.ts";

/** `holdfast status` for people: each store with what is said of it site by site, then what each site tells users and thinks of the others. */
export function formatSummary(
  { fleet, sites, stores }: FleetSummary,
  { outColors: c, columns }: Pick<Terminal, "outColors" | "columns">,
  now: Date,
): string {
  const width = Math.max(LABEL, ...sites.map(({ site }) => site.length));
  const count = sites.filter(({ responds }) => responds).length;
  const head = `${c.bold(fleet)}${c.dim(": ")}${count === sites.length ? `all ${count} sites answer` : c.yellow(`${count} of ${sites.length} sites answer`)}`;
  const blocks = [
    ...stores.map((store) => storeBlock(store, width, c, now)),
    [c.bold("sites"), ...sites.map((site) => siteLine(site, width, c))],
  ];
  const indent = " ".repeat(width + 4);
  const wrapped = (lines: readonly string[]) => lines.flatMap((line) => wrapLine(line, columns, indent));
  return `${[[head], ...blocks].map((lines) => wrapped(lines).join("\n")).join("\n\n")}\n`;
}

const LABEL = 11;

function storeBlock(store: StoreSummary, width: number, c: Colors, now: Date): readonly string[] {
  const line = (label: string, text: string) => `  ${c.dim(label.padEnd(width))}  ${text}`;
  const { change, leaseMs, aloneSince, switchover, syncStandbys, reason } = store;
  const inSync = syncStandbys.length === 0 ? c.yellow("no standby") : syncStandbys.join(", ");
  return [
    c.bold(store.name),
    line("primary", primaryText(store, c)),
    line("in sync", inSync),
    ...(leaseMs === undefined ? [] : [line("lease", leaseText(leaseMs, c))]),
    ...(aloneSince === undefined ? [] : [line("alone", c.yellow(`on one site only since ${aloneSince}`))]),
    ...(switchover ? [line("switchover", `to ${switchover.to} is under way: ${switchover.reason}`)] : []),
    ...(change ? [line("last change", changeText(change, now))] : []),
    ...(reason === "" ? [] : [line("trouble", c.yellow(reason))]),
    ...store.sites.map((each) => line(each.site, placeText(each, store, c))),
    ...store.silent.map((site) => line(site, c.red("does not report"))),
  ];
}

function primaryText({ primary, term, phase, durability }: StoreSummary, c: Colors): string {
  if (primary === undefined) return c.red("nobody says who is");
  if (phase === "electing") return c.yellow(`nobody: electing in term ${term ?? 0}; ${primary} was`);
  const paint = durability === "replicated" ? c.green : c.yellow;
  const safe = durability === undefined ? c.yellow("its site does not say how safe a commit is") : paint(durability);
  return `${c.bold(primary)} in term ${term ?? 0}, ${safe}`;
}

/** Written down every few seconds while the lease is renewed several times a second: it says that it is held, not how long. */
function leaseText(leaseMs: number, c: Colors): string {
  return leaseMs > 0 ? `held, for another ${leaseMs} ms when this was written` : c.red("has run out");
}

function changeText({ kind, from, at, reason }: NonNullable<StoreSummary["change"]>, now: Date): string {
  const origin = from === undefined ? "" : ` from ${from}`;
  return `${kind}${origin} ${ago(now.getTime() - Date.parse(at))} (${at}): ${reason}`;
}

function placeText(
  { site, role, behind, term, streaming, lagBytes, reason }: StoreAtSite,
  { primary, reason: told }: StoreSummary,
  c: Colors,
): string {
  const parts = [
    role === "primary" ? c.bold(role) : role,
    ...(role === "standby" ? [streaming === true ? "streaming" : c.yellow("not streaming")] : []),
    ...(lagBytes === undefined ? [] : [`${bytes(lagBytes)} behind`]),
    ...(behind ? [c.yellow(term === undefined ? "knows no term yet" : `still speaks of term ${term}`)] : []),
  ];
  const why = reason === "" || (site === primary && reason === told) ? "" : c.dim(`: ${reason}`);
  return `${parts.join(", ")}${why}`;
}

function siteLine({ site, role, responds, trouble, verdicts, answers }: SiteSummary, width: number, c: Colors): string {
  const name = `  ${c.dim(site.padEnd(width))}  `;
  if (!responds) return `${name}${c.red("does not answer")}${c.dim(`: ${trouble ?? ""}`)}`;
  const seen = Object.entries(verdicts).map(([other, state]) => {
    const paint = state === "up" ? c.green : state === "down" ? c.red : c.yellow;
    return `${other} ${paint(state)}`;
  });
  const told = Object.entries(answers).map(
    ([host, addresses]) => `${host} is ${addresses.join(", ") || c.red("nobody")}`,
  );
  return `${name}${[...(role === "witness" ? ["witness"] : []), `sees ${seen.join(", ") || "nobody yet"}`, ...told].join("; ")}`;
}
