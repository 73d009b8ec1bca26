import { existsSync } from "node:fs";
import { readlink } from "node:fs/promises";
import { resolve } from "node:path";
import { InvalidArgumentError, Option } from "commander";
import { connectContext, connectKubeconfig, knownContexts } from "../adapters/kubernetes/index.ts";
import { HoldfastError } from "../base/index.ts";
import { membersOf } from "../core/spec/index.ts";
import type { Fleet, SiteName } from "../core/spec/index.ts";
import { LabClient } from "../lab/index.ts";
import type { LabStatus } from "../lab/index.ts";
import { ClusterError } from "../ports/index.ts";
import type { Cluster } from "../ports/index.ts";
import { loadFleet } from "./fleet-file.ts";

/** A site of the fleet or its witness, and its cluster. */
export interface Place {
  readonly name: SiteName;
  readonly role: "site" | "witness";
  /** Rejects with a ClusterError where it is not known how to reach it. */
  readonly connect: () => Promise<Cluster>;
}

export interface FleetPlaces {
  readonly fleet: Fleet;
  readonly places: readonly Place[];
}

export type Contexts = Readonly<Record<string, string>>;

const USUAL_FILE = "holdfast.yaml";

export function contextOption(): Option {
  return new Option("--context <site=name>", "a site's context in your kubeconfig, where it is not the site's name")
    .argParser(parseContext)
    .default({}, "contexts named like the sites; in a lab, the lab's own");
}

/**
 * The fleet's clusters, as whoever runs the command reaches them: what `--context` names; else the lab's where one runs that fleet; else the context
 * that is named like the site. Without a file in this folder, a lab's own file is meant. `require` throws what is wrong with the question
 * itself: that comes before whether anybody can be asked.
 */
export async function findClusters(
  file: string | undefined,
  contexts: Contexts,
  require: (fleet: Fleet) => unknown = () => undefined,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<FleetPlaces> {
  const lab = await runningLab(environment);
  const { fleet } = await loadFleet(file ?? (await usualFile(lab)));
  require(fleet);
  const members = membersOf(fleet);
  requireKnown(Object.keys(contexts), members);
  const known = knownContexts(environment);
  const labSites = lab?.fleet === fleet.name ? lab.sites : [];
  let reachable = 0;
  const places = members.map(({ name, role }): Place => {
    const kubeconfig = labSites.find((site) => site.name === name)?.kubeconfig;
    if (contexts[name] === undefined && kubeconfig !== undefined) {
      reachable += 1;
      return { name, role, connect: once(() => connectKubeconfig(kubeconfig)) };
    }
    const context = contexts[name] ?? name;
    if (known.includes(context)) reachable += 1;
    return { name, role, connect: once(() => connectKnown(context, known, environment)) };
  });
  if (reachable === 0) throw clustersUnknown(fleet.name, members[0]?.name ?? "SITE", known);
  return { fleet, places };
}

/** Its connections are kept from one question to the next. */
function once(connect: () => Promise<Cluster>): () => Promise<Cluster> {
  let connected: Promise<Cluster> | undefined;
  return () => (connected ??= connect());
}

function connectKnown(context: string, known: readonly string[], environment: NodeJS.ProcessEnv): Promise<Cluster> {
  if (!known.includes(context))
    return Promise.reject(new ClusterError("invalid", `your kubeconfig has no context ${context}`));
  return new Promise((connected) => connected(connectContext(context, environment)));
}

async function runningLab(environment: NodeJS.ProcessEnv): Promise<LabStatus | undefined> {
  try {
    return await new LabClient(environment).status();
  } catch (error) {
    if (error instanceof HoldfastError) return undefined;
    throw error;
  }
}

async function usualFile(lab: LabStatus | undefined): Promise<string> {
  if (!lab || existsSync(USUAL_FILE)) return USUAL_FILE;
  // It is named as it was from where the lab was started.
  const there = await readlink(`/proc/${lab.supervisor}/cwd`).catch(() => ".");
  return resolve(there, lab.file);
}

function parseContext(text: string, before: Contexts): Contexts {
  const [, site, name] = /^([^=]+)=(.+)$/.exec(text) ?? [];
  if (site === undefined || name === undefined) throw new InvalidArgumentError("it is SITE=NAME.");
  return { ...before, [site]: name };
}

function requireKnown(named: readonly string[], members: readonly { readonly name: string }[]): void {
  const unknown = named.find((name) => !members.some((member) => member.name === name));
  if (unknown === undefined) return;
  const hint = `Its sites are ${members.map(({ name }) => name).join(", ")}.`;
  throw new HoldfastError([{ code: "site-unknown", message: `the fleet has no site "${unknown}"`, hint }]);
}

function clustersUnknown(fleet: string, site: string, known: readonly string[]): HoldfastError {
  const contexts = known.length === 0 ? "it has none" : `it has ${known.join(", ")}`;
  return new HoldfastError([
    {
      code: "clusters-unknown",
      message: `no lab runs ${fleet}, and no context of your kubeconfig is named like one of its sites (${contexts})`,
      hint: `Name them: --context ${site}=NAME.`,
    },
  ]);
}
