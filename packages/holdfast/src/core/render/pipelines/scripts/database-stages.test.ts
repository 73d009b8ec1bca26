import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Fleet } from "../../../spec/index.ts";
import { membersOf } from "../../../spec/index.ts";
import { example } from "../../testing/example-fleets.ts";
import { inFolder } from "../../testing/shell-scripts.ts";
import { stagesOf } from "../plan.ts";
import { databasesScript } from "./database-stages.ts";

/** Answers the first line of `answers` whose beginning stands in its arguments; nothing else is there. Refuses what `refuses` says. */
const KUBECTL = `#!/usr/bin/env bash
printf '%s\\n' "$*" >> "$STATE/log"
while IFS='|' read -r asked answer code; do
  case "$*" in *"$asked"*) [ -z "$answer" ] || printf '%s\\n' "$answer"; exit "\${code:-0}" ;; esac
done < "$STATE/answers"
`;

interface Run {
  readonly status: number | null;
  readonly stderr: string;
  readonly calls: readonly string[];
}

function run(fleet: Fleet, site: string, mode: string, answers: readonly string[], operated: string): Run {
  const member = membersOf(fleet).find(({ name }) => name === site)!;
  const script = (path: string, content: string) => ({ path, content, executable: true });
  const files = [
    script(`pipelines/${site}/databases.sh`, databasesScript(fleet, member)!),
    script(`access/${site}/fill-secrets.sh`, '#!/bin/sh\necho fill-secrets >> "$STATE/log"\n'),
    script("bin/kubectl", KUBECTL),
    script("bin/sleep", "#!/bin/sh\n"),
    { path: "work/none", content: "" },
  ];
  return inFolder(files, (folder) => {
    writeFileSync(join(folder, "answers"), answers.map((line) => `${line}\n`).join(""));
    const { status, stderr } = spawnSync(join(folder, `pipelines/${site}/databases.sh`), [mode], {
      encoding: "utf8",
      env: {
        PATH: `${folder}/bin:${process.env["PATH"] ?? ""}`,
        STATE: folder,
        HOLDFAST_WORK_DIR: join(folder, "work"),
        ADMIN_KUBECONFIG: "apiVersion: v1",
        HOLDFAST_OPERATED_STORES: operated,
      },
    });
    const log = join(folder, "log");
    const calls = existsSync(log) ? readFileSync(log, "utf8").trimEnd().replaceAll(folder, "").split("\n") : [];
    return { status, stderr, calls };
  });
}

const changes = ({ calls }: Run) => calls.filter((call) => / apply /.test(call) && !call.includes("--dry-run=server"));

const bank = example("ratings-three-sites").fleet;
const hubs = example("ratings-azure-stack-hub").fleet;
const CLUSTER = "clusters.postgresql.cnpg.io/ratings-db";
const PSMDB = "perconaservermongodbs.psmdb.percona.com/ratings-mongodb";
const KINDS = "get customresourcedefinitions|there";
const SECRETS = [
  "get secret ratings-db-ca|tls.crt tls.key ",
  "get secret ratings-db-app|username password ",
  "get secret ratings-db-backup-|AZURE_STORAGE_ACCOUNT_NAME AZURE_STORAGE_ACCOUNT_KEY ",
  "get secret ratings-mongodb-ca|tls.crt tls.key ",
  "get secret ratings-mongodb-app|username password ",
  `get secret ratings-mongodb-users|${["BACKUP", "DATABASE_ADMIN", "CLUSTER_ADMIN", "CLUSTER_MONITOR", "USER_ADMIN"].map((user) => `MONGODB_${user}_USER MONGODB_${user}_PASSWORD`).join(" ")}`,
  "get secret ratings-mongodb-encryption-key|encryption-key ",
  "get secret ratings-mongodb-keyfile|mongodb-key ",
  "get secret ratings-mongodb-backup-|AZURE_STORAGE_ACCOUNT_NAME AZURE_STORAGE_ACCOUNT_KEY ",
];
const led = (primary: string) => [`get ${CLUSTER} --output jsonpath|${primary}`, `get ${CLUSTER}|${CLUSTER}`];

describe("who runs a store", () => {
  it.each([
    ["nobody named it", ""],
    ["Azure Pipelines has no such variable", "$(HOLDFAST_OPERATED_STORES)"],
  ])("is holdfast where %s: nothing is changed", (_, operated) => {
    const done = run(bank, "seattle", "deploy", [], operated);
    expect([done.status, changes(done)]).toEqual([0, []]);
    expect(done.stderr).toContain("nothing to do");
  });

  it("is asked again where the name is no store's", () => {
    const done = run(bank, "seattle", "deploy", [], "ratings-bd");
    expect([done.status, done.calls]).toEqual([2, []]);
    expect(done.stderr).toContain("names ratings-bd, which is no store of this fleet: it has ratings-db");
  });

  it("is never two: neither beside holdfast's own servers nor beside an operator's", () => {
    const beside = run(
      bank,
      "seattle",
      "deploy",
      ["get statefulsets|statefulset.apps/ratings-db", KINDS],
      "ratings-db",
    );
    expect([beside.status, changes(beside)]).toEqual([2, []]);
    expect(beside.stderr).toContain("two managers of one database lose data");
    const forgotten = run(bank, "seattle", "deploy", [KINDS, ...led("seattle")], "");
    expect([forgotten.status, changes(forgotten)]).toEqual([2, []]);
    expect(forgotten.stderr).toContain("HOLDFAST_OPERATED_STORES does not name it");
  });
});

describe("a store that an operator runs (R82, R92, R97)", () => {
  it("is checked and shown before it is changed, and ready after it", () => {
    const done = run(bank, "seattle", "deploy", [KINDS, ...SECRETS, ...led("seattle")], "ratings-db");
    expect([done.status, done.stderr]).toEqual([
      0,
      expect.stringContaining("ratings-db is ready at seattle") as string,
    ]);
    const at = (part: string) => done.calls.findIndex((call) => call.includes(part));
    const order = [
      at("fill-secrets"),
      at("get secret"),
      at("--dry-run=server"),
      at(" diff "),
      at(
        "apply --server-side --field-manager holdfast --force-conflicts --filename /databases/seattle/ratings-db/certificates.yaml",
      ),
      at("wait certificates.cert-manager.io/ratings-db-server"),
      done.calls.findLastIndex((call) => / apply /.test(call)),
      at(`wait ${CLUSTER} --for=condition=Ready`),
    ];
    expect(order).not.toContain(-1);
    expect(order).toEqual(order.toSorted((a, b) => a - b));
  });

  it("needs Secrets that people make: all that lack are named, no value is read, and nothing is changed", () => {
    const done = run(bank, "seattle", "deploy", [KINDS, ...SECRETS.slice(1), ...led("seattle")], "ratings-db");
    expect([done.status, changes(done)]).toEqual([2, []]);
    expect(done.stderr).toMatch(/the key tls\.crt of[^]*the key tls\.key of[^]*refused: a person makes these first/);
    expect(done.calls.filter((call) => call.includes("get secret")).every((call) => !/yaml|json/.test(call))).toBe(
      true,
    );
  });

  it("is not begun anew where it was: only a first deployment begins it, and only where it begins", () => {
    const again = run(bank, "seattle", "redeploy", [KINDS, ...SECRETS], "ratings-db");
    expect([again.status, changes(again)]).toEqual([2, []]);
    expect(again.stderr).toContain("a new one of seattle begins empty");
    expect(run(bank, "seattle", "first-deploy", [KINDS, ...SECRETS], "ratings-db").status).toBe(0);
    expect(run(bank, "orlando", "redeploy", [KINDS, ...SECRETS], "ratings-db").status).toBe(0);
    const main = run(hubs, "seattle", "redeploy", [KINDS, ...SECRETS], "ratings-mongodb");
    expect([main.status, changes(main)]).toEqual([2, []]);
  });

  it("is not moved back where a person moved it", () => {
    const done = run(bank, "orlando", "deploy", [KINDS, ...SECRETS, ...led("orlando")], "ratings-db");
    expect([done.status, changes(done)]).toEqual([2, []]);
    expect(done.stderr).toContain(".spec.replica.primary is orlando here, and seattle in the files");
    const managed = [`get ${PSMDB} --output jsonpath|false`, `get ${PSMDB}|${PSMDB}`];
    expect(run(hubs, "orlando", "deploy", [KINDS, ...SECRETS, ...managed], "ratings-mongodb").status).toBe(2);
  });

  it("waits for the primary's site in a first deployment, and comes when that is there", () => {
    const first = run(bank, "denver", "first-deploy", [KINDS, ...SECRETS], "ratings-db");
    expect([first.status, changes(first)]).toEqual([0, []]);
    expect(first.stderr).toContain("ratings-db comes here when it is at seattle");
    const rest = run(bank, "denver", "rest", [KINDS, ...SECRETS], "ratings-db");
    expect([rest.status, changes(rest).length]).toEqual([0, 2]);
    const ids = stagesOf(bank).map(({ id }) => id);
    expect(ids.indexOf("databases_rest_denver")).toBeGreaterThan(ids.indexOf("databases_seattle"));
    expect(ids).not.toContain("databases_rest_seattle");
  });

  it("has members that only run before MongoDB's main site is there, and that see a primary after", () => {
    const pods = "get pods|one";
    const first = run(hubs, "orlando", "first-deploy", [KINDS, ...SECRETS, pods], "ratings-mongodb");
    expect(first.calls.at(-1)).toContain("wait pods --selector app.kubernetes.io/instance=ratings-mongodb");
    const ready = run(hubs, "orlando", "ready", [KINDS], "ratings-mongodb");
    expect([ready.status, changes(ready)]).toEqual([0, []]);
    expect(ready.calls.at(-1)).toContain(`wait ${PSMDB} --for=jsonpath={.status.state}=ready`);
  });

  it.each([
    ["does not answer", ["get statefulsets||1"]],
    ["lacks the operator", SECRETS],
    ["refuses the resource", [KINDS, ...SECRETS, ...led("seattle"), "--dry-run=server||1"]],
    ["cannot say what would change", [KINDS, ...SECRETS, ...led("seattle"), " diff ||2"]],
  ])("is left as it is where the cluster %s", (_, answers) => {
    const done = run(bank, "seattle", "deploy", answers, "ratings-db");
    expect(done.status).not.toBe(0);
    expect(changes(done)).toEqual([]);
  });

  it("goes on where something would change, and stops where it does not get ready", () => {
    const answers = [KINDS, ...SECRETS, ...led("seattle")];
    expect(run(bank, "seattle", "deploy", [" diff ||1", ...answers], "ratings-db").status).toBe(0);
    expect(run(bank, "seattle", "deploy", [`wait ${CLUSTER}||1`, ...answers], "ratings-db").status).toBe(1);
  });
});
