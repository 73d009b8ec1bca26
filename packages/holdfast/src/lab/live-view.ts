import { createColors } from "picocolors";
import { ago, bytes } from "./amounts.ts";
import type { LabStatus, PodStatus, SiteStatus, StoreStatus } from "./status.ts";
import type { TrafficFigures } from "./traffic-counter.ts";

export interface ViewOptions {
  readonly width: number;
  readonly height: number;
  readonly color: boolean;
  readonly now: Date;
}

type Colors = ReturnType<typeof createColors>;

/** The lab on one screen, top down: who answers users, what each site does, the links, what happened. */
export function drawLab(status: LabStatus, options: ViewOptions): readonly string[] {
  const c = createColors(options.color);
  const columns = Math.min(options.width, 110);
  const head = [
    justify(` ${c.bold("holdfast lab")} ${c.dim("·")} ${status.fleet}`, `${c.cyan(c.underline(status.url))} `, columns),
    c.dim(` ${phaseLine(status, options.now)}`),
    "",
    ` ${c.bold(status.host)} ${c.dim("is answered by")} ${answeredBy(status, c)}`,
    ...trafficLines(status, c),
    ...status.stores.flatMap((store) => storeLines(store, status, options, c)),
    "",
  ];
  const links =
    status.links.length === 0
      ? []
      : [` ${c.dim("links")}   ${status.links.map((link) => linkText(link, c)).join("   ")}`, ""];
  const foot = [
    "",
    c.dim(
      ` Ctrl-C takes everything down.  In another terminal: npx holdfast lab kill ${status.sites[0]?.name ?? "SITE"}`,
    ),
  ];
  const room = options.height - head.length - links.length - foot.length - 1;
  const whole = status.sites.flatMap((site) => siteLines(site, status.stores, columns, c));
  // On a small screen the sites matter more than their pods, and both more than what happened.
  const sites = whole.length <= room ? whole : status.sites.map((site) => siteHead(site, status.stores, c));
  const eventRoom = Math.min(Math.max(room - sites.length, 0), 10);
  const events = status.events
    .slice(status.events.length - Math.min(eventRoom, status.events.length))
    .map(({ at, text }) => `  ${c.dim(clockTime(at))}  ${text}`);
  return [...head, ...sites, ...links, ...events, ...foot].map((line) => clip(line, options.width));
}

function phaseLine(status: LabStatus, now: Date): string {
  const up = duration(now.getTime() - Date.parse(status.startedAt));
  if (status.phase === "starting") return `starting, ${up}`;
  return `ready after ${((status.readyAfterMs ?? 0) / 1000).toFixed(1)} s · up ${up}`;
}

function answeredBy(status: LabStatus, c: Colors): string {
  if (status.answeredBy.length > 0) return c.bold(c.green(status.answeredBy.join(", ")));
  return status.phase === "starting" ? c.dim("nobody yet") : c.bold(c.red("nobody"));
}

/** The width of what names a line. */
const LABEL = 14;

function trafficLines(status: LabStatus, c: Colors): readonly string[] {
  const line = (who: string, figures: TrafficFigures): string =>
    ` ${c.dim(who.padEnd(LABEL))}${figures.requestsPerSecond.toFixed(1).padStart(6)} requests/s   ${failureText(figures, c)}`;
  return status.user ? [line("built-in user", status.user)] : [line("gateway", status.traffic)];
}

function failureText(figures: TrafficFigures, c: Colors): string {
  if (figures.recentFailures === 0) return `${c.green("no failure")} ${c.dim(`in 10 s, ${figures.failures} in all`)}`;
  const refused =
    figures.recentRefusedWrites > 0 ? `, ${figures.recentRefusedWrites} of them writes refused with 503` : "";
  return c.red(`${figures.recentFailures} failed in 10 s${refused}`) + c.dim(`, ${figures.failures} in all`);
}

/** Below this height the sites need the room. */
const TALL = 20;

/** Who may write to a store and who has its data; where there is room, how it came about. */
function storeLines(store: StoreStatus, status: LabStatus, { height, now }: ViewOptions, c: Colors): readonly string[] {
  if (status.phase === "starting") return [];
  const { name, term, change } = store;
  const inTerm = term === undefined ? "" : c.dim(` · term ${term}`);
  const lines = [` ${c.dim(name.padEnd(LABEL))}   ${primaryText(store, c)}${inTerm}${durabilityText(store, c)}`];
  if (change && change.kind !== "begun" && height >= TALL) {
    const from = change.from === undefined ? "" : ` from ${change.from}`;
    const age = ago(now.getTime() - Date.parse(change.at));
    lines.push(` ${" ".repeat(LABEL)}   ${c.dim(`${change.kind}${from} ${age}: ${change.reason}`)}`);
  }
  return lines;
}

function primaryText({ primary, phase, syncStandbys, switchover, sites }: StoreStatus, c: Colors): string {
  if (primary === undefined) return c.bold(c.red("nobody says who is primary"));
  if (phase === "electing") return c.bold(c.yellow("electing a new primary, writes are refused"));
  if (sites.some(({ site, role }) => site === primary && role === "primary")) {
    const going = switchover ? c.yellow(` · going to ${switchover.to}`) : "";
    return `${c.dim("primary")} ${c.bold(c.magenta(primary))}${going}`;
  }
  const next = syncStandbys.length > 0 ? `until ${syncStandbys.join(" or ")} takes over` : `until ${primary} is back`;
  return c.bold(c.red(`no primary: reads only ${next}`));
}

/** Only the primary's site knows it. */
function durabilityText({ durability, syncStandbys, reason }: StoreStatus, c: Colors): string {
  const because = reason === "" ? "" : `: ${reason}`;
  switch (durability) {
    case "replicated":
      return `${c.dim(" · ")}${c.green("replicated")} ${c.dim(`to ${syncStandbys.join(", ")}`)}`;
    case "local-only":
    case "blocked":
      return `${c.dim(" · ")}${c.yellow(`${durability}${because}`)}`;
    default:
      return "";
  }
}

const SITE_COLOR: Record<SiteStatus["state"], (c: Colors) => (text: string) => string> = {
  starting: (c) => c.yellow,
  running: (c) => c.green,
  frozen: (c) => c.cyan,
  down: (c) => c.red,
};

function siteHead(site: SiteStatus, stores: readonly StoreStatus[], c: Colors): string {
  const paint = SITE_COLOR[site.state](c);
  const role =
    site.role === "witness" ? c.dim("witness") : stores.map((store) => storeText(store, site, c)).join("   ");
  return ` ${paint("●")} ${c.bold(site.name.padEnd(12))} ${paint(site.state.padEnd(9))} ${role}`;
}

function siteLines(site: SiteStatus, stores: readonly StoreStatus[], columns: number, c: Colors): readonly string[] {
  const head = siteHead(site, stores, c);
  if (site.state !== "running") return [head, ""];
  const width = Math.floor((columns - 4) / 2);
  const pods = site.pods.map((pod) => podText(pod, width, c));
  const rows: string[] = [];
  for (let index = 0; index < pods.length; index += 2) rows.push(`    ${pods[index] ?? ""}${pods[index + 1] ?? ""}`);
  return [head, ...rows, ""];
}

function storeText(store: StoreStatus, site: SiteStatus, c: Colors): string {
  const here = store.sites.find((each) => each.site === site.name);
  if (here === undefined) return "";
  if (site.state !== "running") return c.dim(`${store.name} was ${here.role}`);
  const role = here.role === "primary" ? c.bold(c.magenta("primary")) : here.role;
  const detail =
    here.role === "primary"
      ? store.durability
      : here.streaming === true
        ? `streaming, ${bytes(here.lagBytes ?? 0)} behind`
        : "not streaming";
  return `${store.name} ${role} ${c.dim(`(${detail})`)}`;
}

function podText(pod: PodStatus, width: number, c: Colors): string {
  const mark = pod.ready ? c.green("✓") : c.yellow("…");
  const note = pod.ready ? "" : ` ${c.yellow(pod.status)}`;
  const restarts = pod.restarts > 0 ? c.dim(` ↻${pod.restarts}`) : "";
  return padVisible(`${mark} ${pod.name}${note}${restarts}`, width);
}

function linkText({ between: [a, b], state }: LabStatus["links"][number], c: Colors): string {
  return state === "up" ? `${a} ${c.green("━━")} ${b}` : `${a} ${c.red("━╳━")} ${b}`;
}

function duration(ms: number): string {
  const total = Math.max(0, Math.floor(ms / 1000));
  const [hours, minutes, rest] = [Math.floor(total / 3600), Math.floor(total / 60) % 60, total % 60];
  return [...(hours > 0 ? [hours] : []), minutes, rest].map((part) => String(part).padStart(2, "0")).join(":");
}

function clockTime(iso: string): string {
  return iso.slice(11, 19);
}

const ESCAPES = /\u001b\[[0-9;]*m/g;

function visibleLength(text: string): number {
  return text.replace(ESCAPES, "").length;
}

function padVisible(text: string, width: number): string {
  return text + " ".repeat(Math.max(1, width - visibleLength(text)));
}

function justify(left: string, right: string, width: number): string {
  return left + " ".repeat(Math.max(1, width - visibleLength(left) - visibleLength(right))) + right;
}

/** Cut at the screen's edge, so that a long line never wraps and moves the ones below. */
function clip(line: string, width: number): string {
  if (visibleLength(line) <= width) return line;
  let visible = 0;
  let out = "";
  for (const part of line.split(/(\u001b\[[0-9;]*m)/)) {
    if (part.startsWith("\u001b")) out += part;
    else {
      out += part.slice(0, Math.max(0, width - 1 - visible));
      visible += part.length;
    }
  }
  return `${out}…`;
}
