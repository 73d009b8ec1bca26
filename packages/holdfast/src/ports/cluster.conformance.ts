import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ClusterError } from "./cluster.ts";
import type { Cluster, KubernetesObject, Manifest } from "./cluster.ts";

export interface ClusterUnderTest {
  readonly cluster: Cluster;
  close(): Promise<void>;
}

/** What every Cluster must do, on a server that is empty apart from what servers have from the start. */
export function describeCluster(name: string, open: () => Promise<ClusterUnderTest>): void {
  describe(`${name} is a Cluster`, () => {
    let subject: ClusterUnderTest;
    let cluster: Cluster;
    let namespaces = 0;

    beforeAll(async () => {
      subject = await open();
      cluster = subject.cluster;
    });
    afterAll(() => subject.close());

    /** Each test has its own, so none depends on another. */
    async function newNamespace(): Promise<string> {
      const namespace = `conformance-${++namespaces}`;
      await cluster.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
      return namespace;
    }

    const configMap = (namespace: string, map: string, data: Record<string, string>, labels = {}): Manifest => ({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: map, namespace, ...(Object.keys(labels).length === 0 ? {} : { labels }) },
      data,
    });
    const reference = (namespace: string, map: string) => ({
      apiVersion: "v1",
      kind: "ConfigMap",
      namespace,
      name: map,
    });

    it("applies: creates, changes, and takes away what is no longer named", async () => {
      const namespace = await newNamespace();
      await cluster.apply(configMap(namespace, "a", { one: "1", two: "2" }));
      const stored = await cluster.apply(configMap(namespace, "a", { two: "two" }));
      expect(stored).toMatchObject({ apiVersion: "v1", kind: "ConfigMap", data: { two: "two" } });
      expect(stored["data"]).not.toHaveProperty("one");
    });

    it("changes nothing when the same is applied again", async () => {
      const namespace = await newNamespace();
      const first = await cluster.apply(configMap(namespace, "a", { one: "1" }));
      const second = await cluster.apply(configMap(namespace, "a", { one: "1" }));
      expect(second.metadata.resourceVersion).toBe(first.metadata.resourceVersion);
    });

    it("leaves what others own alone", async () => {
      const namespace = await newNamespace();
      await cluster.create(configMap(namespace, "a", { theirs: "1" }));
      const stored = await cluster.apply(configMap(namespace, "a", { ours: "2" }));
      expect(stored).toMatchObject({ data: { theirs: "1", ours: "2" } });
    });

    it("takes over a field that somebody else set", async () => {
      const namespace = await newNamespace();
      await cluster.create(configMap(namespace, "a", { field: "theirs" }));
      expect(await cluster.apply(configMap(namespace, "a", { field: "ours" }))).toMatchObject({
        data: { field: "ours" },
      });
    });

    it("answers undefined for an object that is not there", async () => {
      const namespace = await newNamespace();
      expect(await cluster.get(reference(namespace, "none"))).toBeUndefined();
    });

    it("creates once", async () => {
      const namespace = await newNamespace();
      await cluster.create(configMap(namespace, "a", {}));
      await expect(cluster.create(configMap(namespace, "a", {}))).rejects.toMatchObject({ code: "conflict" });
    });

    it("replaces only the version that was read", async () => {
      const namespace = await newNamespace();
      const read = await cluster.create(configMap(namespace, "a", { n: "1" }));
      const written = await cluster.replace({ ...read, data: { n: "2" } });
      expect(written).toMatchObject({ data: { n: "2" } });
      await expect(cluster.replace({ ...read, data: { n: "3" } })).rejects.toMatchObject({ code: "conflict" });
      expect(await cluster.get(reference(namespace, "a"))).toMatchObject({ data: { n: "2" } });
    });

    it("lists by namespace and label, each object with what it is", async () => {
      const [here, there] = [await newNamespace(), await newNamespace()];
      await cluster.apply(configMap(here, "a", {}, { colour: "red" }));
      await cluster.apply(configMap(here, "b", {}, { colour: "blue" }));
      await cluster.apply(configMap(there, "c", {}, { colour: "red" }));
      const query = { apiVersion: "v1", kind: "ConfigMap", labelSelector: "colour=red" };
      const names = (objects: readonly KubernetesObject[]) => objects.map(({ metadata }) => metadata.name).sort();
      expect(names(await cluster.list(query))).toEqual(["a", "c"]);
      const inOne = await cluster.list({ ...query, namespace: here });
      expect(names(inOne)).toEqual(["a"]);
      expect(inOne[0]).toMatchObject({ apiVersion: "v1", kind: "ConfigMap" });
    });

    it("deletes, and does not mind what is not there", async () => {
      const namespace = await newNamespace();
      await cluster.apply(configMap(namespace, "a", {}));
      await cluster.delete(reference(namespace, "a"));
      await cluster.delete(reference(namespace, "a"));
      expect(await cluster.get(reference(namespace, "a"))).toBeUndefined();
    });

    it("says what is wrong with a request", async () => {
      const namespace = await newNamespace();
      const code = (promise: Promise<unknown>) =>
        promise.then(
          () => "accepted",
          (error: unknown) => (error instanceof ClusterError ? error.code : error),
        );
      const map = configMap(namespace, "a", {});
      expect(await code(cluster.apply({ ...map, kind: "Gadget" }))).toBe("unknown-kind");
      expect(await code(cluster.list({ apiVersion: "gadgets.example/v1", kind: "Gadget" }))).toBe("unknown-kind");
      expect(await code(cluster.apply(configMap("no-such-namespace", "a", {})))).toBe("not-found");
      expect(await code(cluster.apply({ ...map, metadata: { ...map.metadata, name: "Not_A_Name" } }))).toBe("invalid");
      expect(await code(cluster.apply({ ...map, dta: {} }))).toBe("invalid");
    });

    it("asks nothing after its signal aborted", async () => {
      const namespace = await newNamespace();
      const reason = new Error("enough");
      await expect(cluster.apply(configMap(namespace, "a", {}), AbortSignal.abort(reason))).rejects.toBe(reason);
      expect(await cluster.get(reference(namespace, "a"))).toBeUndefined();
    });

    it("follows: first what is there, then every change, until the signal aborts", async () => {
      const namespace = await newNamespace();
      await cluster.apply(configMap(namespace, "a", { n: "1" }, { colour: "red" }));
      const seen = new Sightings();
      const stop = new AbortController();
      const query = { apiVersion: "v1", kind: "ConfigMap", namespace, labelSelector: "colour=red" };
      const following = cluster.follow(query, (objects) => seen.add(objects), stop.signal);
      await seen.until((sight) => sight === "a:1");
      await cluster.apply(configMap(namespace, "b", { n: "1" }, { colour: "red" }));
      await seen.until((sight) => sight === "a:1 b:1");
      await cluster.apply(configMap(namespace, "a", { n: "2" }, { colour: "red" }));
      await seen.until((sight) => sight === "a:2 b:1");
      // It no longer matches: to a follower it is gone.
      await cluster.apply(configMap(namespace, "b", { n: "1" }, { colour: "blue" }));
      await seen.until((sight) => sight === "a:2");
      await cluster.delete(reference(namespace, "a"));
      await seen.until((sight) => sight === "");
      stop.abort();
      await following;
      const heard = seen.count;
      await cluster.apply(configMap(namespace, "c", { n: "1" }, { colour: "red" }));
      expect(seen.count).toBe(heard);
    });
  });
}

/** What a follower was told, and a wait for it: no test sleeps. */
class Sightings {
  #last = "nothing yet";
  #waiting: (() => void)[] = [];
  count = 0;

  add(objects: readonly KubernetesObject[]): void {
    this.count++;
    const text = ({ metadata, data }: KubernetesObject) =>
      `${metadata.name}:${(data as { n?: string } | undefined)?.n ?? ""}`;
    this.#last = objects.map(text).sort().join(" ");
    for (const check of this.#waiting.splice(0)) check();
  }

  async until(holds: (last: string) => boolean): Promise<void> {
    while (!holds(this.#last)) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }
}
