import type { Fleet } from "../../spec/index.ts";

/** Where what belongs to no site stands in public Azure. */
export function resourceGroupInAzure({ name, traffic }: Fleet): string {
  return traffic.azureTrafficManager?.resourceGroup ?? `${name}-global`;
}
