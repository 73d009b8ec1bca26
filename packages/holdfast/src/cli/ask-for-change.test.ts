import { fileURLToPath } from "node:url";
import { beforeEach, describe, expect, it } from "vitest";
import { requestConfigMap } from "../api-contract/index.ts";
import { askForChange } from "./ask-for-change.ts";
import type { Wish } from "./ask-for-change.ts";
import { recordedReason } from "./change-options.ts";
import { printChange } from "./print-change.ts";
import { capture, runCaptured } from "./testing/run-captured.ts";
import { SimulatedPlaces } from "./testing/simulated-places.ts";

const wish: Wish = { store: "ratings-db", kind: "switchover", to: "portland", reason: "maintenance", timeoutMs: 5000 };
const failover: Wish = { ...wish, kind: "failover", reason: "seattle burned" };
const leads = { primary: "seattle", term: 5, phase: "serving", role: "primary", syncStandbys: ["portland"] } as const;
const accepted = {
  state: "accepted",
  message: "seattle stops, and portland takes over when it has everything",
} as const;
const done = { state: "done", message: "portland is primary in term 6: without loss" } as const;

let places: SimulatedPlaces;
beforeEach(async () => {
  places = new SimulatedPlaces();
  await places.prepare();
  await places.says("seattle", leads);
  await places.says("portland", { ...leads, role: "standby" });
});

/** What a person sees, with times taken out. */
async function ask(asked: Wish, format: "text" | "json" = "text"): Promise<string> {
  const { exitCode, out, err } = await capture(async (terminal) => {
    const report = await askForChange(places, asked, (line) => terminal.err(`  ${line}\n`));
    printChange(report, format, terminal);
  });
  return `exit code ${exitCode}\n${err}${out.replace(/\d+\.\d s\./, "… s.")}`;
}

describe("holdfast switchover", () => {
  it("asks the primary's site, and tells when it can be written to again", async () => {
    const [shown] = await Promise.all([
      ask(wish),
      places
        .controllerAnswers("seattle", accepted, done)
        .then(() => places.says("portland", { ...leads, primary: "portland", term: 6 })),
    ]);
    expect(shown).toBe(
      [
        "exit code 0",
        "  asked seattle for a switchover of ratings-db to portland",
        "  seattle stops, and portland takes over when it has everything",
        "✓ ratings-db: portland is primary in term 6: without loss",
        "  It can be written to again. Writes were refused for at most … s.",
        "",
      ].join("\n"),
    );
    expect(await places.request("seattle")).toMatchObject({
      kind: "switchover",
      to: "portland",
      reason: "maintenance",
    });
  });

  it("asks another site where the primary's does not answer", async () => {
    places.cluster("seattle").reachable = false;
    const [shown] = await Promise.all([
      ask(wish),
      places.controllerAnswers("portland", { state: "refused", message: "a switchover to seattle is under way" }),
    ]);
    expect(shown).toBe(
      [
        "exit code 1",
        "  asked portland for a switchover of ratings-db to portland",
        "✗ ratings-db: refused: a switchover to seattle is under way",
        "",
      ].join("\n"),
    );
  });

  it("prints one object as JSON", async () => {
    const [shown] = await Promise.all([
      ask(wish, "json"),
      places.controllerAnswers("seattle", { state: "failed", message: "seattle is primary: it went on" }),
    ]);
    expect(JSON.parse(shown.slice(shown.indexOf("{")))).toEqual({
      store: "ratings-db",
      kind: "switchover",
      to: "portland",
      request: expect.any(String),
      asked: "seattle",
      state: "failed",
      message: "seattle is primary: it went on",
    });
  });

  it("withdraws what nobody takes on", async () => {
    const shown = await ask({ ...wish, timeoutMs: 50 });
    expect(shown).toContain("failed: the controller of seattle did not take it on in time, and it is withdrawn");
    expect(await places.answered("seattle")).toMatchObject({ state: "refused" });
  });

  it("does not wait for ever for what was taken on, nor for what another request replaced", async () => {
    const [slow] = await Promise.all([ask({ ...wish, timeoutMs: 300 }), places.controllerAnswers("seattle", accepted)]);
    expect(slow).toContain("failed: it was accepted, and has not ended in time");
    const replaced = async () => {
      await new Promise((resolve) => setTimeout(resolve, 50));
      const request = { ...(await places.request("seattle")), id: "another" };
      const metadata = requestConfigMap("ratings-db");
      const data = { "request.json": JSON.stringify(request) };
      await places.cluster("seattle").apply({ apiVersion: "v1", kind: "ConfigMap", metadata, data });
    };
    const [lost] = await Promise.all([ask(wish), replaced()]);
    expect(lost).toContain("failed: another request took its place");
  });

  it("sees at another site that it is done, when the one that was asked is lost", async () => {
    const request = async () => {
      let id: string | undefined;
      while (id === undefined) {
        id = (await places.request("seattle"))?.id;
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      places.cluster("seattle").reachable = false;
      const change = {
        kind: "switchover",
        reason: "maintenance",
        at: "2026-01-01T00:00:00.000Z",
        request: id,
      } as const;
      await places.says("portland", { ...leads, primary: "portland", term: 6, change });
    };
    const [shown] = await Promise.all([ask(wish), request()]);
    expect(shown).toContain("✓ ratings-db: portland is primary, although seattle no longer answers");
  });

  it("says so when nobody answers, and what the fleet does not have", async () => {
    for (const cluster of places.clusters.values()) cluster.reachable = false;
    await expect(ask(wish)).rejects.toThrow("sites-unreachable: nobody could be asked (seattle: ");
    await expect(ask({ ...wish, store: "ratings" })).rejects.toThrow('store-unknown: the fleet has no store "ratings"');
    await expect(ask({ ...wish, to: "boise" })).rejects.toThrow('site-unknown: ratings-db is not at a site "boise"');
  });
});

describe("holdfast failover", () => {
  const loss = { since: "2026-01-01T00:00:10.000Z", until: "2026-01-01T00:00:50.800Z" };
  const named = `what seattle acknowledged from ${loss.since} to ${loss.until} is lost`;

  it("asks the target alone, and without consent tells what would be lost", async () => {
    const message = `${named}. To do it all the same, add --accept-data-loss --beyond-rpo`;
    const [shown] = await Promise.all([
      ask(failover),
      places.controllerAnswers("portland", { state: "refused", message, loss }),
    ]);
    expect(shown).toBe(
      [
        "exit code 1",
        "  asked portland for a failover of ratings-db to portland",
        `✗ ratings-db: refused: ${message}`,
        "",
      ].join("\n"),
    );
    const { acceptDataLoss, beyondRpo } = (await places.request("portland"))!;
    expect([acceptDataLoss, beyondRpo]).toEqual([undefined, undefined]);
  });

  it("carries the operator's consent", async () => {
    const won = { ...done, message: `portland is primary in term 6: ${named}`, loss };
    await places.says("portland", { ...leads, primary: "portland", term: 6 });
    const [shown] = await Promise.all([
      ask({ ...failover, acceptDataLoss: true, beyondRpo: true }),
      places.controllerAnswers("portland", { ...accepted, loss }, won),
    ]);
    expect(shown).toContain(`✓ ratings-db: ${won.message}`);
    expect(await places.request("portland")).toMatchObject({ acceptDataLoss: true, beyondRpo: true });
  });

  it("cannot be asked of another site than its target", async () => {
    places.cluster("portland").reachable = false;
    await expect(ask(failover)).rejects.toThrow("nobody could be asked (portland: ");
  });
});

it("records who asked", () => {
  expect(recordedReason(undefined)).toMatch(/^asked for by \S+$/);
  expect(recordedReason("maintenance")).toMatch(/^maintenance \(asked for by \S+\)$/);
});

it.each(["switchover", "failover", "rebuild-register"])(
  "%s says what the fleet does not have before it looks for clusters",
  async (command) => {
    const example = fileURLToPath(new URL("../../../../examples/ratings/holdfast.yaml", import.meta.url));
    const hubs = example.replace("ratings/", "ratings-azure-stack-hub/");
    for (const file of [[example], ["--file", example]]) {
      const site = await runCaptured([command, "ratings-db", ...file, "--to", "nowhere"]);
      expect([site.exitCode, site.err]).toEqual([
        2,
        expect.stringMatching(/error\[site-unknown\].*"nowhere"[^]*seattle, portland/),
      ]);
    }
    const store = await runCaptured([command, "ratings-mongodb", hubs, "--to", "seattle"]);
    expect([store.exitCode, store.err]).toEqual([2, expect.stringContaining("error[store-unknown]")]);
    const both = await runCaptured([command, "ratings-db", example, "--file", hubs, "--to", "seattle"]);
    expect([both.exitCode, both.err]).toEqual([2, expect.stringContaining("two fleet files are named")]);
    const { out: help } = await runCaptured([command, "--help"]);
    expect(help).toContain(`Usage: holdfast ${command} <store> [file] --to <site> [options]`);
    expect(help).toMatch(/--to <site> +required: the site that becomes primary/);
  },
);

it.each(["switchover", "failover"])("%s needs a target, and takes a duration", async (command) => {
  expect((await runCaptured([command, "ratings-db"])).err).toContain("required option '--to <site>' not specified");
  const odd = await runCaptured([command, "ratings-db", "--to", "portland", "--timeout", "soon"]);
  expect([odd.exitCode, odd.err]).toEqual([2, expect.stringContaining("it is a duration, for example 60s")]);
});
