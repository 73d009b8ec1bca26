import type { Cluster, Manifest } from "../../../../packages/holdfast/src/ports/index.ts";
import { ClusterError } from "../../../../packages/holdfast/src/ports/index.ts";
import { instead, without } from "./mutation.ts";
import type { Mutant } from "./mutation.ts";

const forgets = "a voter that forgot has no voice";

/** Deletions go unnoticed: every object of a voter has the same uid. */
function sameUid(cluster: Cluster, voter: string): Cluster {
  const lie = <Object extends Manifest | undefined>(object: Object): Object =>
    object && { ...object, metadata: { ...object.metadata, uid: voter } };
  return instead(cluster, {
    get: async (...args) => lie(await cluster.get(...args)),
    create: async (...args) => lie(await cluster.create(...args)),
    replace: async (manifest, signal) => {
      const metadata = without(manifest.metadata, "uid") as Manifest["metadata"];
      return lie(await cluster.replace({ ...manifest, metadata }, signal));
    },
  });
}

/** No value says what a voter has accepted. */
function noMarks(cluster: Cluster): Cluster {
  const strip = <Object extends Manifest | undefined>(object: Object): Object => {
    const data = object?.["data"] as Readonly<Record<string, string>> | undefined;
    if (!object || !data) return object;
    const stripped = Object.entries(data).map(([key, text]) => [key, text.replaceAll(/"mark":\d+/g, '"mark":0')]);
    return { ...object, data: Object.fromEntries(stripped) as Record<string, string> };
  };
  return instead(cluster, {
    get: async (...args) => strip(await cluster.get(...args)),
    replace: async (manifest, signal) => strip(await cluster.replace(strip(manifest), signal)),
  });
}

/** Writes over whatever is there. */
function noPrecondition(cluster: Cluster): Cluster {
  return instead(cluster, {
    replace: async (manifest, signal) => {
      try {
        return await cluster.replace(manifest, signal);
      } catch (error) {
        if (!(error instanceof ClusterError && error.code === "conflict")) throw error;
        const { name, namespace } = manifest.metadata;
        const reference = { apiVersion: "v1", kind: "ConfigMap", name, ...(namespace !== undefined && { namespace }) };
        const found = await cluster.get(reference, signal);
        if (!found) throw error;
        return cluster.replace({ ...manifest, metadata: found.metadata }, signal);
      }
    },
  });
}

const IMPATIENT_MS = 100;

export const quorumMutants = {
  sameUid: {
    rule: forgets,
    name: "a new object is taken for the old one, and marks are compared",
    mutation: { cluster: (cluster, voter) => sameUid(cluster, voter) },
  },
  noMarks: {
    rule: forgets,
    name: "marks are not compared",
    mutation: { cluster: (cluster) => noMarks(cluster) },
  },
  neither: {
    rule: forgets,
    name: "a new object is taken for the old one, and no marks are compared",
    mutation: { cluster: (cluster, voter) => noMarks(sameUid(cluster, voter)) },
  },
  ballotsIgnored: {
    rule: "a voter's step is atomic",
    name: "it is written over whatever another proposer wrote",
    mutation: { cluster: (cluster) => noPrecondition(cluster) },
  },
  silenceIsConsent: {
    rule: "a majority decides",
    name: "who does not answer is taken to agree",
    mutation: {
      cluster: (cluster, voter, self, { clock }) => {
        if (voter === self) return cluster;
        return instead(cluster, {
          replace: (manifest, signal) =>
            Promise.race([cluster.replace(manifest, signal), clock.sleep(IMPATIENT_MS, signal).then(() => manifest)]),
        });
      },
    },
  },
} satisfies Record<string, Mutant>;
