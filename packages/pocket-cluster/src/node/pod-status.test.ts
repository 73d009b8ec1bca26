import { describe, expect, it } from "vitest";
import type { ContainerState, ContainerStatus, Pod } from "../objects/index.ts";
import { phaseOf } from "./pod-status.ts";

const running: ContainerState = { running: { startedAt: "" } };
const waiting: ContainerState = { waiting: { reason: "ContainerCreating" } };
const ended = (exitCode: number): ContainerState => ({
  terminated: { exitCode, reason: "", startedAt: "", finishedAt: "" },
});

function phase(
  policy: string,
  states: readonly ContainerState[],
  { init = [], lastState = {} }: { init?: readonly ContainerState[]; lastState?: ContainerState } = {},
): string {
  const status = (state: ContainerState): ContainerStatus => ({
    name: "a",
    state,
    lastState,
    ready: false,
    started: false,
    restartCount: 0,
    image: "",
    imageID: "",
  });
  const pod = {
    metadata: {},
    spec: { restartPolicy: policy, containers: [], initContainers: init.map(() => ({ name: "i" })) },
  } as unknown as Pod;
  return phaseOf({ pod, containers: states.map(status), initContainers: init.map(status) });
}

// As in the tables of the kubelet's own TestPodPhaseWith...
describe("the phase of a pod", () => {
  it.each([
    ["Always", [waiting, running], "Pending"],
    ["Always", [running, running], "Running"],
    ["Always", [ended(0), ended(0)], "Running"],
    ["Always", [ended(1), running], "Running"],
    ["OnFailure", [ended(0), ended(0)], "Succeeded"],
    ["OnFailure", [ended(1), ended(0)], "Running"],
    ["Never", [ended(0), ended(0)], "Succeeded"],
    ["Never", [ended(0), ended(1)], "Failed"],
    ["Never", [ended(1), running], "Running"],
  ] as const)("%s: %j is %s", (policy, states, expected) => expect(phase(policy, states)).toBe(expected));

  it("is Pending until the init containers are done, and Failed when one may not be tried again", () => {
    expect(phase("Always", [waiting], { init: [running] })).toBe("Pending");
    expect(phase("Always", [waiting], { init: [ended(1)] })).toBe("Pending");
    expect(phase("Never", [waiting], { init: [ended(1)] })).toBe("Failed");
    expect(phase("Always", [running], { init: [ended(0)] })).toBe("Running");
  });

  it("is Running while a crashed container waits for its restart", () => {
    expect(phase("Always", [waiting], { lastState: ended(1) })).toBe("Running");
  });
});
