import { expect, it } from "vitest";
import type { RequiredSecret } from "../core/render/kubernetes/index.ts";
import type { SiteName } from "../core/spec/index.ts";
import { LabSecrets } from "./secrets.ts";

const required: RequiredSecret = {
  namespace: "ratings",
  name: "ratings-db-app",
  type: "Opaque",
  sameAtEverySite: true,
  keys: [
    { key: "username", purpose: "", source: { kind: "fixed", value: "ratings" } },
    { key: "password", purpose: "", source: { kind: "random" } },
    {
      key: "uri",
      purpose: "",
      source: { kind: "template", template: "postgresql://{username}:{password}@db:5432/ratings" },
    },
  ],
};

it("makes each site the same secrets, and every lab others (R123)", () => {
  const secrets = new LabSecrets();
  const [first] = secrets.manifests([required]);
  const data = first?.["stringData"] as Record<string, string>;
  expect(data["uri"]).toBe(`postgresql://ratings:${data["password"] ?? ""}@db:5432/ratings`);
  expect(data["password"]).toMatch(/^[\w-]{43}$/);
  expect(secrets.manifests([required])).toEqual([first]);
  expect(new LabSecrets().manifests([required])).not.toEqual([first]);
});

it("makes a login at another voter of what that one's API server made (R121, R123)", () => {
  const voter = "portland" as SiteName;
  const server = "https://127.21.9.22:6443";
  const source = { kind: "peer-kubeconfig", voter, server } as const;
  const login: RequiredSecret = {
    namespace: "holdfast-system",
    name: "holdfast-peer-portland",
    type: "Opaque",
    sameAtEverySite: false,
    keys: [{ key: "kubeconfig", purpose: "", source }],
  };
  const secrets = new LabSecrets();
  secrets.learnLogin(voter, { token: btoa("a token"), certificateAuthority: btoa("PEM") });
  const [made] = secrets.manifests([login]);
  expect(JSON.parse((made?.["stringData"] as Record<string, string>)["kubeconfig"] ?? "")).toMatchObject({
    clusters: [{ cluster: { server, "certificate-authority-data": btoa("PEM") } }],
    users: [{ user: { token: "a token" } }],
  });
});
