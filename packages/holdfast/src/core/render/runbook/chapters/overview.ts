import { membersOf } from "../../../spec/index.ts";
import type { Fleet } from "../../../spec/index.ts";
import { chapter, list, table, text } from "../blocks.ts";
import type { Block } from "../blocks.ts";
import { UPGRADE_MINUTES, joined, shown, upgradeTime, verdictMs } from "../facts.ts";
import type { Facts } from "../facts.ts";

export function overview(facts: Facts): readonly Block[] {
  const { fleet } = facts;
  return [
    chapter("The fleet"),
    table(
      ["place", "where", "what it is", "API server", "users come to"],
      membersOf(fleet).map(({ name, role, location, platform, addresses }) => [
        `**${name}**${role === "witness" ? " (witness)" : ""}`,
        [location.dataCentre, location.region].filter(Boolean).join(", "),
        platform.kind === "azure-stack-hub"
          ? `Azure Stack Hub, ${platform.connectivity}, ${platform.identity}`
          : (platform.distribution ?? "Kubernetes"),
        addresses.peering.kubernetesApi === undefined
          ? ""
          : `${addresses.peering.kubernetesApi.host}:${addresses.peering.kubernetesApi.port}`,
        addresses.ingress === undefined ? "" : addresses.ingress.host,
      ]),
    ),
    text(
      `Users open \`${fleet.traffic.host}\`.`,
      `Sites are changed in this order: ${joined(facts.order)}.`,
      "kubectl contexts are called as the places: whoever works by this page has one for each.",
    ),
    chapter("Contacts"),
    fleet.monitoring.alertMail === undefined
      ? text(
          "The fleet file names nobody who is told (`monitoring.alertMail`): write names and numbers here, on paper.",
        )
      : text(
          `Alerts go to **${fleet.monitoring.alertMail}**. Write the numbers of these people here, on paper: mail may be what is down.`,
        ),
    list(
      ...facts.hubs.map(
        ({ name, platform }) =>
          `The operator of the Hub at ${name} (quotas, images, infrastructure backup): portal \`${platform.portalUrl}\``,
      ),
      "Whoever may approve a loss of data",
      ...fleet.access.groups.map(({ name, purpose }) => `${name}: ${purpose}`),
    ),
    chapter("How long things take"),
    text(
      "Each number is an upper bound that follows from the fleet file as the last column says (predicted), or comes from a maker's documents. `holdfast lab` and `holdfast simulate` measure.",
    ),
    table(["what", "how long", "how it comes about"], durations(facts)),
  ];
}

function durations(facts: Facts): readonly (readonly string[])[] {
  const { fleet, hubs, postgresql, mongodb } = facts;
  const { probe, ttlSeconds, provider } = fleet.traffic;
  const seen = verdictMs(fleet);
  return [
    [
      `A lost site is ${provider === "azure-traffic-manager" ? "Degraded in Traffic Manager" : "judged down"}`,
      shown(seen),
      `predicted: ${probe.fall} failed probes, every ${shown(probe.intervalMs)}, the last one waits ${shown(probe.timeoutMs)}`,
    ],
    [
      "Resolvers forget its address",
      shown(seen + ttlSeconds * 1000),
      `predicted: that, and the TTL of ${ttlSeconds} s`,
    ],
    [
      "A site that is back gets users again",
      shown(probe.rise * probe.intervalMs + ttlSeconds * 1000),
      `predicted: ${probe.rise} good probes and the TTL, once it serves`,
    ],
    ...postgresql.flatMap(({ name, sites, lease, failback, soakMs }) =>
      sites.length < 2
        ? []
        : [
            [
              `${name}: another site may take over`,
              shown(lease.ttlMs),
              `predicted: the lease runs out ${shown(lease.ttlMs)} after its last renewal; then election and promotion`,
            ],
            [
              `${name}: a cut-off primary stops itself`,
              shown(lease.ttlMs - lease.fenceMarginMs),
              `predicted: the lease less its margin of ${shown(lease.fenceMarginMs)}, on its own clock`,
            ],
            ...(failback === "automatic"
              ? [
                  [
                    `${name}: it goes back to ${sites[0] ?? ""} by itself`,
                    shown(soakMs),
                    "predicted: the soak time, after it has everything",
                  ],
                ]
              : []),
          ],
    ),
    ...mongodb.map(({ name, electionTimeoutMs }) => [
      `${name}: the members elect another primary`,
      `${shown(electionTimeoutMs)} and a few seconds`,
      "predicted: the election timeout, and the election",
    ]),
    ...(hubs.length === 0
      ? []
      : [
          ["A VPN gateway is made", "up to 45 minutes", "Microsoft's documents"],
          ["A cluster is built", "half an hour and more", "Microsoft's documents; so is the rest"],
          ...hubs.map((hub) => [
            `Upgrade at ${hub.name}`,
            upgradeTime(hub),
            `${UPGRADE_MINUTES.min} to ${UPGRADE_MINUTES.max} minutes a machine, one after another`,
          ]),
          ["A changed quota counts", "up to 2 hours", "ask before you need it"],
        ]),
    ...fleet.backups.map(({ store, schedule, rehearsal }) => [
      `Backups of ${store} are due`,
      `\`${schedule}\` UTC`,
      `planned${rehearsal === undefined ? ", and no rehearsal is" : `; a restore is to be rehearsed \`${rehearsal}\` UTC`}. Who takes them: chapter **Take backups**`,
    ]),
  ];
}

export function decisions(facts: Facts): readonly Block[] {
  const { fleet, hasPipeline } = facts;
  return [
    chapter("Decisions"),
    table(
      ["what you see", "what it may be", "what to do"],
      [
        [
          "One site is judged down, users are served",
          "the site or its network is lost",
          "chapter **A site is lost**; no hurry, and no second change now",
        ],
        [
          "One site looks down to some places only",
          "a link is cut",
          "look at the link first; a site that is only cut off comes back by itself",
        ],
        [
          "Nobody can write, sites are up",
          "no majority of the votes, or no standby had everything",
          whoIsMissing(facts),
        ],
        [
          "Everything is down",
          "more than one place, DNS, or a common cause",
          "stand up one site; look for what they share: registry, identity, certificates",
        ],
        [
          "A change made it worse",
          "the change",
          `revert it in Git and ${hasPipeline ? "let the pipeline run" : "apply what is rendered from it"}; never repair by hand what is rendered`,
        ],
      ],
    ),
    ...(hasPipeline ? [whichAgents(fleet)] : []),
  ];
}

function whoIsMissing({ postgresql, mongodb }: Facts): string {
  return [
    ...(postgresql.length === 0
      ? []
      : [
          "`holdfast status` says who does not report and whether somebody is in sync; bring one voter back before anything else",
        ]),
    ...(mongodb.length === 0
      ? []
      : [
          `${joined(mongodb.map(({ name }) => name))}: the set says who is missing, and a person may take their votes away (chapter **A site is lost**)`,
        ]),
  ].join(". ");
}

function whichAgents(fleet: Fleet): Block {
  return table(
    [
      "place",
      "Hub's management reached from the Internet",
      "Kubernetes API reached from the Internet",
      "so its stages run",
    ],
    membersOf(fleet).map(({ name, platform, network: { internet } }) => {
      const hub = platform.kind === "azure-stack-hub";
      const yes = (reached: boolean) => (reached ? "yes" : "no");
      const own = fleet.delivery.selfHostedPools[name];
      return [
        name,
        hub ? yes(internet.management) : "no Hub",
        yes(internet.kubernetesApi),
        own === undefined
          ? "as `pipelines/README.md` says"
          : `where an endpoint is not reached, on our own agents: \`${own}\``,
      ];
    }),
  );
}
