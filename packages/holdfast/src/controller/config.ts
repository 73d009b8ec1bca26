import { err, ok } from "../base/index.ts";
import type { Result } from "../base/index.ts";
import type { ControlledFleet, SiteName } from "../core/spec/index.ts";

/** What a controller is told: rendered by core/render/kubernetes into the ConfigMap `holdfast-config`. */
export interface ControllerConfig {
  readonly site: SiteName;
  readonly role: "site" | "witness";
  readonly fleet: ControlledFleet;
}

/**
 * The fleet in it was parsed before it was rendered, by the same version; what is checked here is that this file is that
 * file, and that it is meant for a place that the fleet has.
 */
export function parseControllerConfig(text: string): Result<ControllerConfig, string> {
  let read: Partial<Record<keyof ControllerConfig, unknown>> | null;
  try {
    read = JSON.parse(text) as typeof read;
  } catch {
    return err("it is not JSON");
  }
  const { site, role, fleet } = read ?? {};
  const { sites, witness, traffic, stores, application } = (fleet ?? {}) as Partial<ControlledFleet>;
  if (!sites || !traffic || !stores || !application) return err("`fleet` is no parsed fleet file");
  const places = role === "witness" ? (witness ? [witness] : []) : sites;
  if (role !== "site" && role !== "witness") return err("`role` is neither site nor witness");
  if (!places.some((place) => place.name === site))
    return err(`the fleet has no ${role} named ${JSON.stringify(site)}`);
  return ok({ site: site as SiteName, role, fleet: fleet as ControlledFleet });
}
