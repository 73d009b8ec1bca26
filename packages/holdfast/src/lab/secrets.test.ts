import { expect, it } from "vitest";
import type { RequiredSecret } from "../core/render/kubernetes/index.ts";
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
