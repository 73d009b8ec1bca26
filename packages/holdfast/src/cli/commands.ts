import type { CommandEntry } from "./command.ts";

/** The registry: a line a command, in the order of `holdfast help`. What a command is stands in command.ts. */
export const commands: readonly CommandEntry[] = [
  {
    name: "init",
    summary: "write a commented fleet file to start from",
    load: () => import("./init/index.ts"),
  },
  {
    name: "check",
    summary: "is the design sound? every problem and finding, with its line",
    load: () => import("./check/index.ts"),
  },
  {
    name: "explain",
    summary: "what a rule or a problem code means, why, and how to put it right",
    load: () => import("./explain/index.ts"),
  },
  {
    name: "lab",
    summary: "run the whole fleet on this machine, and break it",
    load: () => import("./lab/index.ts"),
  },
  {
    name: "render",
    summary: "write what each site's cluster should run, for review in Git",
    load: () => import("./render/index.ts"),
  },
  {
    name: "status",
    summary: "who is primary, who has the data, what the sites say of each other",
    load: () => import("./status/index.ts"),
  },
  {
    name: "switchover",
    summary: "make another site primary, as planned and without loss",
    load: () => import("./switchover/index.ts"),
  },
  {
    name: "failover",
    summary: "make a site primary although commits are lost, where no site can take over by itself",
    load: () => import("./failover/index.ts"),
  },
  {
    name: "rebuild-register",
    summary: "begin a store's register anew, when its voters have lost it",
    load: () => import("./rebuild-register/index.ts"),
  },
  {
    name: "schema",
    summary: "print the JSON Schema of the fleet file, for editors",
    load: () => import("./schema/index.ts"),
  },
  {
    name: "simulate",
    summary: "thousands of disasters in minutes: is a write ever lost, and how long can nobody write?",
    load: () => import("./simulate/index.ts"),
  },
];
