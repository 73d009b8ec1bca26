import type { Group } from "../../spec/index.ts";
import type { HubPlace } from "./hub-place.ts";
import { hubResource } from "./hub-place.ts";
import { parameterForText, shellVariable } from "./names.ts";
import { parameter } from "./template.ts";
import type { Parameter, Template } from "./template.ts";

export interface Assignment {
  readonly group: Group;
  readonly role: string;
}

/** The groups that have a role on this site's Hub, each with each of its roles once. */
export function assignmentsAt({ fleet, name }: HubPlace): readonly Assignment[] {
  return fleet.access.groups.flatMap((group) => {
    const here = group.roles.filter(({ plane, sites }) => plane === "azure" && sites.includes(name));
    return [...new Set(here.map(({ role }) => role))].map((role) => ({ group, role }));
  });
}

/**
 * Roles for groups, never for persons, in the cluster's resource group. Who is in an overall group gets the role through the group
 * that has it: the directory nests them, so they are no business of Resource Manager's. A group that is nested only has nothing
 * here.
 */
export function accessTemplate(place: HubPlace): Template | undefined {
  const assignments = assignmentsAt(place);
  if (assignments.length === 0) return undefined;
  const parameters: Record<string, Parameter> = {};
  const named = new Map<string, string>();
  const nameOf = (what: string, text: string, make: () => Parameter): string => {
    const known = named.get(`${what} ${text}`);
    if (known !== undefined) return known;
    const name = parameterForText(what, text, new Set(Object.keys(parameters)));
    named.set(`${what} ${text}`, name);
    parameters[name] = make();
    return name;
  };
  const resources = assignments.map(({ group, role }) => {
    const objectId = nameOf("objectId", group.name, () => groupParameter(group));
    const roleId = nameOf("roleDefinitionId", role, () => roleParameter(role));
    const ids = [objectId, roleId].map(parameter).join(", ");
    return hubResource(place, "Microsoft.Authorization/roleAssignments", `[guid(resourceGroup().id, ${ids})]`, {
      properties: {
        roleDefinitionId: `[concat(subscription().id, '/providers/Microsoft.Authorization/roleDefinitions/', ${parameter(roleId)})]`,
        principalId: `[${parameter(objectId)}]`,
      },
    });
  });
  return { parameters, resources };
}

function groupParameter({ name, purpose, objectId }: Group): Parameter {
  const about = `Object id of the group "${name}". ${purpose}.`;
  return objectId === undefined
    ? { type: "string", about, fromShell: shellVariable("OBJECT_ID", name) }
    : { type: "string", about, value: objectId };
}

/** Built-in roles have the same names everywhere, but their ids are looked up: a Hub need not have those of public Azure. */
function roleParameter(role: string): Parameter {
  return {
    type: "string",
    about: `Name (a GUID) of the role definition "${role}" on this Hub.`,
    fromShell: shellVariable("ROLE", role),
  };
}
