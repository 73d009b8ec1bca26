import { execFileSync } from "node:child_process";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chromium } from "playwright-core";
import type { Browser, Locator, Page } from "playwright-core";
import { LabSession } from "../../packages/holdfast/benches/lab-session.ts";

/** Debian's Chromium; the test is skipped where there is none, never in CI. */
function findChromium(): string | undefined {
  for (const name of ["chromium", "chromium-browser", "google-chrome"]) {
    try {
      return execFileSync("which", [name], { encoding: "utf8" }).trim();
    } catch {
      // The next name.
    }
  }
  if (process.env["CI"]) throw new Error("CI has to install chromium");
  console.warn("skipped: no chromium on the PATH");
  return undefined;
}

const executablePath = findChromium();

describe.skipIf(executablePath === undefined)("a person with a browser", () => {
  let lab: LabSession;
  let browser: Browser | undefined;
  let page: Page;
  const foreign: string[] = [];
  const complaints: string[] = [];

  beforeAll(async () => {
    lab = await LabSession.create({ port: 18_060 });
    await lab.up();
    browser = await chromium.launch({ executablePath: executablePath ?? "", args: ["--no-sandbox"] });
    page = await browser.newPage();
    page.on("request", (request) => {
      if (!request.url().startsWith(lab.url) && !request.url().startsWith("data:")) foreign.push(request.url());
    });
    page.on("pageerror", (error) => complaints.push(error.message));
    await page.goto(lab.url);
  });
  afterAll(async () => {
    await browser?.close();
    await lab.dispose();
  });

  const card = (fruit: string): Locator => page.locator(`.card[data-item="${fruit}"]`);
  const servedBy = (site: string): Promise<void> =>
    page.locator("#connection", { hasText: site }).waitFor({ timeout: 15_000 });

  async function rate(fruit: string, stars: number): Promise<void> {
    // By keyboard alone, as somebody without a mouse: into the group, along it, submit.
    await card(fruit).locator("input[type=radio]").first().focus();
    for (let step = 1; step < stars; step += 1) await page.keyboard.press("ArrowRight");
    await page.keyboard.press("Enter");
  }

  it("rates a fruit and sees it in the leaderboard (R8, R14)", async () => {
    await servedBy("seattle");
    await rate("Banana", 5);
    await card("Banana")
      .locator(".outcome", { hasText: /^Saved/ })
      .waitFor();
    await page.locator("#rows li", { hasText: "Banana" }).locator("text=/1 vote/").waitFor({ timeout: 15_000 });
  });

  it("goes on after the standby's site is lost, and rates another (R18)", async () => {
    await lab.untilWhole();
    await lab.order("kill", "portland");
    await rate("Coconut", 4);
    await card("Coconut")
      .locator(".outcome", { hasText: /^Saved/ })
      .waitFor({ timeout: 15_000 });
    await lab.order("start", "portland");
    await lab.untilWhole();
  });

  it("rates at the other site when the primary's is lost, and has it saved once (R18, R31)", async () => {
    await lab.order("kill", "seattle");
    await servedBy("portland");
    await rate("Pineapple", 3);
    const outcome = card("Pineapple").locator(".outcome");
    // Somebody who is told that nothing was saved, in the moment without a primary, tries again.
    await expect
      .poll(
        async () => {
          if ((await card("Pineapple").getAttribute("data-state")) === "failed")
            await card("Pineapple").locator("button").click();
          return outcome.textContent();
        },
        { timeout: 20_000, interval: 500 },
      )
      .toMatch(/^Saved/);
    await page.locator("#rows li", { hasText: "Pineapple" }).locator("text=/1 vote/").waitFor({ timeout: 15_000 });
    await lab.order("start", "seattle");
    await lab.untilWhole();
  });

  it("is told why a rating waits when nobody may write (R18)", async () => {
    const { stores } = await lab.status();
    const primary = stores[0]?.primary ?? "";
    // Without the others a primary has no lease, and without a primary's copy nobody else may take over.
    const others = ["seattle", "portland", "boise"].filter((site) => site !== primary);
    for (const site of others) await lab.order("kill", site);
    await lab.until((status) => status.stores[0]?.sites.every(({ role }) => role !== "primary") === true);
    await rate("Oranges", 2);
    const outcome = card("Oranges").locator(".outcome");
    await expect
      .poll(() => outcome.textContent(), { timeout: 15_000 })
      .toMatch(/^(Nothing was saved|Not confirmed|No site answered)/);
    expect(await card("Oranges").getAttribute("data-state")).toBe("failed");
    for (const site of others) await lab.order("start", site);
    await lab.untilWhole();
  });

  it("asked no other host for anything, and nothing went wrong on the page (R5)", () => {
    expect(foreign).toEqual([]);
    expect(complaints).toEqual([]);
  });
});
