import type { ResourceBody, Template } from "./template.ts";
import { parameter } from "./template.ts";

export interface VaultVersions {
  readonly vaults: string;
  readonly locks: string;
}

/**
 * A vault with two kinds of people: those who read when they deploy, and those who fill it. Secrets themselves are put in by a
 * person or a pipeline, never by a template. Whoever deploys needs the right `Microsoft.KeyVault/vaults/deploy/action` as well.
 */
export function vaultTemplate(
  name: string,
  place: Pick<ResourceBody, "location" | "tags">,
  versions: VaultVersions,
): Template {
  return {
    parameters: {
      vaultName: { type: "string", about: "3 to 24 letters, digits and hyphens.", value: name },
      readerObjectId: {
        type: "string",
        about: "Object id of the identity, or group of identities, that deploys: it reads secrets.",
        fromShell: "$DEPLOYER_OBJECT_ID",
      },
      administratorObjectId: {
        type: "string",
        about: "Object id of the group that fills the vault.",
        fromShell: "$VAULT_ADMINISTRATORS_OBJECT_ID",
      },
    },
    resources: [
      {
        type: "Microsoft.KeyVault/vaults",
        apiVersion: versions.vaults,
        name: `[${parameter("vaultName")}]`,
        ...place,
        properties: {
          tenantId: "[subscription().tenantId]",
          sku: { family: "A", name: "standard" },
          enabledForDeployment: false,
          enabledForDiskEncryption: false,
          // Templates and AKS Engine take secrets from here.
          enabledForTemplateDeployment: true,
          accessPolicies: [
            accessPolicy("readerObjectId", ["get", "list"]),
            accessPolicy("administratorObjectId", ["get", "list", "set", "delete", "backup", "restore", "recover"]),
          ],
        },
      },
      {
        type: "Microsoft.KeyVault/vaults/providers/locks",
        apiVersion: versions.locks,
        name: `[concat(${parameter("vaultName")}, '/Microsoft.Authorization/keep')]`,
        dependsOn: [`[resourceId('Microsoft.KeyVault/vaults', ${parameter("vaultName")})]`],
        properties: { level: "CanNotDelete", notes: "Every deployment of the site reads its secrets here." },
      },
    ],
    outputs: {
      vaultId: { type: "string", value: `[resourceId('Microsoft.KeyVault/vaults', ${parameter("vaultName")})]` },
    },
  };
}

function accessPolicy(objectId: string, secrets: readonly string[]) {
  return { tenantId: "[subscription().tenantId]", objectId: `[${parameter(objectId)}]`, permissions: { secrets } };
}
