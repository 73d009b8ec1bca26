import type { Component, Fleet } from "../fleet.ts";
import { cpuMillicores, quantityBytes } from "../units.ts";
import type { Contradiction } from "./contradiction.ts";

const PLACEHOLDER = /\$\{([^}]*)\}/g;

export function checkApplication({ application }: Fleet): Contradiction[] {
  const at = (index: number, ...rest: (string | number)[]) => ["application", "components", index, ...rest];
  return [
    ...application.components.flatMap((component, index) => {
      const here = (...rest: (string | number)[]) => at(index, ...rest);
      return [...checkSize(component, here), ...checkPorts(component, here), ...checkEnvironment(component, here)];
    }),
    ...checkPaths(application.components, at),
  ];
}

type Here = (...rest: (string | number)[]) => (string | number)[];

function* checkSize({ replicas, resources }: Component, here: Here): Iterable<Contradiction> {
  if (replicas.kind === "autoscaled" && replicas.min > replicas.max) {
    yield {
      path: here("replicas", "min"),
      message: `the fewest replicas, ${replicas.min}, are more than the most, ${replicas.max}`,
    };
  }
  yield* checkResources(resources, here("resources"));
}

export function* checkResources(
  { requests, limits }: Component["resources"],
  path: readonly (string | number)[],
): Iterable<Contradiction> {
  if (limits.cpu !== undefined && cpuMillicores(requests.cpu) > cpuMillicores(limits.cpu)) {
    yield aboveLimit([...path, "requests", "cpu"], [...path, "limits", "cpu"], "CPU");
  }
  if (quantityBytes(requests.memory) > quantityBytes(limits.memory)) {
    yield aboveLimit([...path, "requests", "memory"], [...path, "limits", "memory"], "memory");
  }
}

function aboveLimit(path: Contradiction["path"], limit: Contradiction["path"], what: string): Contradiction {
  return {
    path,
    message: `more ${what} is requested than the limit allows`,
    hint: "Kubernetes refuses this: lower the request or raise the limit.",
    other: { path: limit, message: "the limit" },
  };
}

function* checkPorts({ ports }: Component, here: Here): Iterable<Contradiction> {
  for (const [index, port] of ports.entries()) {
    const earlier = ports.findIndex(
      (other) => other.servicePort === port.servicePort || other.containerPort === port.containerPort,
    );
    if (earlier < index) {
      yield {
        path: here("ports", index),
        message: "two ports of the component have the same number",
        other: { path: here("ports", earlier), message: "the other one" },
      };
    }
  }
}

function* checkEnvironment({ configuration, secrets }: Component, here: Here): Iterable<Contradiction> {
  for (const [name, value] of Object.entries(configuration)) {
    const unknown = [...value.matchAll(PLACEHOLDER)].find(([, placeholder]) => placeholder !== "site");
    if (unknown !== undefined) {
      yield {
        path: here("configuration", name),
        message: "only ${site} is filled in, no other placeholder",
        hint: "Use ${site}, or write it without ${...}.",
      };
    }
  }
  for (const [index, { env }] of secrets.entries()) {
    if (env in configuration) {
      yield {
        path: here("secrets", index, "env"),
        message: `the variable ${env} is set twice`,
        other: { path: here("configuration", env), message: "also set here" },
      };
    }
    const earlier = secrets.findIndex((other) => other.env === env);
    if (earlier < index) {
      yield {
        path: here("secrets", index, "env"),
        message: `the variable ${env} is set twice`,
        other: { path: here("secrets", earlier, "env"), message: "also set here" },
      };
    }
  }
}

/** All components share one host, so a path can lead to one of them only. */
function* checkPaths(
  components: readonly Component[],
  at: (index: number, ...rest: (string | number)[]) => Contradiction["path"],
): Iterable<Contradiction> {
  const first = new Map<string, Contradiction["path"]>();
  for (const [index, { exposure }] of components.entries()) {
    for (const [position, { path, match }] of (exposure?.paths ?? []).entries()) {
      const key = `${match} ${path}`;
      const place = at(index, "exposure", "paths", position);
      const earlier = first.get(key);
      if (earlier === undefined) first.set(key, place);
      else
        yield {
          path: place,
          message: `the path ${path} leads to two components`,
          other: { path: earlier, message: "also here" },
        };
    }
  }
}
