import type { Fleet } from "../../spec/index.ts";
import { providerOf } from "../access/index.ts";
import type { SitePool } from "./agents.ts";
import { modes } from "./plan.ts";
import type { Mode, Stage } from "./plan.ts";

/** What every dialect has to say of a run, decided once: a dialect only words it. */

/** The choices of whoever starts a run. */
export const modeChoice = {
  description: "What for: redeploy is for a site that was lost, the others change one cluster",
  default: "deploy" satisfies Mode,
  options: modes,
} as const;

/** Where a run is told of a site that does not answer. */
export function withoutChoice(stages: readonly Stage[]) {
  const description = "A site that does not answer: nothing is asked of its agents, nor of its cluster";
  return { description, default: "none", options: ["none", ...sitesOf(stages)] } as const;
}

export function siteChoice(stages: readonly Stage[]) {
  return { description: "One site, or all", default: "all", options: ["all", ...sitesOf(stages)] } as const;
}

function sitesOf(stages: readonly Stage[]): readonly string[] {
  return [...new Set(stages.flatMap(({ site }) => (site === undefined ? [] : [site])))];
}

/** For which choices a stage runs; absent: for all. */
export interface Choices {
  readonly modes?: readonly string[];
  readonly of?: {
    /** In a run for this site. */
    readonly site: string;
    /** In a run for all, if the site is not left out. */
    readonly inAll: boolean;
    /** In a run that rebuilds one of these, if the site is not left out: its peers have to learn its new address and logins. */
    readonly rebuilt: readonly string[];
  };
}

/**
 * A run for one site asks nothing of another, which may be dead: its agents would never come, and hold everything up. Only one that
 * rebuilds a site has work elsewhere, and leaves out what whoever starts it says does not answer.
 */
export function choicesOf({ modes: forModes, site, alsoFor }: Stage): Choices {
  // What changes the nodes of a cluster is asked for by the site's name.
  const inAll = forModes.includes("deploy") || forModes.includes("first-deploy");
  return {
    ...(forModes.length === modes.length ? {} : { modes: forModes }),
    ...(site === undefined ? {} : { of: { site, inAll, rebuilt: alsoFor } }),
  };
}

export const rebuilding = "redeploy" satisfies Mode;

/** When a pool is taken: in a run for `site`, or in one that is for none of `others` and leaves `lost` out, or does not. */
export interface PoolUse extends SitePool {
  readonly others: readonly string[];
  readonly lost?: { readonly site: string; readonly leftOut: boolean };
}

/** Exactly one holds in each run. One site can be left out, so the second pool is all that the first needs behind it. */
export function poolUses(pools: readonly SitePool[]): readonly PoolUse[] {
  const sites = pools.map(({ site }) => site);
  const [first = ""] = sites;
  return pools.map((each, index) => ({
    ...each,
    others: sites.filter((site) => site !== each.site),
    ...(index < 2 ? { lost: { site: first, leftOut: index === 1 } } : {}),
  }));
}

/** A person is asked between the sites of a whole delivery; who names a site or another mode has decided already. */
export const approvedChoices = { mode: "deploy" satisfies Mode, site: "all" } as const;

export function approvalOf({ site }: Stage) {
  return {
    title: `May ${site ?? "the next"} be changed?`,
    instructions: `The sites before ${site ?? ""} were changed and are healthy. Look at them, then go on.`,
  };
}

/** Which environment of the service a stage is in. */
export function environmentName(fleet: Fleet, { site }: Stage): string {
  return site === undefined ? fleet.name : `${fleet.name}-${site}`;
}

/** What is signed in to public Azure: the scripts fetch from its vault what their cluster's Secrets hold, and put back what they make. */
export function needsAzure({ access }: Fleet, { id }: Stage): boolean {
  return id === "azure" || (id !== "check" && access.secrets.kind === "azure-key-vault");
}

/** The name of the login to public Azure that a person sets up. The Hubs have none: their scripts sign in themselves. */
export function azureLogin({ name }: Fleet): string {
  return `${name}-azure`;
}

/** What opens HashiCorp's vault. */
export const vaultLogin = ["VAULT_ROLE_ID", "VAULT_SECRET_ID"] as const;

export function needsVault({ access }: Fleet, { id, secrets }: Stage): boolean {
  return access.secrets.kind === "hashicorp-vault" && id !== "check" && (secrets.length > 0 || id !== "azure");
}

export interface StageSecret {
  readonly env: string;
  /** Its name where it is kept. */
  readonly reference: string;
}

export function secretsOf(fleet: Fleet, { secrets }: Stage): readonly StageSecret[] {
  const provider = providerOf(fleet);
  return secrets.map(({ env, value }) => ({ env, reference: provider.reference(value) }));
}

/** True where the service keeps the secrets itself, and puts each into the environment of the script that names it. */
export function keptByService({ access }: Fleet): boolean {
  return access.secrets.kind === "kubernetes";
}

export function scriptOf({ script }: Stage): string {
  return `rendered/${script}`;
}

/** The script with its argument; the mode is one of a list, and comes in the dialect's own words. */
export function commandOf(stage: Stage, mode: string): string {
  const { argument } = stage;
  return [scriptOf(stage), ...(argument === undefined ? [] : [argument === "mode" ? mode : argument])].join(" ");
}

/** The words before a command that fetch its secrets into its environment; none where the service does. */
export function fetching(fleet: Fleet, stage: Stage): readonly string[] {
  const secrets = keptByService(fleet) ? [] : secretsOf(fleet, stage);
  if (secrets.length === 0) return [];
  return ["rendered/access/_secrets/run-with.sh", ...secrets.map(({ env, reference }) => `${env}=${reference}`), "--"];
}

/** AKS Engine's encrypted output, kept by the service: without it a cluster can be neither scaled nor upgraded. */
export const keptState = {
  variable: "HOLDFAST_STATE_COPY",
  restore: "What AKS Engine wrote last, encrypted",
  keep: "Keep what AKS Engine wrote, encrypted",
  artifact: (site: string) => `aks-engine-state-${site}`,
} as const;
