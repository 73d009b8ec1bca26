import { clockTime, rebootTimes } from "../../../azure-stack-hub/index.ts";
import type { Fleet, Member } from "../../../spec/index.ts";
import type { PlatformChart } from "./platform-chart.ts";

/**
 * A kured is built for one Kubernetes minor: https://kured.dev/docs/installation/ . Chart 6.0.0 is in kubereboot/charts with app
 * version 1.22.1; releases show 5.11.0 with 1.21.0 and 6.1.0 with 1.23.0.
 */
const VERSIONS: readonly { readonly minor: number; readonly chart: string; readonly tag: string }[] = [
  { minor: 33, chart: "5.11.0", tag: "1.21.0" },
  { minor: 34, chart: "6.0.0", tag: "1.22.1" },
  { minor: 35, chart: "6.1.0", tag: "1.23.0" },
];

/** Drains and reboots nodes one at a time when an update asks for it (R128, R129), in the site's own window. */
export const kured: PlatformChart = {
  release: "kured",
  namespace: "kube-system",
  what: "Reboots nodes that updates left waiting, one at a time, in this site's window",
  pinAt: (fleet, member) => {
    // Without a window it would reboot at any time, at two sites at once.
    if (fleet.maintenance.reboots !== "kured" || timesAt(fleet, member) === undefined) return undefined;
    const { chart, tag, minor } = versionFor(member);
    return {
      chart: "kured",
      repository: "https://kubereboot.github.io/charts",
      version: chart,
      kubernetes: `1.${minor}`,
      images: { kured: { host: "ghcr.io", path: "kubereboot/kured", tag } },
    };
  },
  values: ({ fleet, member, image }) => {
    const { registry, path, tag } = image("kured");
    const times = timesAt(fleet, member);
    const { pullSecret } = fleet.registry;
    return {
      image: {
        repository: `${registry}/${path}`,
        tag,
        ...(pullSecret === undefined ? {} : { pullSecrets: [{ name: pullSecret }] }),
      },
      configuration: {
        ...(times === undefined
          ? {}
          : {
              rebootDays: times.days,
              startTime: clockTime(times.startMinute),
              endTime: clockTime(times.endMinute),
              timeZone: times.timeZone,
            }),
        // Often enough to be heard in a short window.
        period: "10m",
        concurrency: 1,
        // A drain that a budget holds up is given up: the node is let go again, and tried next time.
        drainTimeout: "30m",
        forceReboot: false,
        annotateNodes: true,
      },
      // Control-plane nodes get updates, too.
      tolerations: [{ key: "node-role.kubernetes.io/control-plane", operator: "Exists", effect: "NoSchedule" }],
      resources: { requests: { cpu: "10m", memory: "32Mi" }, limits: { memory: "128Mi" } },
      metrics: { create: fleet.monitoring.kind === "prometheus" },
    };
  },
};

function timesAt({ maintenance }: Fleet, { name }: Member) {
  return rebootTimes(maintenance.windows.filter(({ site }) => site === name));
}

/** For a cluster that somebody else runs the newest: it tells one Kubernetes from the next less than an old one would. */
function versionFor(member: Member) {
  const known = member.role === "site" ? member.cluster?.kubernetesVersion : undefined;
  const minor = known === undefined ? Infinity : Number(known.split(".")[1]);
  const last = VERSIONS[VERSIONS.length - 1] ?? { minor: 0, chart: "", tag: "" };
  return VERSIONS.find((each) => each.minor >= minor) ?? last;
}
