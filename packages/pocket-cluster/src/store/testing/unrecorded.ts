import type { Exchange } from "./transcript.ts";

/**
 * The transcripts leave out some requests that others depend on: made by the recorder between exchanges, or by the server's own
 * controllers. Each is sent before the exchange it names.
 */
export interface Unrecorded {
  readonly transcript: string;
  readonly before: number;
  readonly why: string;
  readonly requests: readonly Exchange["request"][];
}

const configMaps = "/api/v1/namespaces/conf/configmaps";
const labelled = (name: string, group: string): Exchange["request"] => ({
  method: "POST",
  path: configMaps,
  body: { apiVersion: "v1", kind: "ConfigMap", metadata: { name, labels: { grp: group } }, data: { n: name } },
});

const published = (name: string, annotations: object, data: object): Exchange["request"] => ({
  method: "POST",
  path: `${configMaps}?fieldManager=kube-controller-manager`,
  body: { apiVersion: "v1", kind: "ConfigMap", metadata: { name, annotations }, data },
});

export const unrecorded: readonly Unrecorded[] = [
  {
    transcript: "crud",
    before: 1,
    why: "controllers publish the cluster's certificates in every namespace",
    requests: [
      published(
        "kube-root-ca.crt",
        {
          "kubernetes.io/description":
            "Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.",
        },
        { "ca.crt": "-----BEGIN CERTIFICATE-----" },
      ),
      published(
        "openshift-service-ca.crt",
        { "service.beta.openshift.io/inject-cabundle": "true" },
        { "service-ca.crt": "" },
      ),
    ],
  },
  {
    transcript: "lists-and-watches",
    before: 0,
    why: "the recorder made what it lists",
    requests: [labelled("l1", "a"), labelled("l2", "a"), labelled("l3", "b"), labelled("l4", "b"), labelled("l5", "b")],
  },
  {
    transcript: "lists-and-watches",
    before: 8,
    why: "the recorder changed and deleted things while it watched",
    requests: [
      {
        method: "PATCH",
        path: `${configMaps}/l1`,
        headers: { "content-type": "application/merge-patch+json" },
        body: { data: { n: "x" } },
      },
      {
        method: "PATCH",
        path: `${configMaps}/l2`,
        headers: { "content-type": "application/merge-patch+json" },
        body: { metadata: { labels: null } },
      },
      { method: "DELETE", path: `${configMaps}/l5` },
    ],
  },
  {
    transcript: "finalizers-and-owners",
    before: 8,
    why: "the garbage collector deleted the child of the deleted owner",
    requests: [{ method: "DELETE", path: `${configMaps}/child` }],
  },
];

/** In the order they were recorded, on one server. */
export const recordedOrder = [
  "crud",
  "server-side-apply",
  "validation",
  "patches",
  "lists-and-watches",
  "finalizers-and-owners",
  "custom-resources",
] as const;
