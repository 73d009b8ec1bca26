import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { membersOf } from "../../spec/index.ts";
import type { Fleet } from "../../spec/index.ts";
import { compiled } from "../testing/azure-templates.ts";
import { changed, fileOf } from "../testing/example-fleets.ts";
import { githubEvaluator } from "../testing/github-expressions.ts";
import { pipelinesFamily } from "./index.ts";
import { modes, stagesOf } from "./plan.ts";
import type { Stage } from "./plan.ts";

// Rendered data as a reader of YAML would see it: a test that reads a field that is not there fails by itself.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Data = any;

interface Choice {
  readonly mode: string;
  readonly site: string;
  readonly without: string;
}

/** What the service would run: its own conditions, evaluated; the pool is absent where no machine of ours is asked for. */
interface Planned {
  readonly stage: Stage;
  readonly pool?: string;
}

type Reader = (fleet: Fleet) => (choice: Choice) => readonly Planned[];

const github = await githubEvaluator();

const readers = {
  "azure-pipelines": (fleet) => {
    const pipeline = parse(fileOf(pipelinesFamily, fleet, "azure-pipelines.yml"));
    const stages = stagesOf(fleet);
    return (choice) =>
      compiled(pipeline, { ...choice }).stages.flatMap(({ stage: name, jobs, dependsOn, condition }: Data) => {
        // Without either a stage waits for the one before it, and runs when that succeeded.
        expect([dependsOn, condition]).toEqual([undefined, undefined]);
        const stage = stages.find(({ id }) => id === name);
        if (stage === undefined) {
          const asked = stages.find(({ id }) => `approve_${id}` === name)!;
          expect(jobs[0].pool).toBe("server");
          return [{ stage: asked }];
        }
        const [{ pool }] = jobs;
        return [{ stage, ...(pool.name === undefined ? {} : { pool: pool.name as string }) }];
      });
  },
  "github-actions": (fleet) => {
    const { jobs } = parse(fileOf(pipelinesFamily, fleet, "github-actions.yml"));
    const stages = stagesOf(fleet);
    return (choice) =>
      stages.flatMap((stage) => {
        const job = jobs[stage.id];
        if (job.if !== undefined && github(job.if as string, { inputs: { ...choice } }) !== true) return [];
        const runner = job["runs-on"];
        if (!Array.isArray(runner)) return [{ stage }];
        const label = runner[1] as string;
        return [{ stage, pool: label.startsWith("$") ? String(github(label, { inputs: { ...choice } })) : label }];
      });
  },
  jenkins: (fleet) => {
    const text = fileOf(pipelinesFamily, fleet, "Jenkinsfile.groovy");
    const evaluate = (groovy: string, choice: Choice): unknown => {
      const code = groovy
        .replaceAll(/(params\.\w+) in (\[[^\]]*\])/g, "$2.includes($1)")
        .replaceAll(/([!=])=/g, "$1==");
      // eslint-disable-next-line @typescript-eslint/no-implied-eval
      return new Function("params", `return ${code}`)(choice);
    };
    const blocks = text.split(/^ {4}stage\(/m).slice(1);
    const stages = stagesOf(fleet);
    return (choice) =>
      blocks.flatMap((block) => {
        const when = /^ {6}when \{ (beforeAgent|beforeInput) true; expression \{ (.*) \} \}$/m.exec(block);
        if (when !== null && evaluate(when[2]!, choice) !== true) return [];
        const title = /^'(.*)'\) \{$/m.exec(block)![1]!;
        const stage = stages.find((each) => each.title === title);
        if (stage === undefined) {
          const asked = stages.find(({ site }) => title === `May ${site} be changed?`)!;
          expect(when?.[1]).toBe("beforeInput");
          return [{ stage: asked }];
        }
        if (stage.id !== "check" && when !== null) expect(when[1]).toBe("beforeAgent");
        const label = /^ {6}agent \{ label (.*) \}$/m.exec(block)![1]!;
        const inGString = /^"\$\{(.*)\}"$/.exec(label)?.[1];
        return [{ stage, pool: String(evaluate(inGString ?? label, choice)) }];
      });
  },
} satisfies Record<string, Reader>;

const fleets = [
  { example: "ratings-azure-stack-hub", own: "kind: azure-pipelines" },
  { example: "ratings-disconnected", own: "kind: azure-pipelines" },
  { example: "ratings-three-sites", own: "kind: jenkins" },
].flatMap(({ example, own }) =>
  (Object.keys(readers) as (keyof typeof readers)[]).map((kind) => ({
    example,
    kind,
    fleet: changed(
      example,
      [own, `kind: ${kind}`],
      ...(kind === "azure-pipelines" ? [] : ([["  hosting: server\n", ""]] as [string, string][])).filter(
        () => example === "ratings-disconnected",
      ),
    ),
  })),
);

describe.each(fleets)("with a site dead, $kind of $example", ({ kind, fleet }) => {
  const read: Reader = readers[kind];
  const run = read(fleet);
  const members = membersOf(fleet).map(({ name }) => name as string);
  const poolOf: Readonly<Record<string, string>> = fleet.delivery.selfHostedPools;
  const pairs = members.flatMap((dead) => members.filter((site) => site !== dead).map((site) => [dead, site] as const));
  const idsOf = (planned: readonly Planned[]) => planned.map(({ stage }) => stage.id);
  const stages = stagesOf(fleet);
  const own = (site: string, mode: string) =>
    stages.filter((stage) => stage.site === site && stage.modes.some((each) => each === mode));

  it.each(pairs)("%s dead, a run for %s asks nothing of it, in any mode (R95, R96)", (dead, site) => {
    for (const mode of modes) {
      const planned = run({ mode, site, without: dead });
      const where = `${mode} ${site} without ${dead}`;
      expect(idsOf(planned), where).toEqual(expect.arrayContaining(own(site, mode).map(({ id }) => id)));
      for (const { stage, pool } of planned) {
        expect(stage.site, `${where}: ${stage.id}`).not.toBe(dead);
        if (pool !== undefined) expect(pool, `${where}: ${stage.id}`).not.toBe(poolOf[dead]);
      }
    }
  });

  it.each(members.filter((site) => poolOf[site] !== undefined))(
    "a run for %s needs no word of who is dead: all that it asks is its own (R81)",
    (site) => {
      for (const mode of modes.filter((each) => each !== "redeploy")) {
        const planned = run({ mode, site, without: "none" });
        const ours = planned.filter(({ stage }) => stage.site !== undefined);
        expect(idsOf(ours), mode).toEqual(own(site, mode).map(({ id }) => id));
        expect(
          planned.map(({ pool }) => pool).filter((pool) => pool !== undefined && pool !== poolOf[site]),
          mode,
        ).toEqual([]);
      }
    },
  );

  it.each(members)("a run for all without %s changes all others as ever (R81)", (dead) => {
    for (const mode of ["deploy", "first-deploy"]) {
      const planned = run({ mode, site: "all", without: dead });
      const whole = run({ mode, site: "all", without: "none" });
      expect(idsOf(planned), mode).toEqual(idsOf(whole.filter(({ stage }) => stage.site !== dead)));
      expect(
        planned.map(({ pool }) => pool).filter((pool) => pool !== undefined && pool === poolOf[dead]),
        mode,
      ).toEqual([]);
    }
  });

  it.each(pairs)("without %s, the redeploy of %s brings along the tunnels and logins of all others", (dead, site) => {
    const planned = idsOf(run({ mode: "redeploy", site, without: dead }));
    const others = members.filter((each) => each !== dead && each !== site);
    const expected = stages.filter(
      (stage) => others.some((each) => each === stage.site) && /^(connections|verify)_/.test(stage.id),
    );
    if (others.length > 0) expect(expected).not.toEqual([]);
    expect(planned).toEqual(expect.arrayContaining(expected.map(({ id }) => id)));
  });
});

describe("the conditions that are evaluated here", () => {
  const fleet = fleets.find(({ kind }) => kind === "github-actions")!.fleet;
  const { jobs } = parse(fileOf(pipelinesFamily, fleet, "github-actions.yml"));
  const inputs = { mode: "deploy", site: "orlando", without: "none" };

  it("let a job go on after skipped ones, and never after one that failed", () => {
    const condition = jobs.cluster_orlando.if as string;
    expect([github(condition, { inputs }), github(condition, { inputs, failed: true })]).toEqual([true, false]);
  });

  it("take a push, which has no choices, for a deploy of all", () => {
    for (const { id, modes: forModes } of stagesOf(fleet).slice(1))
      expect(github(jobs[id].if as string, { inputs: {} }), id).toBe(forModes.includes("deploy"));
  });
});
