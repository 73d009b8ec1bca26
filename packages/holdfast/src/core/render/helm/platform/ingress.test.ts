import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import type { Fleet, IngressController } from "../../../spec/index.ts";
import { renderSite } from "../../kubernetes/index.ts";
import { allFiles, fleetNamed } from "../../testing/examples.ts";
import { helmFamily, ingressDeployment } from "../index.ts";

// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Data = any;

const RELEASES: Readonly<Record<IngressController, string>> = {
  "f5-nginx": "nginx-ingress",
  traefik: "traefik",
  "ingress-nginx": "ingress-nginx",
};
const controllers = Object.keys(RELEASES) as IngressController[];

const hub = (controller: IngressController, edit = (text: string) => text): Fleet =>
  fleetNamed("ratings-azure-stack-hub", (text) =>
    edit(text.replace("ingressController: f5-nginx", `ingressController: ${controller}`)),
  );
/** The same on any cluster, over HTTP, and with the certificate asked for by HTTP-01 where `solver` says so. */
const plain = (controller: IngressController, tls = "{ kind: none }"): Fleet =>
  fleetNamed("ratings", (text) =>
    text
      .replace("tls: { kind: none }", `tls: ${tls}\n  ingressController: ${controller}`)
      .replaceAll(
        /^( {4}platform: \{ kind: kubernetes \})$/gm,
        "$1\n    network: { internet: { application: true, kubernetesApi: false, management: false } }",
      ),
  );
const HTTP_01 =
  "{ kind: cert-manager, issuer: ours, solver: { kind: http-01, email: a@ratings.example, server: https://acme.example/directory } }";

const fileOf = (fleet: Fleet, path: string): string => {
  const file = allFiles(helmFamily, fleet).find((each) => each.path === path);
  if (file === undefined) throw new Error(`no ${path}`);
  return file.content;
};
const valuesOf = (fleet: Fleet, controller: IngressController): Data =>
  parse(fileOf(fleet, `${fleet.sites[0]!.name}/platform/${RELEASES[controller]}/values.yaml`));
const ingressesOf = (fleet: Fleet): Data[] =>
  renderSite(fleet, fleet.sites[0]!.name).filter(({ kind }) => kind === "Ingress");

/** Where each chart keeps what all of them have. */
function settings(controller: IngressController, values: Data) {
  switch (controller) {
    case "f5-nginx":
      return {
        className: values.controller.ingressClass.name,
        replicas: values.controller.replicaCount,
        budget: values.controller.podDisruptionBudget.minAvailable,
        service: values.controller.service,
        annotations: values.controller.service.annotations,
      };
    case "traefik":
      return {
        className: values.ingressClass.name,
        replicas: values.deployment.replicas,
        budget: values.podDisruptionBudget.minAvailable,
        service: values.service.spec,
        annotations: values.service.annotations,
      };
    case "ingress-nginx":
      return {
        className: values.controller.ingressClassResource.name,
        replicas: values.controller.replicaCount,
        budget: values.controller.minAvailable,
        service: values.controller.service,
        annotations: values.controller.service.annotations,
      };
  }
}

describe.each(controllers)("%s", (controller) => {
  it("is the only controller of the fleet, and has the class that the application's Ingresses name (R14, R34, R141)", () => {
    const fleet = hub(controller);
    const installed = controllers.filter((each) =>
      allFiles(helmFamily, fleet).some(({ path }) => path.includes(`/platform/${RELEASES[each]}/`)),
    );
    expect(installed).toEqual([controller]);
    const { className } = settings(controller, valuesOf(fleet, controller));
    expect(ingressesOf(fleet).map(({ spec }) => spec.ingressClassName)).toEqual(
      ingressesOf(fleet).map(() => className as string),
    );
  });

  it("keeps one pod through a drain, and users' addresses (R129)", () => {
    const { replicas, budget, service } = settings(controller, valuesOf(hub(controller), controller));
    expect([replicas, budget, service.externalTrafficPolicy]).toEqual([2, 1, "Local"]);
  });

  it("has the site's own address on any cluster", () => {
    const fleet = plain(controller);
    const { service, annotations } = settings(controller, valuesOf(fleet, controller));
    expect(service.loadBalancerIP).toBe("192.0.2.10");
    expect(annotations).toBeUndefined();
    expect(allFiles(helmFamily, fleet).some(({ path }) => path.endsWith("service-peers.yaml"))).toBe(false);
  });

  it("has the Hub's name for users who come from outside, and an address inside for the other sites (R23, R58)", () => {
    const fleet = hub(controller);
    const values = valuesOf(fleet, controller);
    const { service, annotations } = settings(controller, values);
    expect(service.loadBalancerIP).toBeUndefined();
    expect(annotations).toEqual({ "service.beta.kubernetes.io/azure-dns-label-name": "ratings" });
    const peers: Data =
      controller === "ingress-nginx"
        ? values.controller.service.internal
        : (() => {
            const { metadata, spec } = parse(
              fileOf(fleet, `seattle/platform/${RELEASES[controller]}/service-peers.yaml`),
            );
            return { ...spec, annotations: metadata.annotations };
          })();
    expect(peers).toMatchObject({
      loadBalancerIP: "10.100.1.100",
      externalTrafficPolicy: "Local",
      annotations: { "service.beta.kubernetes.io/azure-load-balancer-internal": "true" },
    });
  });

  it("is inside where users are", () => {
    const fleet = hub(controller, (text) =>
      text.replace("ingress: ratings.seattle.cloudapp.azurestack.contoso.com", "ingress: 10.100.1.90"),
    );
    const { service, annotations } = settings(controller, valuesOf(fleet, controller));
    expect(service.loadBalancerIP).toBe("10.100.1.90");
    expect(annotations).toEqual({ "service.beta.kubernetes.io/azure-load-balancer-internal": "true" });
  });

  it("lets cert-manager answer the authority's question, and names no certificate twice (R12)", () => {
    const fleet = plain(controller, HTTP_01);
    const issuer = parse(fileOf(fleet, "seattle/platform/cert-manager/cluster-issuer.yaml"));
    const { ingress } = issuer.spec.acme.solvers[0].http01;
    expect(ingress.ingressClassName).toBe(settings(controller, valuesOf(fleet, controller)).className);
    const ingresses = ingressesOf(fleet);
    const [certificate]: Data[] = renderSite(fleet, fleet.sites[0]!.name).filter(({ kind }) => kind === "Certificate");
    expect(certificate.metadata.annotations).toEqual({ "cert-manager.io/issue-temporary-certificate": "true" });
    const type = "nginx.org/mergeable-ingress-type";
    if (controller !== "f5-nginx") {
      expect(ingress.ingressTemplate).toBeUndefined();
      expect(ingresses.every(({ metadata, spec }) => metadata.annotations === undefined && spec.tls.length === 1)).toBe(
        true,
      );
      return;
    }
    // What the controller's own validation asks for: https://github.com/nginx/kubernetes-ingress/tree/main/internal/k8s
    expect(ingress.ingressTemplate.metadata.annotations[type]).toBe("minion");
    const masters = ingresses.filter(({ metadata }) => metadata.annotations[type] === "master");
    const minions = ingresses.filter(({ metadata }) => metadata.annotations[type] === "minion");
    expect([masters.length, minions.length, ingresses.length]).toEqual([1, 2, 3]);
    expect(masters[0].spec).toMatchObject({
      tls: [{ secretName: "ratings-tls" }],
      rules: [{ host: fleet.traffic.host }],
    });
    expect(masters[0].spec.rules[0]).not.toHaveProperty("http");
    for (const { spec } of minions) {
      expect(spec).not.toHaveProperty("tls");
      expect(spec.rules).toHaveLength(1);
      expect(spec.rules[0].host).toBe(masters[0].spec.rules[0].host);
      expect(spec.rules[0].http.paths.length).toBeGreaterThan(0);
    }
  });

  it("has a deployment that people find by name", () => {
    expect(ingressDeployment(hub(controller))).toMatch(new RegExp(`^${RELEASES[controller]}(?:-controller)?$`));
  });

  it("says nothing to its makers", () => {
    const values = valuesOf(hub(controller), controller);
    if (controller === "f5-nginx") expect(values.controller.telemetryReporting.enable).toBe(false);
    if (controller === "traefik") expect(values.global).toEqual({ checkNewVersion: false, sendAnonymousUsage: false });
    expect(fileOf(hub(controller), "README.md").includes("retired")).toBe(controller !== "traefik");
  });
});

it("leads to HTTPS with Traefik, too, where there is a certificate", () => {
  expect(valuesOf(hub("traefik"), "traefik").ports.web.http.redirections.entryPoint).toEqual({
    to: "websecure",
    scheme: "https",
    permanent: true,
  });
  expect(valuesOf(plain("traefik"), "traefik")).not.toHaveProperty("ports");
});

it("pulls with the registry's secret", () => {
  const withSecret = (text: string) =>
    text.replace("  kind: azure-container-registry\n", "  kind: azure-container-registry\n  pullSecret: pull\n");
  expect(valuesOf(hub("f5-nginx", withSecret), "f5-nginx").controller.serviceAccount).toEqual({
    imagePullSecretsNames: ["pull"],
  });
  expect(valuesOf(hub("traefik", withSecret), "traefik").deployment.imagePullSecrets).toEqual([{ name: "pull" }]);
});

describe("install.sh", () => {
  /** Runs it with programs that write down what they were asked; `there` is what the cluster has already. */
  function run(controller: IngressController, there: readonly string[]) {
    const folder = mkdtempSync(join(tmpdir(), "holdfast-ingress-"));
    const fleet = hub(controller);
    for (const { path, content } of allFiles(helmFamily, fleet)) {
      if (!path.startsWith("seattle/platform/")) continue;
      mkdirSync(join(folder, dirname(path)), { recursive: true });
      writeFileSync(join(folder, path), content);
    }
    mkdirSync(join(folder, "bin"));
    const log = join(folder, "log");
    const program = (name: string, body: string) => {
      writeFileSync(join(folder, "bin", name), `#!/bin/sh\necho ${name} "$@" >>${log}\n${body}\n`);
      chmodSync(join(folder, "bin", name), 0o755);
    };
    const has = there.map((each) => `"${each}") exit 0 ;;`).join(" ");
    program("helm", `case "$1 $2" in ${has} "status "*) exit 1 ;; esac`);
    program(
      "kubectl",
      `case "$1 $2 $3" in ${has} "get secret ingress-default-server") exit 1 ;; esac; cat >/dev/null 2>&1 </dev/null`,
    );
    program("openssl", "");
    program("envsubst", "");
    const result = spawnSync("sh", [join(folder, "seattle/platform/install.sh")], {
      encoding: "utf8",
      env: {
        PATH: `${join(folder, "bin")}:${process.env["PATH"] ?? ""}`,
        TMPDIR: folder,
        AZURE_DNS_SUBSCRIPTION_ID: "s",
        AZURE_DNS_RESOURCE_GROUP: "g",
        AZURE_DNS_TENANT_ID: "t",
        AZURE_DNS_CLIENT_ID: "c",
      },
    });
    return { ...result, log: readFileSync(log, "utf8"), left: execFileSync("ls", [folder], { encoding: "utf8" }) };
  }

  it.each(controllers)("installs %s, and its second address after it", (controller) => {
    const { status, log, stderr } = run(controller, []);
    expect([status, stderr]).toEqual([0, ""]);
    expect(log.match(new RegExp(`^helm upgrade --install ${RELEASES[controller]} `, "m"))).not.toBeNull();
    expect(/apply --filename \S+service-peers/.test(log)).toBe(controller !== "ingress-nginx");
  });

  it.each(controllers)("stops before %s where another one holds the address still", (controller) => {
    for (const other of controllers.filter((each) => each !== controller)) {
      const { status, log, stderr } = run(controller, [`status ${RELEASES[other]}`]);
      expect(status).toBe(1);
      expect(stderr).toContain(`helm uninstall ${RELEASES[other]}`);
      expect(log).not.toContain("upgrade --install");
    }
  });

  it("makes F5's controller a certificate for clients without a name, once, and leaves no key behind (R121)", () => {
    const first = run("f5-nginx", []);
    expect(first.log).toMatch(/^openssl req -x509 /m);
    expect(first.log).toMatch(/^kubectl create secret tls ingress-default-server --namespace ingress /m);
    expect(first.left).not.toContain("tmp.");
    expect(valuesOf(hub("f5-nginx"), "f5-nginx").controller.defaultTLS.secret).toBe("ingress/ingress-default-server");
    expect(run("f5-nginx", ["get secret ingress-default-server"]).log).not.toContain("openssl");
    expect(run("traefik", []).log).not.toContain("openssl");
    expect(valuesOf(plain("f5-nginx"), "f5-nginx").controller).not.toHaveProperty("defaultTLS");
  });
});
