import { readFile } from "node:fs/promises";
import { HoldfastError } from "../../base/index.ts";
import { LabClient } from "../../lab/index.ts";
import type { LabStatus } from "../../lab/index.ts";
import type { Terminal } from "../terminal.ts";
import { json } from "./json.ts";

interface KubeconfigOptions {
  readonly format: "text" | "json";
  readonly path?: boolean;
}

/** Prints how kubectl reaches a site: the kubeconfig itself, or where it lies. */
export async function printKubeconfig(name: string, options: KubeconfigOptions, terminal: Terminal): Promise<void> {
  const { kubeconfig } = siteNamed(await new LabClient().status(), name);
  if (options.format === "json") terminal.out(json({ site: name, path: kubeconfig }));
  else terminal.out(options.path === true ? `${kubeconfig}\n` : await readFile(kubeconfig, "utf8"));
}

export function siteNamed(status: LabStatus, name: string): LabStatus["sites"][number] {
  const found = status.sites.find((site) => site.name === name);
  if (found) return found;
  const known = status.sites.map((site) => site.name).join(", ");
  throw new HoldfastError([
    { code: "lab-site-unknown", message: `the lab has no site "${name}"`, hint: `Its sites are ${known}.` },
  ]);
}
