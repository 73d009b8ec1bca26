import type { IncomingHttpHeaders } from "node:http";
import { badRequest } from "../answer.ts";
import { forbidden } from "./authorization.ts";
import type { Authorizer } from "./authorization.ts";
import { authenticated } from "./user.ts";
import type { User } from "./user.ts";

/** `kubectl --as`: the user that the Impersonate-* headers name, if the one who asks may impersonate it. */
export function impersonated(headers: IncomingHttpHeaders, user: User, authorizer: Authorizer): User {
  const name = headers["impersonate-user"];
  const groups = listOf(headers["impersonate-group"]);
  if (name === undefined && groups.length === 0) return user;
  if (typeof name !== "string" || name === "") throw badRequest("requested groups without impersonating a user");

  const [, namespace, account] = /^system:serviceaccount:([^:]+):(.+)$/.exec(name) ?? [];
  const wanted = [
    namespace === undefined || account === undefined
      ? { resource: "users", name }
      : { resource: "serviceaccounts", namespace, name: account },
    ...groups.map((group) => ({ resource: "groups", name: group })),
  ];
  for (const each of wanted) {
    const attempt = { kind: "resource", verb: "impersonate", group: "", ...each } as const;
    if (!authorizer.allows(user, attempt)) throw forbidden(user, attempt);
  }
  const implied = namespace === undefined ? [] : ["system:serviceaccounts", `system:serviceaccounts:${namespace}`];
  return authenticated({ name, groups: groups.length > 0 ? groups : implied });
}

/** Node joins repeated headers with ", ". */
function listOf(header: string | string[] | undefined): readonly string[] {
  if (header === undefined) return [];
  return typeof header === "string" ? header.split(", ") : header;
}
