import { defaultNetwork, hubEndpoints, hubSitesOf } from "../../azure-stack-hub/index.ts";
import type { HubSite } from "../../azure-stack-hub/index.ts";
import { membersOf } from "../../spec/index.ts";
import type { Fleet, Proxy } from "../../spec/index.ts";
import { toYaml } from "../formats/index.ts";
import { sha256 } from "./sha256.ts";
import { apiServerOf } from "./site-facts.ts";

/** `HTTP_PROXY` and its kin; small letters, too, for what reads only those. */
export type ProxyEnvironment = readonly (readonly [name: string, value: string])[];

/** Absent: no proxy, or a transparent one, which needs no settings. */
export function proxyEnvironment(fleet: Fleet, site: HubSite): ProxyEnvironment | undefined {
  const { proxy } = site.network.egress;
  if (proxy === undefined) return undefined;
  const noProxy = directTargets(fleet, site, proxy).join(",");
  const capitals = [
    ...(proxy.http === undefined ? [] : [["HTTP_PROXY", proxy.http] as const]),
    ...(proxy.https === undefined ? [] : [["HTTPS_PROXY", proxy.https] as const]),
    ["NO_PROXY", noProxy] as const,
  ];
  return [...capitals, ...capitals.map(([name, value]) => [name.toLowerCase(), value] as const)];
}

/** The node's own services of the platform: instance metadata and the wire server, docs/topics/proxy-servers.md. */
const PLATFORM_ADDRESSES = ["169.254.169.254", "168.63.129.16"];

/** What goes direct: the cluster itself, the Hub, the other sites, which are reached through the VPN. */
function directTargets(fleet: Fleet, site: HubSite, proxy: Proxy): readonly string[] {
  const { network, platform } = site;
  const endpoints = hubEndpoints(platform);
  const others = membersOf(fleet).filter(({ name }) => name !== site.name);
  return [
    ...new Set([
      ...["localhost", "127.0.0.1", ...PLATFORM_ADDRESSES, ".svc", ".cluster.local"],
      ...(network.addressSpaces.length === 0 ? [defaultNetwork.addressSpace] : network.addressSpaces),
      ...(network.nodeSubnet === undefined ? [] : [network.nodeSubnet.range]),
      network.podRange ?? defaultNetwork.podRange,
      network.serviceRange ?? defaultNetwork.serviceRange,
      apiServerOf(site),
      endpoints.management.replace("https://", ""),
      `.${endpoints.vaultDnsSuffix}`,
      `.blob.${endpoints.storageSuffix}`,
      ...others.flatMap(({ network: { addressSpaces } }) => addressSpaces),
      ...proxy.noProxy,
    ]),
  ];
}

/** For `/etc/environment` of the helper VM. */
export function environmentFile(environment: ProxyEnvironment): string {
  return environment.map(([name, value]) => `${name}="${value}"\n`).join("");
}

/** It has a shell and chroot. Nodes get it before they know the proxy, so from the fleet's registry, whatever they reach later. */
const SHELL_IMAGE = "busybox:1.37.0";

/** What must be carried to the fleet's registry for the sites with a proxy, and the name that it has there. */
export function nodeProxyImage(fleet: Fleet): { readonly source: string; readonly image: string } | undefined {
  if (hubSitesOf(fleet).every(({ site }) => site.network.egress.proxy === undefined)) return undefined;
  return { source: `docker.io/library/${SHELL_IMAGE}`, image: `${fleet.registry.server}/${SHELL_IMAGE}` };
}

const NAME = "holdfast-node-proxy";
const FOLDER = "/settings";
const BEGIN = "# holdfast proxy begin";
const END = "# holdfast proxy end";

/**
 * Settings of the nodes themselves, as a DaemonSet so that later nodes get them, too. The example in AKS Engine's own document
 * writes inside its container; this one writes below its mount of the node's file system.
 */
export function nodeProxyManifests(fleet: Fleet, environment: ProxyEnvironment): string {
  const labels = { "app.kubernetes.io/name": NAME, "app.kubernetes.io/managed-by": "holdfast" };
  const metadata = { name: NAME, namespace: "kube-system", labels };
  const image = `${fleet.registry.server}/${SHELL_IMAGE}`;
  const limits = { requests: { cpu: "10m", memory: "16Mi" }, limits: { memory: "32Mi" } };
  const data = nodeFiles(environment);
  const settings = { apiVersion: "v1", kind: "ConfigMap", metadata, data };
  const daemonSet = {
    apiVersion: "apps/v1",
    kind: "DaemonSet",
    metadata,
    spec: {
      selector: { matchLabels: { "app.kubernetes.io/name": NAME } },
      // One node's containerd after another.
      updateStrategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 1 } },
      template: {
        // Pods take new settings only when they start.
        metadata: { labels, annotations: { "holdfast.dev/settings": sha256(JSON.stringify(data)).slice(0, 16) } },
        spec: {
          automountServiceAccountToken: false,
          // A node without its proxy cannot pull anything else.
          priorityClassName: "system-node-critical",
          tolerations: [{ operator: "Exists" }],
          nodeSelector: { "kubernetes.io/os": "linux" },
          initContainers: [
            {
              name: "settings",
              image,
              command: ["sh", `${FOLDER}/apply.sh`],
              securityContext: { privileged: true },
              resources: limits,
              volumeMounts: [
                { name: "host", mountPath: "/host" },
                { name: "settings", mountPath: FOLDER, readOnly: true },
              ],
            },
          ],
          containers: [
            {
              name: "wait",
              image,
              command: ["sh", "-c", "trap 'exit 0' TERM; while :; do sleep 3600 & wait $!; done"],
              securityContext: {
                allowPrivilegeEscalation: false,
                readOnlyRootFilesystem: true,
                runAsNonRoot: true,
                runAsUser: 65534,
                capabilities: { drop: ["ALL"] },
                seccompProfile: { type: "RuntimeDefault" },
              },
              resources: limits,
            },
          ],
          volumes: [
            { name: "host", hostPath: { path: "/", type: "Directory" } },
            { name: "settings", configMap: { name: NAME } },
          ],
        },
      },
    },
  };
  return `# Rendered by holdfast from the fleet file: change that one, and render again.\n${toYaml(settings)}---\n${toYaml(daemonSet)}`;
}

function nodeFiles(environment: ProxyEnvironment): Readonly<Record<string, string>> {
  const unit = ["[Service]", ...environment.map(([name, value]) => `Environment="${name}=${value}"`), ""].join("\n");
  const apt = environment
    .filter(([name]) => /^https?_proxy$/.test(name))
    .map(([name, value]) => `Acquire::${name.replace("_proxy", "")}::Proxy "${value}";\n`);
  return {
    "apply.sh": APPLY,
    environment: `${BEGIN}\n${environmentFile(environment)}${END}\n`,
    "unit.conf": unit,
    "apt.conf": apt.join(""),
  };
}

/** Restarts what reads the settings only where they changed: running containers stay. */
const APPLY = `#!/bin/sh
set -eu
put() { # put FILE TARGET: tells whether that changed anything
  if cmp -s "${FOLDER}/$1" "/host$2"; then return 1; fi
  mkdir -p "/host\${2%/*}"
  cp "${FOLDER}/$1" "/host$2.holdfast"
  mv "/host$2.holdfast" "/host$2"
}
changed=""
if put unit.conf /etc/systemd/system/containerd.service.d/90-holdfast-proxy.conf; then changed="containerd"; fi
if put unit.conf /etc/systemd/system/kubelet.service.d/90-holdfast-proxy.conf; then changed="$changed kubelet"; fi
put apt.conf /etc/apt/apt.conf.d/90holdfast-proxy || true
sed "/^${BEGIN}$/,/^${END}$/d" /host/etc/environment > /host/etc/environment.holdfast
cat ${FOLDER}/environment >> /host/etc/environment.holdfast
mv /host/etc/environment.holdfast /host/etc/environment
if [ -n "$changed" ]; then
  chroot /host systemctl daemon-reload
  # shellcheck disable=SC2086 # one word a unit
  chroot /host systemctl restart $changed
fi
`;
