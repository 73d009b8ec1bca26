import { assert } from "../../../../base/index.ts";
import type { Component, Fleet } from "../../../spec/index.ts";
import {
  MANAGED_BY_LABEL,
  SITE_LABEL,
  allowDns,
  componentPolicy,
  denyByDefault,
  renderCertificate,
  renderComponent,
  renderHost,
} from "../../kubernetes/index.ts";
import type { Manifest, SiteContext } from "../../kubernetes/index.ts";
import type { RenderedFile } from "../../rendered-file.ts";
import { blockOf, scalarOf, templateText } from "./template-text.ts";
import { imageValues, reachesStore } from "./values.ts";

/**
 * The templates are the manifests of `kubernetes/`, with values in place of what differs by site or is tuned: nothing
 * is described twice, so the two cannot drift apart. `context` is any site: what is left in the templates is the same at all.
 * The stores are not among them. Data outlives a release, and `helm uninstall` must not reach it.
 */
export function applicationTemplates(context: SiteContext): readonly RenderedFile[] {
  const { fleet } = context;
  const { namespace, components } = fleet.application;
  const common = [
    denyByDefault(context, namespace),
    allowDns(context, namespace),
    ...renderCertificate(context),
    ...renderHost(context),
  ];
  return [
    ...common.map((manifest) => fileOf("", manifest, templateText(templateOf(fleet, manifest)))),
    ...components.flatMap((component) =>
      [...renderComponent(context, component), componentPolicy(context, component)].map((manifest) =>
        fileOf(
          component.name,
          manifest,
          templateText(templateOf(fleet, manifest, component), {
            component: `index .Values.components ${JSON.stringify(component.name)}`,
          }),
        ),
      ),
    ),
  ];
}

function fileOf(folder: string, { kind, metadata }: Manifest, content: string): RenderedFile {
  const base = kind.replace(/(?<=[a-z])(?=[A-Z])/g, "-").toLowerCase();
  const name = folder === "" ? `${base}-${metadata.name}` : `${folder}/${base}`;
  return { path: `templates/${name}.yaml`, content };
}

type Path = readonly (string | number)[];

function templateOf(fleet: Fleet, manifest: Manifest, component?: Component): unknown {
  const general = named(manifest);
  const changes = component === undefined ? changesOfCommon(manifest) : changesOf(fleet, manifest, component);
  return changes.reduce<unknown>((data, [path, value]) => replaceAt(data, path, value), general);
}

/** Names that Helm gives: the release's namespace, its manager, the site. */
function named(data: unknown): unknown {
  if (Array.isArray(data)) return data.map(named);
  if (typeof data !== "object" || data === null) return data;
  return Object.fromEntries(
    Object.entries(data).map(([key, value]: [string, unknown]) => {
      if (key === MANAGED_BY_LABEL) return [key, scalarOf(".Release.Service")];
      if (key === SITE_LABEL) return [key, scalarOf(".Values.site | quote")];
      if (key === "app.kubernetes.io/version") return [key, scalarOf("$component.image.tag | quote")];
      if (key === "metadata" && hasNamespace(value))
        return [key, { ...(named(value) as object), namespace: scalarOf(".Release.Namespace") }];
      return [key, named(value)];
    }),
  );
}

function hasNamespace(value: unknown): boolean {
  return typeof value === "object" && value !== null && "namespace" in value;
}

function changesOfCommon(manifest: Manifest): readonly (readonly [Path, string])[] {
  if (manifest.kind === "Ingress") return changesOfIngress(manifest);
  if (manifest.kind !== "Certificate") return [];
  return [
    [["metadata", "name"], scalarOf(".Values.tls.secretName | quote")],
    [["spec", "secretName"], scalarOf(".Values.tls.secretName | quote")],
    [["spec", "dnsNames", 0], scalarOf(".Values.host | quote")],
    [["spec", "issuerRef", "name"], scalarOf(".Values.tls.issuer | quote")],
  ];
}

function changesOf(fleet: Fleet, manifest: Manifest, component: Component): readonly (readonly [Path, string])[] {
  const container: Path = ["spec", "template", "spec", "containers", 0];
  const hasConfiguration = Object.keys(component.configuration).length > 0;
  switch (manifest.kind) {
    case "ConfigMap":
      return [[["data"], blockOf("$component.configuration")]];
    case "Deployment":
      return [
        ...(component.replicas.kind === "fixed"
          ? [[["spec", "replicas"], scalarOf("$component.replicas")] as const]
          : []),
        // Helm has its own digest; what counts is that pods roll when the configuration changes.
        ...(hasConfiguration
          ? [
              [
                ["spec", "template", "metadata", "annotations", "holdfast.dev/config-digest"],
                scalarOf("$component.configuration | toJson | sha256sum | trunc 16 | quote"),
              ] as const,
            ]
          : []),
        [[...container, "image"], scalarOf(imageExpression(component.image))],
        [[...container, "resources"], blockOf("$component.resources")],
      ];
    case "HorizontalPodAutoscaler":
      return [
        [["spec", "minReplicas"], scalarOf("$component.autoscaling.minReplicas")],
        [["spec", "maxReplicas"], scalarOf("$component.autoscaling.maxReplicas")],
        [
          ["spec", "metrics", 0, "resource", "target", "averageUtilization"],
          scalarOf("$component.autoscaling.targetCpuPercent"),
        ],
      ];
    case "Ingress":
      return changesOfIngress(manifest);
    case "NetworkPolicy":
      return reachesStore(fleet, component) ? [[["spec", "egress"], blockOf("$component.storeEgress")]] : [];
    default:
      return [];
  }
}

/** The Ingress that names the certificate may be the host's own or a component's. */
function changesOfIngress({ spec }: Manifest): readonly (readonly [Path, string])[] {
  return [
    [["spec", "rules", 0, "host"], scalarOf(".Values.host | quote")],
    ...(typeof spec === "object" && spec !== null && "tls" in spec
      ? [
          [["spec", "tls", 0, "hosts", 0], scalarOf(".Values.host | quote")] as const,
          [["spec", "tls", 0, "secretName"], scalarOf(".Values.tls.secretName | quote")] as const,
        ]
      : []),
  ];
}

/** With what the fleet file gives: a tag, a digest, or both. */
function imageExpression(image: string): string {
  const { tag, digest } = imageValues(image);
  const format = `%s${tag === undefined ? "" : ":%s"}${digest === undefined ? "" : "@%s"}`;
  const parts = ["repository", ...(tag === undefined ? [] : ["tag"]), ...(digest === undefined ? [] : ["digest"])];
  return `printf "${format}" ${parts.map((part) => `$component.image.${part}`).join(" ")} | quote`;
}

/** The place must be there: a manifest that changes its shape is noticed when it is rendered, not in a cluster. */
function replaceAt(data: unknown, [key, ...rest]: Path, value: string): unknown {
  if (key === undefined) return value;
  assert(typeof data === "object" && data !== null && key in data, `the manifest has ${String(key)}`);
  const inner: unknown = replaceAt((data as Readonly<Record<string | number, unknown>>)[key], rest, value);
  if (Array.isArray(data)) return data.map((item: unknown, index) => (index === key ? inner : item));
  return { ...data, [key]: inner };
}
