import { chapter, code, section, step, steps, table, text } from "../blocks.ts";
import type { Block } from "../blocks.ts";
import { nodesOf, runCommand, shown, upgradeTime } from "../facts.ts";
import type { Facts } from "../facts.ts";
import { applyEverywhere, handOutLogins } from "./by-hand.ts";

/** How the engine's script, or the pipeline around it, is run. */
function engineStep(facts: Facts, mode: string, site: string) {
  return facts.hasPipeline
    ? step(`Run it for ${site}.`, runCommand(facts, mode, site))
    : step(`On the machine that deployed the cluster at ${site}:`, `rendered/aks-engine/${site}/${mode}.sh`);
}

export function scale(facts: Facts): readonly Block[] {
  const { fleet, hubs, order } = facts;
  const autoscaled = fleet.application.components.flatMap(({ name, replicas }) =>
    replicas.kind === "autoscaled"
      ? [[name, `${replicas.min} to ${replicas.max}, at ${replicas.targetCpuPercent} % CPU`]]
      : [[name, `${replicas.count}, fixed`]],
  );
  const [first = ""] = order;
  return [
    chapter("Scale"),
    text(
      "Three layers, from the quick to the slow: replicas of the application, nodes of a cluster, the hardware under it. Size each site to carry all users alone.",
    ),
    table(["component", "replicas at each site"], autoscaled),
    ...(facts.hasPipeline
      ? [
          text(
            "Change `replicas` or `resources` in the fleet file, render, commit: the pipeline does the rest, one site after another.",
          ),
        ]
      : [text("Change `replicas` or `resources` in the fleet file, render, commit."), steps(applyEverywhere(facts))]),
    ...(hubs.length === 0
      ? [text("The clusters were built by someone else: ask them for nodes.")]
      : [
          section("Nodes"),
          table(
            ["cluster", "nodes now", "of at most 50 in the subscription"],
            hubs.map((hub) => [
              hub.name,
              `${hub.cluster.controlPlane.count} control plane, ${nodesOf(hub) - hub.cluster.controlPlane.count} workers`,
              `\`${hub.platform.subscription}\``,
            ]),
          ),
          steps(
            "Change `workerPools[].count` of one site. `holdfast check` sees whether quotas, nodes in the subscription and addresses suffice. The number of control-plane nodes never changes.",
            step(
              "Render, look, commit.",
              "holdfast render holdfast.yaml --diff rendered",
              "holdfast render holdfast.yaml --out rendered",
            ),
            engineStep(facts, "scale", first),
            "Scaling down drains nodes first, the last of the pool at once: see that the rest carries the load before.",
            "Then the next site.",
          ),
          section("The Hub itself"),
          text(
            "More servers are a scale unit that is bought: cores, memory density and storage decide. A Hub's operator adds them; raise the subscription's quotas after.",
          ),
        ]),
  ];
}

export function upgrade(facts: Facts): readonly Block[] {
  const { fleet, hubs, order, hasPipeline } = facts;
  if (hubs.length === 0)
    return [
      chapter("Upgrade and patch"),
      text(
        `The clusters' owners upgrade them: never two places at once, in the order ${order.join(", ")}. Drain a site first (chapter **Planned switchover**).`,
      ),
    ];
  const [first = ""] = order;
  const windows = fleet.maintenance.windows.map(({ site, days, startMinute, durationMs, timeZone }) => [
    site,
    days.join(", "),
    `${String(Math.floor(startMinute / 60)).padStart(2, "0")}:${String(startMinute % 60).padStart(2, "0")} ${timeZone}`,
    shown(durationMs),
  ]);
  return [
    chapter("Upgrade and patch"),
    text("Nobody does this but you. One site, then wait until it has been well for a day, then the next."),
    table(
      ["cluster", "Kubernetes", "AKS Engine", "takes"],
      hubs.map((hub) => [hub.name, hub.cluster.kubernetesVersion, hub.platform.engine.version, upgradeTime(hub)]),
    ),
    section("Kubernetes, with the base image"),
    steps(
      "Have the Hub's operator download the base image of the new AKS Engine release. Quota for one machine more is needed while nodes are replaced.",
      "Change `kubernetesVersion` (one minor version at a time) and `engine.version` of one site; check, render, commit.",
      `Drain ${first}: chapter **Planned switchover**.`,
      engineStep(facts, "upgrade", first),
      "If it is interrupted, run the same again: it goes on where it was.",
      step(
        "See that it is well, then let it serve again.",
        hasPipeline ? `rendered/pipelines/${first}/health.sh` : "holdfast status holdfast.yaml",
      ),
    ),
    section("The base image only"),
    text("Security fixes of kernel and system come with newer base images. Kubernetes stays as it is."),
    steps(
      "Have the Hub's operator download the newest image of this release.",
      engineStep(facts, "upgrade-os-image", first),
      "Then the next site.",
    ),
    section("Between upgrades"),
    text(
      fleet.maintenance.unattendedUpgrades
        ? "Nodes install security updates by themselves, and do not reboot for them."
        : "Nodes install nothing by themselves (`maintenance.unattendedUpgrades: false`): updates come with upgrades only.",
      fleet.maintenance.reboots === "kured"
        ? "kured drains and reboots one node at a time, in these windows, which never overlap:"
        : "Reboots are yours (`maintenance.reboots: manual`): `kubectl drain`, reboot, `kubectl uncordon`, one node at a time, one site at a time.",
    ),
    ...(windows.length === 0 ? [] : [table(["site", "days", "from", "for"], windows)]),
  ];
}

export function rotate(facts: Facts): readonly Block[] {
  const { fleet, hubs, order, postgresql } = facts;
  const [first = ""] = order;
  const { kind } = fleet.access.secrets;
  return [
    chapter("Rotate certificates and secrets"),
    ...(hubs.length === 0
      ? []
      : [
          section("A cluster's certificates"),
          text(
            "AKS Engine makes new ones for etcd, the API server and kubeconfigs. **The API is away meanwhile**, so drain the site first; the application's pods go on.",
          ),
          steps(
            engineStep(facts, "rotate-certs", first),
            `Every kubeconfig of that cluster is replaced: people fetch new ones${facts.hasPipeline ? ", the pipeline has made its own" : ""}.`,
            "Then the next site.",
          ),
        ]),
    section("A password or key"),
    steps(
      kind === "kubernetes"
        ? "Make a new value and put it where the old one is kept."
        : step(
            "Put the new value into the vault, under the name in `rendered/access/_secrets/README.md`; a random one so. (Do not delete the old one first: a Key Vault keeps a deleted secret's name for weeks.)",
            "openssl rand -hex 32 | tr -d '\\n' | rendered/access/_secrets/put.sh NAME",
          ),
      step(
        "Give it to each site, and restart what read the old one.",
        ...order.map((site) => `kubectl config use-context ${site} && rendered/access/${site}/fill-secrets.sh`),
      ),
      "A database keeps passwords of its own. Change one there first (`ALTER ROLE`, `db.changeUserPassword`), at the primary; it reaches the others by replication.",
    ),
    ...(postgresql.length === 0
      ? []
      : [
          section("The voters' logins"),
          text(
            "A site reaches the others' registers with a token of the Secret `holdfast-voter-token`. To replace it: delete that Secret at the voter, apply its manifest again, and hand the new login out.",
          ),
          code(
            `kubectl --context ${first} --namespace holdfast-system delete secret holdfast-voter-token`,
            `kubectl --context ${first} apply --server-side --field-manager holdfast --recursive --filename rendered/kubernetes/${first}/holdfast-system/holdfast-voter-token`,
            ...handOutLogins(fleet, first),
          ),
        ]),
    ...(fleet.traffic.tls.kind === "cert-manager"
      ? [
          section("The site's certificate"),
          text(
            `cert-manager renews it by itself, from \`${fleet.traffic.tls.issuer}\`. It warns in its events when it cannot: \`kubectl get certificates --all-namespaces\`.`,
          ),
        ]
      : []),
  ];
}
