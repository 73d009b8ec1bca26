import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { membersOf } from "../../../spec/index.ts";
import type { Fleet } from "../../../spec/index.ts";
import { operatedStoresAt } from "../../databases/index.ts";
import { example } from "../../testing/example-fleets.ts";
import { inFolder } from "../../testing/shell-scripts.ts";
import { stagesOf } from "../plan.ts";
import { applicationScript, healthScript, verifyScript } from "./cluster-stages.ts";

const bank = example("ratings-three-sites").fleet;
const SITES = bank.sites.map(({ name }) => name as string);

/** A site serves once each site was given the login of every voter, for the register begins with all of them. */
const SERVES = `serves() {
  for each in $SITES; do
    for other in $SITES; do
      [ "$other" = "$each" ] || grep -qx "$other" "$STATE/logins-$each" 2> /dev/null || return 1
    done
  done
}`;
const LOG = `printf '%s %s\\n' "\${0##*/}" "$*" >> "$STATE/log"`;
const stub = (...lines: readonly string[]) => ["#!/usr/bin/env bash", LOG, ...lines, ""].join("\n");
const stubs = {
  kubectl: stub(
    SERVES,
    'case "$*" in *" get "*) echo "${*: -3:1}/one" ;; *"rollout status"*) serves || exit 1 ;; esac',
  ),
  helm: stub(SERVES, 'case "$*" in *" --wait "*) serves || exit 1 ;; esac'),
  curl: stub('! grep -qF -e "$(cat "$STATE/down")" <<< "$*" || exit 7'),
  sleep: stub(),
};

interface Run {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly calls: readonly string[];
}

interface Situation {
  /** A piece of the addresses that do not answer. */
  readonly down?: string;
  /** How often publishing fails before the API server has filled the token. */
  readonly unfilled?: number;
  /** All logins are everywhere. */
  readonly old?: boolean;
  readonly environment?: Readonly<Record<string, string>>;
}

type Step = readonly [site: string, script: string, argument?: string];

/** Runs stages one after another in one world of stand-ins, until one fails. */
function runStages(fleet: Fleet, steps: readonly Step[], situation: Situation = {}): readonly Run[] {
  const { down = "nothing is down", unfilled = 0, old = false, environment = {} } = situation;
  const script = (path: string, content: string) => ({ path, content, executable: true });
  const files = membersOf(fleet).flatMap((member) => {
    const { name } = member;
    return [
      script(`pipelines/${name}/application.sh`, applicationScript(fleet, member)),
      script(`pipelines/${name}/health.sh`, healthScript(fleet, member)),
      script(`pipelines/${name}/verify.sh`, verifyScript(fleet, member)),
      script(`access/${name}/fill-secrets.sh`, stub(`cp "$STATE/published" "$STATE/logins-${name}"`)),
      script(
        `access/${name}/publish-login.sh`,
        stub(
          `[ "$(grep -c '^publish-login' "$STATE/log")" -gt ${unfilled} ] || exit 2`,
          `echo ${name} >> "$STATE/published"`,
        ),
      ),
    ];
  });
  const bin = Object.entries(stubs).map(([name, content]) => script(`bin/${name}`, content));
  const world = [
    { path: "published", content: old ? SITES.map((each) => `${each}\n`).join("") : "" },
    { path: "down", content: down },
    { path: "work/none", content: "" },
    ...(old ? SITES.map((each) => ({ path: `logins-${each}`, content: `${SITES.join("\n")}\n` })) : []),
  ];
  return inFolder([...files, ...bin, ...world], (folder) => {
    const runs: Run[] = [];
    for (const [site, name, argument = ""] of steps) {
      const given = argument === "" ? [] : [argument];
      writeFileSync(join(folder, "log"), "");
      const { status, stdout, stderr } = spawnSync(join(folder, `pipelines/${site}/${name}.sh`), given, {
        encoding: "utf8",
        env: {
          PATH: `${folder}/bin:${process.env["PATH"] ?? ""}`,
          STATE: folder,
          SITES: SITES.join(" "),
          HOLDFAST_WORK_DIR: join(folder, "work"),
          DEPLOYER_KUBECONFIG: "apiVersion: v1",
          ...environment,
        },
      });
      const log = join(folder, "log");
      const calls = existsSync(log) ? readFileSync(log, "utf8").trimEnd().replaceAll(folder, "").split("\n") : [];
      runs.push({ status, stdout, stderr, calls });
      if (status !== 0) break;
    }
    return runs;
  });
}

const runOne = (fleet: Fleet, step: Step, situation?: Situation) => runStages(fleet, [step], situation)[0]!;
const position = ({ calls }: Run, call: string) => calls.findIndex((each) => each.includes(call));

describe("a first deployment (R81, R92)", () => {
  const steps = stagesOf(bank)
    .filter(({ modes, script }) => modes.includes("first-deploy") && /\/(?:application|verify)\.sh$/.test(script))
    .map(({ site = "", script, argument = "" }): Step => {
      const name = script.replace(/^.*\//, "").replace(/\.sh$/, "");
      return [site, name, argument === "mode" ? "first-deploy" : argument];
    });

  it("gets through in the order of its stages, though no site serves before all have every login", () => {
    expect(steps).toHaveLength(9);
    const runs = runStages(bank, steps);
    expect(runs.map(({ status, stderr }) => [status, status === 0 ? "" : stderr])).toEqual(steps.map(() => [0, ""]));
    // At the end each site is asked whether it runs and serves.
    for (const run of runs.slice(-SITES.length)) {
      expect(run.calls.filter((call) => call.includes("rollout status"))).toHaveLength(3);
      expect(position(run, "curl ")).toBeGreaterThan(position(run, "rollout status"));
    }
  });

  it("publishes the site's login before the application comes, and waits for nothing", () => {
    const run = runOne(bank, ["denver", "application", "first-deploy"]);
    expect(run.status).toBe(0);
    expect(position(run, "publish-login.sh")).toBeGreaterThan(position(run, "/holdfast-system"));
    expect(position(run, "helm upgrade")).toBeGreaterThan(position(run, "publish-login.sh"));
    expect(run.calls.filter((call) => /--wait|rollout status|^curl/.test(call))).toEqual([]);
  });

  it("would stop at the first site with the waits of a later deployment", () => {
    expect(runOne(bank, ["denver", "application", "deploy"]).status).toBe(1);
  });
});

describe("a later deployment", () => {
  it.each(["deploy", "redeploy", "upgrade"])(
    "of mode %s waits for the application, and asks whether it serves",
    (mode) => {
      const run = runOne(bank, ["denver", "application", mode], { old: true });
      expect(run.status).toBe(0);
      expect(position(run, "--wait --timeout 10m")).toBeGreaterThan(position(run, "publish-login.sh"));
      expect(position(run, "rollout status")).toBeGreaterThan(position(run, "helm upgrade"));
      expect(position(run, "curl ")).toBeGreaterThan(position(run, "rollout status"));
    },
  );

  it("asks again for a login whose token is not there yet, and not for ever", () => {
    const published = (unfilled: number) => runOne(bank, ["denver", "application", "deploy"], { old: true, unfilled });
    expect(published(3).status).toBe(0);
    const never = published(99);
    expect([never.status, position(never, "helm upgrade")]).toEqual([2, -1]);
    expect(never.calls.filter((call) => call.startsWith("publish-login.sh"))).toHaveLength(10);
  });
});

describe("another site that does not answer", () => {
  const orlando = bank.sites.find(({ name }) => name === "orlando")!.addresses;
  const verified = (down: string, environment = {}) =>
    runOne(bank, ["denver", "verify"], { old: true, down, environment });

  it("is a warning, in the words of what runs it, and holds up nothing (R81)", () => {
    const down = `:${orlando.peering.ingress!.host}:`;
    const run = verified(down);
    expect([run.status, run.stdout]).toEqual([0, ""]);
    expect(run.stderr).toMatch(/warning: orlando does not answer users at 10\.101\.1\.100/);
    expect(run.stderr).not.toContain("seattle does not");
    expect(verified(down, { TF_BUILD: "True" }).stdout).toMatch(/^##vso\[task\.logissue type=warning\]orlando /);
    expect(verified(down, { GITHUB_ACTIONS: "true" }).stdout).toMatch(/^::warning::orlando /);
  });

  it("is not the site itself: that one stops the run", () => {
    const own = bank.sites.find(({ name }) => name === "denver")!.addresses.ingress!;
    expect(verified(`:${own.host}:`).status).toBe(1);
  });
});

describe("a store that an operator runs", () => {
  const all = ["ratings-azure-stack-hub", "ratings-disconnected", "ratings-three-sites"].flatMap((name) => {
    const { fleet } = example(name);
    return membersOf(fleet).flatMap((member) =>
      operatedStoresAt(fleet, member).map(({ store }) => ({ fleet, site: member.name, store: store.name })),
    );
  });

  it.each(all)("has no server of holdfast's applied: $store at $site", ({ fleet, site, store }) => {
    const folder = `--filename /kubernetes/${site}/${fleet.application.namespace}/${store}`;
    const applied = (operated: string) =>
      runOne(fleet, [site, "application", "first-deploy"], { environment: { HOLDFAST_OPERATED_STORES: operated } });
    const [own, operators] = [applied(""), applied(store)];
    expect([own.status, operators.status]).toEqual([0, 0]);
    expect(position(own, folder)).toBeGreaterThan(-1);
    expect(operators.calls.filter((call) => call.includes(store))).toEqual([]);
    expect(operators.calls).toEqual(own.calls.filter((call) => !call.includes(folder)));
  });
});
