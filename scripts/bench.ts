// npm run bench [-- NAME [ARGUMENTS]]: each benchmark prints its own figures; without a name, all of them run.

export {};
const benchmarks: Readonly<Record<string, () => Promise<{ run(arguments_: readonly string[]): Promise<void> }>>> = {
  dns: () => import("../packages/holdfast/benches/dns.ts"),
  "fault-analysis": () => import("../packages/holdfast/benches/fault-analysis.ts"),
  failover: () => import("../packages/holdfast/benches/failover.ts"),
  lab: () => import("../packages/holdfast/benches/lab.ts"),
  scale: () => import("../packages/holdfast/benches/scale.ts"),
};

const [name, ...rest] = process.argv.slice(2);
const chosen = name === undefined ? Object.keys(benchmarks) : [name];
for (const each of chosen) {
  const load = benchmarks[each];
  if (load === undefined) {
    console.error(`no benchmark "${each}"; there are ${Object.keys(benchmarks).join(", ")}`);
    process.exit(2);
  }
  console.log(`\n# ${each}`);
  await (await load()).run(rest);
}
