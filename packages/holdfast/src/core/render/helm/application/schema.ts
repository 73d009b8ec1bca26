import type { Fleet } from "../../../spec/index.ts";
import { imageValues, reachesStore } from "./values.ts";

/** JSON Schema of the chart's values: Helm refuses a misspelt or missing value before anything reaches a cluster. */
export function valuesSchema({ application, traffic, ...fleet }: Fleet): unknown {
  const components = application.components.map((component): [string, unknown] => {
    const image = imageValues(component.image);
    const hasConfiguration = Object.keys(component.configuration).length > 0;
    return [
      component.name,
      closed({
        image: closed({
          repository: text("Registry and repository."),
          ...(image.tag === undefined
            ? {}
            : { tag: { ...text("A tag that never moves."), pattern: "^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$" } }),
          ...(image.digest === undefined
            ? {}
            : { digest: { ...text("Of the image."), pattern: "^sha256:[0-9a-f]{64}$" } }),
        }),
        ...(component.replicas.kind === "fixed"
          ? { replicas: { ...whole(0), description: "Pods at this site." } }
          : {
              autoscaling: closed({
                minReplicas: whole(1),
                maxReplicas: whole(1),
                targetCpuPercent: { ...whole(1), maximum: 100 },
              }),
            }),
        resources: {
          ...closed({
            requests: closed({ cpu: text("Reserved."), memory: text("Reserved.") }),
            limits: { ...closed({ cpu: text("At most."), memory: text("At most.") }), required: ["memory"] },
          }),
          description: "Of one pod.",
        },
        ...(hasConfiguration
          ? {
              configuration: {
                type: "object",
                additionalProperties: { type: "string" },
                description: "Environment variables; never a secret.",
              },
            }
          : {}),
        ...(reachesStore({ application, traffic, ...fleet }, component)
          ? {
              storeEgress: {
                type: "array",
                items: { type: "object" },
                description: "Rules of the network policy for the stores, as seen from this site.",
              },
            }
          : {}),
      }),
    ];
  });
  const { tls } = traffic;
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: `Values of the chart ${application.name}`,
    ...closed({
      // Helm gives these to every chart.
      global: { type: "object" },
      site: { ...text("Which site this is: see its own values file."), pattern: "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$" },
      host: text("The name that users open."),
      ...(tls.kind === "none"
        ? {}
        : {
            tls: closed({
              secretName: text("Secret with the certificate."),
              ...(tls.kind === "cert-manager" ? { issuer: text("ClusterIssuer of the certificate.") } : {}),
            }),
          }),
      components: closed(Object.fromEntries(components)),
    }),
    required: ["site", "host", ...(tls.kind === "none" ? [] : ["tls"]), "components"],
  };
}

/** All of its members are needed, and no others are known. */
function closed(properties: Readonly<Record<string, unknown>>) {
  return { type: "object", additionalProperties: false, required: Object.keys(properties), properties };
}

function text(description: string) {
  return { type: "string", minLength: 1, description };
}

function whole(minimum: number) {
  return { type: "integer", minimum };
}
