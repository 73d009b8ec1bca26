// npm run pictures: takes the README's pictures from a running lab: the live view out of a terminal (tmux) and the page out of
// Chromium. Needs both on the PATH; run it on an idle machine.
import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import type { Page } from "playwright-core";

const root = fileURLToPath(new URL("..", import.meta.url));
const images = `${root}docs/images/`;
const session = "holdfast-pictures";
const url = "http://127.0.0.1:8080";
mkdirSync(images, { recursive: true });

const tmux = (...words: string[]): string => execFileSync("tmux", words, { encoding: "utf8", cwd: root });
const holdfast = (...words: string[]): string =>
  execFileSync(process.execPath, ["packages/holdfast/bin/holdfast.js", ...words], { encoding: "utf8", cwd: root });

async function untilScreen(condition: (screen: string) => boolean): Promise<void> {
  for (let attempt = 0; attempt < 300; attempt += 1) {
    if (condition(tmux("capture-pane", "-p", "-t", session))) return;
    await sleep(200);
  }
  throw new Error(`the screen never showed it:\n${tmux("capture-pane", "-p", "-t", session)}`);
}

const browser = await chromium.launch({
  executablePath: execFileSync("which", ["chromium"], { encoding: "utf8" }).trim(),
  args: ["--no-sandbox"],
});
try {
  tmux("new-session", "-d", "-s", session, "-x", "104", "-y", "32", "npm start");
  await untilScreen((screen) => screen.includes("ready after"));
  await sleep(12_000);
  await rateEverything();
  const page = await browser.newPage({ viewport: { width: 1200, height: 900 }, deviceScaleFactor: 1.5 });
  await page.goto(url);
  await page.waitForLoadState("networkidle");
  await page.screenshot({ path: `${images}page.png` });
  holdfast("lab", "kill", "seattle");
  await untilScreen((screen) => /is answered by portland/.test(screen));
  await sleep(4000);
  await picture(
    await browser.newPage({ deviceScaleFactor: 1.5 }),
    tmux("capture-pane", "-e", "-p", "-t", session),
    `${images}live-view.png`,
  );
} finally {
  await browser.close();
  tmux("send-keys", "-t", session, "C-c");
  await sleep(3000);
  try {
    tmux("kill-session", "-t", session);
  } catch {
    // Ended by itself, as it should.
  }
}

/** A leaderboard that has something to show. */
async function rateEverything(): Promise<void> {
  const { payload } = (await (await fetch(`${url}/api/items`)).json()) as { payload: { _id: string }[] };
  for (let round = 0; round < 36; round += 1) {
    const id = payload[round % payload.length]?._id;
    const ratings = [{ id, rating: 3 + ((round * 7) % 3) }];
    const headers = { "content-type": "application/json" };
    await fetch(`${url}/api/rate`, { method: "POST", headers, body: JSON.stringify({ ratings }) });
  }
}

async function picture(page: Page, screen: string, path: string): Promise<void> {
  await page.setContent(`<style>
    body { margin: 0; background: #0d1117; color: #d5dce3; }
    pre { display: inline-block; margin: 0; padding: 18px 22px; font: 15px/1.35 "DejaVu Sans Mono", monospace; }
  </style><pre>${toHtml(screen.trimEnd())}</pre>`);
  await page.locator("pre").screenshot({ path });
}

/** The few escape sequences that the live view uses, as spans. */
function toHtml(screen: string): string {
  const colors: Record<string, string> = {
    31: "#ff7b72",
    32: "#56d364",
    33: "#e3b341",
    34: "#79c0ff",
    35: "#d2a8ff",
    36: "#56d4dd",
  };
  let style: { color?: string; bold?: boolean; dim?: boolean; underline?: boolean } = {};
  return screen
    .split(/(\u001b\[[0-9;]*m)/)
    .map((part) => {
      if (!part.startsWith("\u001b")) {
        const css = [
          style.color && `color:${style.color}`,
          style.bold && "font-weight:bold",
          style.dim && "opacity:.6",
          style.underline && "text-decoration:underline",
        ];
        return `<span style="${css.filter(Boolean).join(";")}">${part.replace(/&/g, "&amp;").replace(/</g, "&lt;")}</span>`;
      }
      for (const code of part.slice(2, -1).split(";").map(Number)) {
        if (code === 0) style = {};
        else if (code === 1) style = { ...style, bold: true };
        else if (code === 2) style = { ...style, dim: true };
        else if (code === 4) style = { ...style, underline: true };
        else if (code === 22) style = { ...style, bold: false, dim: false };
        else if (code === 24) style = { ...style, underline: false };
        else if (code === 39) style = { ...style, color: "" };
        else if (colors[code]) style = { ...style, color: colors[code] };
      }
      return "";
    })
    .join("");
}
