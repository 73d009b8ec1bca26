import type { Fleet } from "../../spec/index.ts";
import { parameter } from "./template.ts";
import type { Parameter, ResourceBody, Template } from "./template.ts";

export interface VaultVersions {
  readonly vaults: string;
  readonly locks: string;
}

/** Somebody who works with the secrets in a vault, and what that work takes. */
interface VaultPersona {
  /** Of the parameter with the object id. */
  readonly parameter: string;
  readonly about: string;
  readonly fromShell: string;
  readonly secrets: readonly SecretPermission[];
}

type SecretPermission = "get" | "list" | "set" | "delete" | "recover";

/**
 * Whoever fills a vault. Deleting is theirs alone; in public Azure what was deleted keeps its name for weeks, so they can take it
 * back. Nobody purges.
 */
export function vaultAdministrators(extra: readonly SecretPermission[] = []): VaultPersona {
  return {
    parameter: "administratorObjectId",
    about: "Object id of the group that fills the vault.",
    fromShell: "$VAULT_ADMINISTRATORS_OBJECT_ID",
    secrets: ["get", "list", "set", "delete", ...extra],
  };
}

/**
 * The pipeline reads what it deploys, and puts back what it makes itself: kubeconfigs, a gateway's address. Key Vault knows no
 * rights on single secrets, so it could write any of them; it deletes none. Azure Pipelines' own task for vaults asks for `list`
 * as well (azure-pipelines-tasks AzureKeyVaultV2); the scripts do not.
 */
export function vaultPipeline({ delivery }: Fleet): readonly VaultPersona[] {
  if (delivery.kind === "none") return [];
  const list: readonly SecretPermission[] = delivery.kind === "azure-pipelines" ? ["list"] : [];
  return [
    {
      parameter: "pipelineObjectId",
      about: "Object id of the pipeline's identity: it reads secrets, and puts back the logins that it makes.",
      fromShell: "$PIPELINE_OBJECT_ID",
      secrets: ["get", ...list, "set"],
    },
  ];
}

/**
 * A vault, and who may do what with its secrets. They are put in by a person or a pipeline, never by a template. Resource Manager
 * reads them for whoever deploys a template that names one: that takes the right `Microsoft.KeyVault/vaults/deploy/action`, which
 * a Contributor has, and none of the rights given here.
 */
export function vaultTemplate(
  name: string,
  place: Pick<ResourceBody, "location" | "tags">,
  versions: VaultVersions,
  personas: readonly VaultPersona[],
): Template {
  const objectIds = personas.map(({ parameter: of, about, fromShell }): [string, Parameter] => [
    of,
    { type: "string", about, fromShell },
  ]);
  return {
    parameters: {
      vaultName: { type: "string", about: "3 to 24 letters, digits and hyphens.", value: name },
      ...Object.fromEntries(objectIds),
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
          accessPolicies: personas.map(({ parameter: of, secrets }) => accessPolicy(of, secrets)),
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

function accessPolicy(objectId: string, secrets: readonly SecretPermission[]) {
  return { tenantId: "[subscription().tenantId]", objectId: `[${parameter(objectId)}]`, permissions: { secrets } };
}
