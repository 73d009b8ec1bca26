import { describe, expect, it } from "vitest";
import type { Container, Pod, Service } from "../objects/index.ts";
import { EnvironmentError, containerEnvironment, expand, serviceLinks } from "./environment.ts";
import type { EnvironmentSources } from "./environment.ts";
import { findImage, repositoryOf } from "./image-catalogue.ts";
import { relocator } from "./relocation.ts";

const pod = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: {
    name: "web-1",
    namespace: "shop",
    uid: "u",
    resourceVersion: "1",
    creationTimestamp: "",
    labels: { tier: "front" },
  },
  spec: { containers: [] },
} as Pod;
const sources: EnvironmentSources = {
  facts: { pod, podIP: "127.0.1.5", hostIP: "127.0.0.2", nodeName: "here", nodeCapacity: { cpu: 4, memory: 2 ** 33 } },
  configMap: (name) => (name === "settings" ? { colour: "green", folder: "/data/x" } : undefined),
  secret: (name) => (name === "keys" ? { token: "/data/secret" } : undefined),
  containers: [],
  relocate: relocator([{ mountPath: "/data", path: "/real" }]),
};
const environment = (container: Partial<Container>): Record<string, string> =>
  containerEnvironment({ name: "app", ...container }, { BASE: "1" }, sources);

describe("a container's environment", () => {
  it("comes from the manifest, the pod's own facts, ConfigMaps and Secrets, later values over earlier ones", () => {
    expect(
      environment({
        envFrom: [
          { prefix: "S_", configMapRef: { name: "settings" } },
          { secretRef: { name: "keys" } },
          { secretRef: { name: "none", optional: true } },
        ],
        env: [
          { name: "IP", valueFrom: { fieldRef: { fieldPath: "status.podIP" } } },
          { name: "TIER", valueFrom: { fieldRef: { fieldPath: "metadata.labels['tier']" } } },
          { name: "CPU", valueFrom: { resourceFieldRef: { resource: "limits.cpu", divisor: "1m" } } },
          { name: "MEMORY", valueFrom: { resourceFieldRef: { resource: "limits.memory", divisor: "1Mi" } } },
          { name: "URL", value: "http://$(IP):$(PORT)/$$(IP)" },
          { name: "S_colour", value: "red" },
        ],
        resources: { limits: { cpu: "250m" } },
      }),
    ).toEqual({
      BASE: "1",
      S_colour: "red",
      S_folder: "/real/x",
      // A credential is nobody's business to rewrite.
      token: "/data/secret",
      IP: "127.0.1.5",
      TIER: "front",
      CPU: "250",
      MEMORY: "8192",
      URL: "http://127.0.1.5:$(PORT)/$(IP)",
    });
  });

  it.each([
    [{ valueFrom: { configMapKeyRef: { name: "none", key: "a" } } }, 'configmap "none" not found'],
    [{ valueFrom: { secretKeyRef: { name: "keys", key: "a" } } }, `couldn't find key a in secret "keys"`],
    [{ valueFrom: { fieldRef: { fieldPath: "spec.colour" } } }, 'unsupported field reference "spec.colour"'],
  ])("waits for what is missing: %j", (variable, message) => {
    expect(() => environment({ env: [{ name: "A", ...variable }] })).toThrow(new EnvironmentError(message));
  });

  it("names the namespace's Services", () => {
    const service = {
      metadata: { name: "rate-api" },
      spec: { clusterIP: "10.0.0.9", ports: [{ name: "http", port: 80 }] },
    } as unknown as Service;
    expect(serviceLinks([service])).toMatchObject({
      RATE_API_SERVICE_HOST: "10.0.0.9",
      RATE_API_SERVICE_PORT: "80",
      RATE_API_SERVICE_PORT_HTTP: "80",
      RATE_API_PORT: "tcp://10.0.0.9:80",
      RATE_API_PORT_80_TCP_ADDR: "10.0.0.9",
    });
  });

  it("expands only names that are set", () => {
    expect(expand("$(A)$(B)$$(A)$", { A: "a" })).toBe("a$(B)$(A)$");
  });
});

describe("paths below a mount", () => {
  const relocate = relocator([
    { mountPath: "/data", path: "/real/data" },
    { mountPath: "/data/sub", path: "/real/sub" },
  ]);
  it.each([
    ["/data", "/real/data"],
    ["/data/file", "/real/data/file"],
    ["/data/sub/file", "/real/sub/file"],
    ["--config=/data/a", "--config=/real/data/a"],
    ["/data/a:/data/sub", "/real/data/a:/real/sub"],
    ["/database", "/database"],
    ["http://host/data", "http://host/data"],
    ["/other/data", "/other/data"],
  ])("%s -> %s", (text, expected) => expect(relocate(text)).toBe(expected));
});

describe("an image's name", () => {
  it.each([
    ["app", "app"],
    ["app:1.2", "app"],
    ["host:5000/team/app", "host:5000/team/app"],
    ["host:5000/team/app:1@sha256:abc", "host:5000/team/app"],
  ])("%s is of the repository %s", (reference, repository) => expect(repositoryOf(reference)).toBe(repository));

  it("is looked up whole first, then by its last part", () => {
    const images = { "a/app": { command: ["whole"] }, app: { command: ["last"] } };
    expect(findImage(images, "a/app:1")?.command).toEqual(["whole"]);
    expect(findImage(images, "b/app:1")?.command).toEqual(["last"]);
    expect(findImage(images, "constructor")).toBeUndefined();
  });
});
