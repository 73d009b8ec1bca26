import { cpSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { textOf } from "./fleets.ts";
import { CLIENT_SECRET, PRIVATE_KEY, Sandbox, ids } from "./sandbox.ts";

/** The scripts' tests work on one site of one example; a shell takes a while, so what all need is made once. */
export const fleetText = textOf("ratings-azure-stack-hub");
export const STATE = "ratings-hubs/seattle";

/** Where the output is while a command runs. */
export const outputIn = (sandbox: Sandbox): string =>
  join(sandbox.memory, `holdfast-aks-engine-${process.getuid?.() ?? 0}-ratings-hubs-seattle/_output/ratings`);

/** Has a generation been stored, and noted? A command that is killed in between leaves it to people to compare the two. */
export function hasStored(sandbox: Sandbox): boolean {
  const note = join(outputIn(sandbox), "../../generation");
  return existsSync(note) && readFileSync(note, "utf8") === "1\n";
}

export const authentication = [
  ...["--azure-env", "AzureStackCloud", "--subscription-id", ids.subscription, "--identity-system", "azure_ad"],
  ...["--auth-method", "client_secret", "--client-id", ids.client, "--client-secret", CLIENT_SECRET],
];

export const place = ["--location", "seattle", "--resource-group", "ratings-seattle-k8s"];

let stored: Promise<Sandbox> | undefined;

/** The sandbox as it is when the cluster was built. */
export async function deployed(sandbox: Sandbox): Promise<void> {
  stored ??= deployOnce();
  cpSync((await stored).state, sandbox.state, { recursive: true });
}

/** For `afterAll`. */
export async function forgetDeployed(): Promise<void> {
  const first = stored;
  // Files of one worker share this module.
  stored = undefined;
  (await first)?.close();
}

async function deployOnce(): Promise<Sandbox> {
  const first = new Sandbox(fleetText);
  expect(await first.run("seattle/deploy.sh")).toMatchObject({ code: 0 });
  return first;
}

export function expectNothingPlain(sandbox: Sandbox): void {
  expect(sandbox.leftovers()).toEqual([]);
  expect(sandbox.filesWith(PRIVATE_KEY)).toEqual([]);
  expect(sandbox.filesWith(CLIENT_SECRET)).toEqual([]);
}
