import type { ResourceType } from "../store/index.ts";
import { userInfo } from "./access/index.ts";
import type { Attempt, Authorizer, User } from "./access/index.ts";
import { badRequest } from "./answer.ts";
import type { Cluster, ComputedResource } from "./context.ts";

/** Reviews answer questions about access (`kubectl auth can-i`, `auth whoami`) and are never stored. */
export function reviewResources({
  authorizer,
  tokens,
  now,
}: Pick<Cluster, "authorizer" | "tokens" | "now">): readonly ComputedResource[] {
  const answer = (body: unknown, status: object): object => {
    const { apiVersion, kind, metadata, ...rest } = body as Record<string, unknown>;
    return { kind, apiVersion, metadata: managed(metadata, rest, String(apiVersion), now()), ...rest, status };
  };
  const access = (user: User, spec: AccessSpec): object => ({ allowed: authorizer.allows(user, attemptOf(spec)) });

  return [
    {
      type: reviewType("authorization.k8s.io", "selfsubjectaccessreviews", "SelfSubjectAccessReview"),
      create: ({ user }, _target, body) => answer(body, access(user, specOf(body))),
    },
    {
      type: reviewType("authorization.k8s.io", "subjectaccessreviews", "SubjectAccessReview"),
      create: (_call, _target, body) => answer(body, access(subjectOf(specOf(body)), specOf(body))),
    },
    {
      type: reviewType("authorization.k8s.io", "localsubjectaccessreviews", "LocalSubjectAccessReview", true),
      create: (_call, { namespace }, body) => {
        const spec = specOf(body);
        if (spec.resourceAttributes?.namespace !== namespace) {
          throw badRequest("spec.resourceAttributes.namespace must match metadata.namespace");
        }
        return answer(body, access(subjectOf(spec), spec));
      },
    },
    {
      type: reviewType("authorization.k8s.io", "selfsubjectrulesreviews", "SelfSubjectRulesReview"),
      create: ({ user }, _target, body) => answer(body, rulesStatus(authorizer, user, specOf(body).namespace)),
    },
    {
      type: reviewType("authentication.k8s.io", "selfsubjectreviews", "SelfSubjectReview"),
      create: ({ user }, _target, body) => answer(body, { userInfo: userInfo(user) }),
    },
    {
      type: reviewType("authentication.k8s.io", "tokenreviews", "TokenReview"),
      create: (_call, _target, body) => {
        const { token, audiences } = specOf(body);
        const found = tokens.authenticate(token ?? "", audiences);
        if (found === undefined) return answer(body, { user: {}, error: "invalid bearer token" });
        return answer(body, { authenticated: true, user: userInfo(found.user), audiences: found.audiences });
      },
    },
  ];
}

function reviewType(group: string, resource: string, kind: string, namespaced = false): ResourceType {
  return {
    group,
    version: "v1",
    resource,
    singular: kind.toLowerCase(),
    kind,
    namespaced,
    shortNames: [],
    categories: [],
    subresources: [],
    verbs: ["create"],
  };
}

interface AccessSpec {
  readonly resourceAttributes?: {
    readonly verb?: string;
    readonly group?: string;
    readonly resource?: string;
    readonly subresource?: string;
    readonly namespace?: string;
    readonly name?: string;
  };
  readonly nonResourceAttributes?: { readonly verb?: string; readonly path?: string };
}

interface SubjectSpec {
  readonly user?: string;
  readonly groups?: readonly string[];
}

/** Every review's question, as far as it is one. */
interface ReviewSpec extends AccessSpec, SubjectSpec {
  readonly namespace?: string;
  readonly token?: string;
  readonly audiences?: readonly string[];
}

function specOf(body: unknown): ReviewSpec {
  const spec = (body as { readonly spec?: unknown } | null)?.spec ?? {};
  if (typeof spec !== "object") throw badRequest("spec: must be an object");
  return spec;
}

function subjectOf({ user = "", groups = [] }: SubjectSpec): User {
  return { name: user, groups };
}

function attemptOf({ resourceAttributes: resource, nonResourceAttributes: path }: AccessSpec): Attempt {
  if (path !== undefined) return { kind: "path", verb: path.verb ?? "", path: path.path ?? "" };
  if (resource === undefined)
    throw badRequest("exactly one of nonResourceAttributes or resourceAttributes must be specified");
  const { verb = "", group = "", resource: name = "", subresource = "" } = resource;
  return {
    kind: "resource",
    verb,
    group,
    resource: subresource === "" ? name : `${name}/${subresource}`,
    ...(resource.namespace === undefined || resource.namespace === "" ? {} : { namespace: resource.namespace }),
    ...(resource.name === undefined || resource.name === "" ? {} : { name: resource.name }),
  };
}

function rulesStatus(authorizer: Authorizer, user: User, namespace: string | undefined): object {
  const rules = authorizer.rulesFor(user, namespace);
  return {
    resourceRules: rules
      .filter((rule) => (rule.resources ?? []).length > 0)
      .map(({ verbs, apiGroups, resources, resourceNames }) => ({
        verbs,
        apiGroups,
        resources,
        ...(resourceNames === undefined ? {} : { resourceNames }),
      })),
    nonResourceRules: rules
      .filter((rule) => (rule.nonResourceURLs ?? []).length > 0)
      .map(({ verbs, nonResourceURLs }) => ({ verbs, nonResourceURLs })),
    incomplete: false,
  };
}

/** A real server notes who set which field even on objects that it does not keep. */
function managed(metadata: unknown, fields: object, apiVersion: string, now: number): object {
  return {
    ...(metadata as object | undefined),
    managedFields: [
      {
        manager: "unknown",
        operation: "Update",
        apiVersion,
        time: `${new Date(now).toISOString().slice(0, 19)}Z`,
        fieldsType: "FieldsV1",
        fieldsV1: fieldSet(fields, true),
      },
    ],
  };
}

function fieldSet(value: object, isTop = false): object {
  const set: Record<string, object> = {};
  for (const [name, field] of Object.entries(value)) {
    const isObject = typeof field === "object" && field !== null && !Array.isArray(field);
    set[`f:${name}`] = isObject ? { ...(isTop ? {} : { ".": {} }), ...fieldSet(field as object) } : {};
  }
  return set;
}
