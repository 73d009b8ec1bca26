import { api, type Item, type Reply, type Standing } from "./api.ts";
import { afterLook, afterRating, connecting, type Connection } from "./connection.ts";
import { find } from "./elements.ts";
import { Leaderboard } from "./leaderboard.ts";
import { nextLookMs } from "./pacing.ts";
import { RatingCard } from "./rating-card.ts";
import { rowsOf, sentence } from "./standings.ts";

const leaderboard = new Leaderboard();
const cards = new Map<string, RatingCard>();
let connection: Connection = connecting;
let standings: readonly Standing[] | undefined;
let headed = false;
let timer: number | undefined;
let looking = false;

/** One look at the API: what is still missing of the page, and the leaderboard. The next one is set up when this one is done. */
async function look(): Promise<void> {
  if (looking) return;
  looking = true;
  clearTimeout(timer);
  try {
    const [items, rated] = await Promise.all([cards.size === 0 ? api.items() : undefined, api.standings()]);
    if (items?.kind === "ok") showItems(items.value);
    if (rated.kind === "ok") standings = rated.value;
    const failed = items === undefined || items.kind === "ok" ? undefined : items;
    showConnection(afterLook(connection, failed ?? rated));
    showStandings();
    if (!headed && connection.state === "live") await showHead();
  } finally {
    looking = false;
    if (!document.hidden) timer = setTimeout(() => void look(), nextLookMs(connection.failures, Math.random()));
  }
}

async function send(item: Item, stars: number, key: string): Promise<Reply<unknown>> {
  const reply = await api.rate(item._id, stars, key);
  showConnection(afterRating(connection, reply));
  void look();
  return reply;
}

function showItems(items: readonly Item[]): void {
  for (const item of items) cards.set(item.name, new RatingCard(item, { send, onChange: showStandings }));
  const list = find(document, "#cards", HTMLElement);
  list.replaceChildren(...[...cards.values()].map(({ element }) => element));
  list.ariaBusy = "false";
}

function showStandings(): void {
  if (standings === undefined) return;
  const pending = [...cards.values()].flatMap((card) => card.pending ?? []);
  leaderboard.show(rowsOf(standings, pending));
  for (const standing of standings) cards.get(standing.name)?.show(standing);
}

async function showHead(): Promise<void> {
  const reply = await api.site("FR");
  if (reply.kind !== "ok") return;
  headed = true;
  const { name, pages } = reply.value;
  find(document, "#brand", HTMLElement).textContent = name;
  find(document, "#title", HTMLElement).textContent = pages.Home.subtitle;
  document.title = pages.Home.title;
}

function showConnection(next: Connection): void {
  const moved = next.moves > connection.moves;
  const changed =
    next.state !== connection.state || next.site !== connection.site || next.trouble !== connection.trouble;
  connection = next;
  find(document, "#fresh", HTMLElement).textContent =
    next.state === "live" ? "Most stars first. Updates by itself." : "These are the last numbers seen.";
  if (!changed) return;
  const badge = find(document, "#connection", HTMLElement);
  badge.dataset["state"] = next.state;
  badge.dataset["site"] = next.site ?? "";
  const strong = document.createElement("strong");
  strong.textContent = next.site ?? "";
  const text = find(badge, "#connection-text", HTMLElement);
  if (next.state === "live" || next.state === "degraded")
    text.replaceChildren(...(next.site === null ? ["connected"] : ["served by ", strong]));
  else text.replaceChildren("reconnecting…");
  if (moved) {
    badge.classList.add("moved");
    badge.addEventListener("animationend", () => badge.classList.remove("moved"), { once: true });
  }
  const notice = find(document, "#notice", HTMLElement);
  notice.hidden = next.failures === 0;
  find(notice, "p", HTMLElement).textContent =
    next.failures === 0 ? "" : `${sentence(next.trouble)} Trying again by itself.`;
}

// A page that nobody sees asks nothing; one that is seen again, or has a network again, asks at once.
document.addEventListener("visibilitychange", () => {
  if (document.hidden) clearTimeout(timer);
  else void look();
});
addEventListener("online", () => void look());
void look();
