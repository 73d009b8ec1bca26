import type { Fleet } from "../../spec/index.ts";
import { azureType } from "./azure-versions.ts";
import { parameterFor, shellVariable } from "./names.ts";
import { HERE, expression, idOf, parameter } from "./template.ts";
import type { Parameter, Resource, Template } from "./template.ts";

const REGISTRY = "Microsoft.ContainerRegistry/registries";

/**
 * Images and charts (R24), which the clusters pull with the identity that built them (R25): it may pull and nothing else, and
 * nobody has a password. AD FS has no identity that Azure knows, so such sites pull with a secret.
 */
export function containerRegistryTemplate({ registry, sites }: Fleet): Template | undefined {
  if (registry.kind !== "azure-container-registry") return undefined;
  const registryName = parameter("registryName");
  const id = idOf(REGISTRY, expression(registryName));
  const pulling = sites.filter(
    ({ platform }) => platform.kind === "azure-stack-hub" && platform.identity === "azure-ad",
  );
  const role = parameter("pullRoleDefinitionId");
  return {
    parameters: {
      registryName: {
        type: "string",
        about: "5 to 50 letters and digits, unique in the world: the first part of the registry's address.",
        value: registry.server.split(".")[0],
      },
      ...(pulling.length === 0 ? {} : { pullRoleDefinitionId: roleParameter }),
      ...Object.fromEntries(
        pulling.map(({ name }) => [
          parameterFor("pullObjectId", name),
          {
            type: "string",
            about: `Object id of the service principal of the cluster at ${name}.`,
            fromShell: shellVariable("PULL_OBJECT_ID", name),
          } satisfies Parameter,
        ]),
      ),
    },
    resources: [
      {
        ...azureType(REGISTRY),
        name: `[${registryName}]`,
        location: HERE,
        sku: { name: "Standard" },
        properties: { adminUserEnabled: false },
      },
      ...pulling.map(({ name }): Resource => {
        const principal = parameter(parameterFor("pullObjectId", name));
        return {
          ...azureType("Microsoft.Authorization/roleAssignments"),
          name: `[guid(${id}, ${principal}, ${role})]`,
          scope: `[${id}]`,
          dependsOn: [`[${id}]`],
          properties: {
            roleDefinitionId: `[concat(subscription().id, '/providers/Microsoft.Authorization/roleDefinitions/', ${role})]`,
            principalId: `[${principal}]`,
            principalType: "ServicePrincipal",
          },
        };
      }),
    ],
    outputs: { loginServer: { type: "string", value: `[reference(${id}).loginServer]` } },
  };
}

const roleParameter: Parameter = {
  type: "string",
  about: 'Name (a GUID) of the role definition "AcrPull".',
  fromShell: "$ROLE_ACRPULL",
};
