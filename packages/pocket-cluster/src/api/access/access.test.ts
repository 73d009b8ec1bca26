import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openPki } from "../pki/index.ts";
import { createClient } from "../testing/client.ts";
import { startTestCluster } from "../testing/cluster.ts";
import type { TestCluster } from "../testing/cluster.ts";
import { ruleAllows } from "./authorization.ts";
import type { Attempt, PolicyRule } from "./authorization.ts";
import { bootstrap } from "./bootstrap.ts";
import { ISSUER, serviceAccountTokens } from "./tokens.ts";

let cluster: TestCluster;
let now = Date.parse("2026-11-23T00:00:00Z");

beforeAll(async () => {
  cluster = await startTestCluster({ now: () => now });
  await create("/api/v1/namespaces", { kind: "Namespace", metadata: { name: "shop" } });
  await create("/api/v1/namespaces/shop/serviceaccounts", { kind: "ServiceAccount", metadata: { name: "bot" } });
  await create("/api/v1/namespaces/shop/configmaps", { kind: "ConfigMap", metadata: { name: "one" } });
  const role = {
    rules: [{ apiGroups: [""], resources: ["configmaps"], resourceNames: ["one"], verbs: ["get", "update"] }],
  };
  await create(
    `${RBAC}/namespaces/shop/roles`,
    { kind: "Role", metadata: { name: "reader" }, ...role },
    "rbac.authorization.k8s.io/v1",
  );
  const binding = {
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "reader" },
    subjects: [
      { kind: "ServiceAccount", namespace: "shop", name: "bot" },
      { apiGroup: "rbac.authorization.k8s.io", kind: "User", name: "ann" },
    ],
  };
  await create(
    `${RBAC}/namespaces/shop/rolebindings`,
    { kind: "RoleBinding", metadata: { name: "readers" }, ...binding },
    "rbac.authorization.k8s.io/v1",
  );
});
afterAll(() => cluster.close());

const RBAC = "/apis/rbac.authorization.k8s.io/v1";
async function create(path: string, body: object, apiVersion = "v1"): Promise<void> {
  const reply = await cluster.admin(path, { method: "POST", body: { apiVersion, ...body } });
  expect(reply.status, reply.text).toBe(201);
}
async function token(spec: object = {}): Promise<string> {
  const reply = await cluster.admin("/api/v1/namespaces/shop/serviceaccounts/bot/token", {
    method: "POST",
    body: { spec },
  });
  expect(reply.status, reply.text).toBe(201);
  return (reply.body as { status: { token: string } }).status.token;
}
const one = "/api/v1/namespaces/shop/configmaps/one";

describe("who is asking", () => {
  it("is the certificate's common name, with its organizations as groups", async () => {
    const reply = await cluster.client({ user: "ann", groups: ["dev", "ops"] })(
      "/apis/authentication.k8s.io/v1/selfsubjectreviews",
      {
        method: "POST",
        body: { apiVersion: "authentication.k8s.io/v1", kind: "SelfSubjectReview" },
      },
    );
    expect(reply.body).toMatchObject({
      status: { userInfo: { username: "ann", groups: ["dev", "ops", "system:authenticated"] } },
    });
  });

  it("is refused with 401 when another authority signed the certificate", async () => {
    const directory = mkdtempSync(join(tmpdir(), "other-pki-"));
    const other = openPki({ directory, clusterName: "test", serverNames: [], now: Date.now });
    const { url } = cluster.api;
    const certificate = other.issueClientCertificate({ user: "admin", groups: ["system:masters"] });
    const client = createClient({ url, authorityCertificate: cluster.pki.authorityCertificate, certificate });
    expect((await client("/api/v1/namespaces")).body).toMatchObject({ code: 401, reason: "Unauthorized" });
    client.close();
    rmSync(directory, { recursive: true });
  });

  it("is a service account as long as its token is good", async () => {
    const short = await token({ expirationSeconds: 600 });
    const bot = cluster.client({ token: short });
    expect((await bot(one)).status).toBe(200);
    now += 601_000;
    expect((await bot(one)).status).toBe(401);
    expect((await cluster.client({ token: await token({ audiences: ["elsewhere"] }) })(one)).status).toBe(401);
    const [head, payload] = short.split(".");
    expect((await cluster.client({ token: `${head}.${payload}.${"A".repeat(86)}` })(one)).status).toBe(401);
  });

  it("is nobody once the pod of a bound token is gone, or the account", async () => {
    await create("/api/v1/namespaces/shop/pods", {
      kind: "Pod",
      metadata: { name: "p" },
      spec: { containers: [{ name: "c", image: "i" }] },
    });
    const bound = cluster.client({ token: await token({ boundObjectRef: { kind: "Pod", name: "p" } }) });
    expect((await bound(one)).status).toBe(200);
    await cluster.admin("/api/v1/namespaces/shop/pods/p?gracePeriodSeconds=0", { method: "DELETE" });
    expect((await bound(one)).status).toBe(401);

    const accounts = "/api/v1/namespaces/shop/serviceaccounts";
    await create(accounts, { kind: "ServiceAccount", metadata: { name: "brief" } });
    const made = await cluster.admin(`${accounts}/brief/token`, { method: "POST", body: { spec: {} } });
    const brief = cluster.client({ token: (made.body as { status: { token: string } }).status.token });
    expect((await brief(one)).status).toBe(403);
    await cluster.admin(`${accounts}/brief`, { method: "DELETE" });
    await create(accounts, { kind: "ServiceAccount", metadata: { name: "brief" } });
    expect((await brief(one)).status).toBe(401);
  });

  it("is a service account as long as the Secret is there that holds its token, also over a restart", async () => {
    const path = "/api/v1/namespaces/shop/secrets";
    const metadata = { name: "login", annotations: { "kubernetes.io/service-account.name": "bot" } };
    await create(path, { kind: "Secret", metadata, type: "kubernetes.io/service-account-token" });
    const account = await cluster.admin("/api/v1/namespaces/shop/serviceaccounts/bot");
    const { uid } = (account.body as { metadata: { uid: string } }).metadata;
    const tokens = serviceAccountTokens(cluster.pki.tokenKey, cluster.store, () => now);
    const held = tokens.issueForSecret({ namespace: "shop", serviceAccount: { name: "bot", uid }, secret: "login" });
    const hold = async (text: string): Promise<void> => {
      const headers = { "content-type": "application/merge-patch+json" };
      const body = { data: { token: Buffer.from(text).toString("base64") } };
      expect((await cluster.admin(`${path}/login`, { method: "PATCH", headers, body })).status).toBe(200);
    };
    const bot = cluster.client({ token: held });
    expect((await bot(one)).status).toBe(401);
    await hold(held);
    now += 10 * 365 * 86_400_000;
    expect((await bot(one)).status).toBe(200);
    expect((await bot(path)).body).toMatchObject({
      code: 403,
      message: expect.stringContaining('User "system:serviceaccount:shop:bot" cannot list resource "secrets"'),
    });
    // Another server on the same state: what a restart is to a token.
    const restarted = await startTestCluster({ store: cluster.store, pki: cluster.pki, now: () => now });
    const { url } = restarted.api;
    const again = createClient({ url, authorityCertificate: cluster.pki.authorityCertificate, token: held });
    expect((await again(one)).status).toBe(200);
    again.close();
    await restarted.close();
    await hold("another one");
    expect((await bot(one)).status).toBe(401);
    await hold(held);
    expect((await bot(one)).status).toBe(200);
    await cluster.admin(`${path}/login`, { method: "DELETE" });
    expect((await bot(one)).status).toBe(401);
  });

  it("is told by a TokenReview", async () => {
    const review = async (spec: object): Promise<unknown> => {
      const body = { apiVersion: "authentication.k8s.io/v1", kind: "TokenReview", spec };
      const reply = await cluster.admin("/apis/authentication.k8s.io/v1/tokenreviews", { method: "POST", body });
      return (reply.body as { status: unknown }).status;
    };
    expect(await review({ token: await token() })).toMatchObject({
      authenticated: true,
      user: {
        username: "system:serviceaccount:shop:bot",
        groups: expect.arrayContaining(["system:serviceaccounts:shop"]),
      },
      audiences: [ISSUER],
    });
    expect(await review({ token: await token(), audiences: ["elsewhere"] })).toEqual({
      user: {},
      error: "invalid bearer token",
    });
  });

  it("gets no token for less than ten minutes", async () => {
    const reply = await cluster.admin("/api/v1/namespaces/shop/serviceaccounts/bot/token", {
      method: "POST",
      body: { spec: { expirationSeconds: 60 } },
    });
    expect(reply.status).toBe(422);
    expect(reply.text).toContain("may not specify a duration less than 10 minutes");
  });
});

describe("who may", () => {
  const pods = (verb: string, resource = "pods", name?: string): Attempt => ({
    kind: "resource",
    verb,
    group: "",
    resource,
    namespace: "n",
    ...(name === undefined ? {} : { name }),
  });
  const rule = (given: Partial<PolicyRule>): PolicyRule => ({
    verbs: ["get"],
    apiGroups: [""],
    resources: ["pods"],
    ...given,
  });
  it.each([
    ["the verb, group and resource fit", rule({}), pods("get"), true],
    ["another verb", rule({}), pods("list"), false],
    ["any verb", rule({ verbs: ["*"] }), pods("list"), true],
    ["another group", rule({ apiGroups: ["apps"] }), pods("get"), false],
    ["any group", rule({ apiGroups: ["*"] }), pods("get"), true],
    ["a subresource that was not named", rule({}), pods("get", "pods/log"), false],
    ["a subresource that was", rule({ resources: ["pods/log"] }), pods("get", "pods/log"), true],
    ["a subresource of anything", rule({ resources: ["*/log"] }), pods("get", "pods/log"), true],
    ["any resource", rule({ resources: ["*"] }), pods("get", "pods/log"), true],
    ["the named object", rule({ resourceNames: ["a"] }), pods("get", "pods", "a"), true],
    ["another object than named", rule({ resourceNames: ["a"] }), pods("get", "pods", "b"), false],
    ["all objects, when only one is named", rule({ resourceNames: ["a"] }), pods("get"), false],
    [
      "a path below",
      { verbs: ["get"], nonResourceURLs: ["/api/*"] },
      { kind: "path", verb: "get", path: "/api/v1" },
      true,
    ],
    [
      "another path",
      { verbs: ["get"], nonResourceURLs: ["/api/*"] },
      { kind: "path", verb: "get", path: "/metrics" },
      false,
    ],
    ["a path by a rule for resources", rule({ resources: ["*"] }), { kind: "path", verb: "get", path: "/x" }, false],
  ] as [string, PolicyRule, Attempt, boolean][])("%s", (_, given, attempt, expected) => {
    expect(ruleAllows(given, attempt)).toBe(expected);
  });

  it("is decided by roles and bindings, and said as a real server says it", async () => {
    const ann = cluster.client({ user: "ann" });
    expect((await ann(one)).status).toBe(200);
    expect((await ann("/api/v1/namespaces/shop/configmaps?fieldSelector=metadata.name%3Done")).status).toBe(403);
    expect((await ann("/api/v1/namespaces/shop/pods/p/log")).body).toMatchObject({
      message:
        'pods "p" is forbidden: User "ann" cannot get resource "pods/log" in API group "" in the namespace "shop"',
      details: { name: "p", kind: "pods" },
      code: 403,
    });
    expect((await ann("/apis/apps/v1/deployments")).body).toMatchObject({
      message:
        'deployments.apps is forbidden: User "ann" cannot list resource "deployments" in API group "apps" at the cluster scope',
      details: { group: "apps", kind: "deployments" },
    });
    expect((await ann("/metrics")).body).toMatchObject({
      message: 'forbidden: User "ann" cannot get path "/metrics"',
      details: {},
      code: 403,
    });
    expect((await ann("/apis")).status).toBe(200);
    expect((await cluster.client({})("/version")).status).toBe(200);
    expect((await cluster.client({})("/apis")).status).toBe(403);
  });

  it("changes with the binding, at once", async () => {
    const joe = cluster.client({ user: "joe" });
    expect((await joe("/api/v1/namespaces/shop/secrets")).status).toBe(403);
    const path = `${RBAC}/namespaces/shop/rolebindings`;
    const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "edit" };
    const subjects = [{ apiGroup: "rbac.authorization.k8s.io", kind: "User", name: "joe" }];
    await create(
      path,
      { kind: "RoleBinding", metadata: { name: "joe" }, roleRef, subjects },
      "rbac.authorization.k8s.io/v1",
    );
    expect((await joe("/api/v1/namespaces/shop/secrets")).status).toBe(200);
    expect((await joe("/api/v1/namespaces/default/secrets")).status).toBe(403);
    await cluster.admin(`${path}/joe`, { method: "DELETE" });
    expect((await joe("/api/v1/namespaces/shop/secrets")).status).toBe(403);
  });

  it("act as another user: only who may impersonate", async () => {
    const headers = { "impersonate-user": "ann" };
    expect((await cluster.admin(one, { headers })).status).toBe(200);
    expect((await cluster.admin("/api/v1/nodes", { headers })).status).toBe(403);
    expect((await cluster.client({ user: "joe" })(one, { headers })).body).toMatchObject({
      message:
        'users "ann" is forbidden: User "joe" cannot impersonate resource "users" in API group "" at the cluster scope',
    });
  });

  it("has its answers in access reviews", async () => {
    const review = async (user: string, spec: object): Promise<unknown> => {
      const body = { apiVersion: "authorization.k8s.io/v1", kind: "SelfSubjectAccessReview", spec };
      const reply = await cluster.client({ user })("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", {
        method: "POST",
        body,
      });
      return (reply.body as { status: unknown }).status;
    };
    const resourceAttributes = { verb: "get", resource: "configmaps", namespace: "shop", name: "one" };
    expect(await review("ann", { resourceAttributes })).toEqual({ allowed: true });
    expect(await review("ann", { resourceAttributes: { ...resourceAttributes, name: "two" } })).toEqual({
      allowed: false,
    });
    expect(await review("ann", { nonResourceAttributes: { verb: "get", path: "/apis" } })).toEqual({ allowed: true });
  });
});

it("starts a second time on what the first start made", () => {
  const before = cluster.store.resourceVersion();
  bootstrap(cluster.store);
  expect(cluster.store.resourceVersion()).toBe(before);
});
