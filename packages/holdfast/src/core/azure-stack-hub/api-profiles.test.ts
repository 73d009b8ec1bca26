import { describe, expect, it } from "vitest";
import { hubApiVersion } from "./api-profiles.ts";
import type { HubResourceType } from "./api-profiles.ts";
import { reference, referenceJson } from "./testing/reference.ts";

const types: readonly HubResourceType[] = [
  "Microsoft.Authorization/locks",
  "Microsoft.Authorization/roleAssignments",
  "Microsoft.Compute/virtualMachines",
  "Microsoft.Compute/virtualMachines/extensions",
  "Microsoft.KeyVault/vaults",
  "Microsoft.Network/connections",
  "Microsoft.Network/localNetworkGateways",
  "Microsoft.Network/networkInterfaces",
  "Microsoft.Network/networkSecurityGroups",
  "Microsoft.Network/publicIPAddresses",
  "Microsoft.Network/virtualNetworkGateways",
  "Microsoft.Network/virtualNetworks",
  "Microsoft.Network/virtualNetworks/subnets",
];

interface Profile {
  readonly profile: string;
  readonly resourceTypes: Readonly<Record<string, string>>;
  readonly notOfferedOnHub: readonly string[];
  readonly olderProfile: Readonly<Record<string, string>>;
}

describe.skipIf(reference === undefined)("API versions of a Hub (skipped where shared/reference is absent)", () => {
  const facts = (): Profile => referenceJson("azure-stack-hub/profile-2020-09-01-hybrid.json") as Profile;
  /** A subnet is a part of its network, and has that one's version. */
  const listed = (type: string) => type.split("/").slice(0, 2).join("/");

  it.each(types)("%s has the version of 2020-09-01-hybrid (R130)", (type) => {
    const { profile, resourceTypes, notOfferedOnHub } = facts();
    expect(profile).toBe("2020-09-01-hybrid");
    expect(notOfferedOnHub).not.toContain(type);
    expect(hubApiVersion("2020-09-01-hybrid", type)).toBe(resourceTypes[type] ?? resourceTypes[listed(type)]);
  });

  it.each(types)("%s has the version of 2019-03-01-hybrid (R130)", (type) => {
    const { olderProfile, resourceTypes } = facts();
    expect(olderProfile["profile"]).toBe("2019-03-01-hybrid");
    const provider = type.slice(0, type.indexOf("/"));
    // Of what the older profile's page leaves out, the version has not changed since.
    expect(hubApiVersion("2019-03-01-hybrid", type)).toBe(
      olderProfile[type] ?? olderProfile[provider] ?? resourceTypes[type],
    );
  });
});
