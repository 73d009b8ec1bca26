import { expect, it } from "vitest";
import { describeCluster } from "../ports/cluster.conformance.ts";
import type { ClusterError } from "../ports/index.ts";
import { SimulatedCluster } from "./cluster.ts";

function newCluster(): SimulatedCluster {
  let seed = 0;
  const cluster = new SimulatedCluster({
    now: () => 0,
    random: () => (seed = (seed * 16807 + 11) % 2147483647) / 2147483647,
  });
  return cluster;
}

describeCluster("SimulatedCluster", () => Promise.resolve({ cluster: newCluster(), close: () => Promise.resolve() }));

it("fails while it is cut off, and then tells followers what is", async () => {
  const cluster = newCluster();
  const heard: string[] = [];
  const stop = new AbortController();
  const query = { apiVersion: "v1", kind: "Namespace" };
  const following = cluster.follow(
    query,
    (objects) => heard.push(objects.map(({ metadata }) => metadata.name).join(" ")),
    stop.signal,
    (error: ClusterError) => heard.push(error.code),
  );
  await cluster.list(query);
  cluster.reachable = false;
  await expect(cluster.list(query)).rejects.toMatchObject({ code: "unreachable" });
  const type = cluster.store.findKind("v1", "Namespace");
  cluster.store.create(type!, undefined, { apiVersion: "v1", kind: "Namespace", metadata: { name: "made-meanwhile" } });
  cluster.reachable = true;
  stop.abort();
  await following;
  expect(heard).toEqual(["", "unreachable", "made-meanwhile"]);
});
