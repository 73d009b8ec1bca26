import type { Component } from "../../../spec/index.ts";
import { ingressDeployment } from "../../helm/index.ts";
import { chapter, code, list, section, step, steps, table, text } from "../blocks.ts";
import type { Block } from "../blocks.ts";
import { joined, runCommand, shown, verdictMs } from "../facts.ts";
import type { Facts } from "../facts.ts";
import { electionRow, lookAtSets, primariesElsewhere, votesBack, votesByHand } from "./mongodb.ts";
import { besides, keptBeside } from "./backups.ts";
import { applyAt, applyEverywhere } from "./by-hand.ts";

export function planned(facts: Facts): readonly Block[] {
  const { fleet, postgresql, order } = facts;
  const [first = ""] = order;
  const other = fleet.sites.map(({ name }) => name).find((name) => name !== first) ?? first;
  return [
    chapter("Planned switchover"),
    text(`Before work on a site, here ${first}: its stores are led elsewhere, its users come elsewhere.`),
    ...(postgresql.length === 0
      ? []
      : [
          code(
            ...postgresql
              .filter(({ sites }) => sites.length > 1)
              .map(
                ({ name, sites }) =>
                  `holdfast switchover ${name} --to ${sites.find((site) => site !== first) ?? other} --file holdfast.yaml --reason "work on ${first}"`,
              ),
          ),
          text(
            "Nothing that was acknowledged is lost; writes are refused for a moment, and the command says how long. It does nothing when the other site does not have everything.",
          ),
        ]),
    ...steering(facts, first),
    ...primariesElsewhere(facts),
  ];
}

function steering(facts: Facts, site: string): readonly Block[] {
  const { provider, azureTrafficManager, ttlSeconds } = facts.fleet.traffic;
  if (provider === "azure-traffic-manager")
    return [
      text(
        `Take its endpoint out of the answers; resolvers keep an old one for ${ttlSeconds} s. Put it back with \`Enabled\`.`,
      ),
      code(
        `az network traffic-manager endpoint update --resource-group ${azureTrafficManager?.resourceGroup ?? ""} --profile-name ${azureTrafficManager?.relativeName ?? ""} \\`,
        `  --type externalEndpoints --name ${site} --endpoint-status Disabled`,
      ),
    ];
  return [
    text(
      `The site is left out of the answers once its ingress does not answer, ${shown(verdictMs(facts.fleet))} later at most; resolvers keep an old answer for ${ttlSeconds} s. Put it back with its old number of replicas.`,
    ),
    ...(facts.hubs.some(({ name }) => name === site)
      ? [
          code(
            `kubectl --context ${site} --namespace ingress scale deployment ${ingressDeployment(facts.fleet)} --replicas 0`,
          ),
        ]
      : []),
  ];
}

export function lost(facts: Facts): readonly Block[] {
  const { fleet, postgresql, mongodb, hubs } = facts;
  const alone = postgresql.filter(({ durability }) => durability === "local-only");
  return [
    chapter("A site is lost"),
    section("What happens by itself"),
    table(
      ["after at most", "what"],
      [
        [shown(verdictMs(fleet)), `the site is judged down and left out of the answers for \`${fleet.traffic.host}\``],
        [shown(verdictMs(fleet) + fleet.traffic.ttlSeconds * 1000), "resolvers have forgotten it: users are elsewhere"],
        ...postgresql
          .filter(({ sites }) => sites.length > 1)
          .map(({ name, lease, sites }) => [
            `${shown(lease.ttlMs)} and an election`,
            `${name}: if it led there, one of ${joined(sites)} that has everything becomes primary, with the votes of ${joined(voters(facts))}`,
          ]),
        ...mongodb.map((store) => electionRow(facts, store)),
      ],
    ),
    section("What to do"),
    steps(
      step(
        `Look, from any place that is left: which places answer and whom they see${postgresql.length > 0 ? `, and of ${joined(postgresql.map(({ name }) => name))} who is primary, who is in sync and who does not report. With nobody in sync, no second loss is survived` : ""}.`,
        "holdfast status holdfast.yaml",
      ),
      ...lookAtSets(facts),
      `Touch nothing at the other sites: no upgrade, no reboot, no change that can wait.${facts.hasPipeline ? " Approve nothing in the pipeline." : ""}`,
      "Tell the people of **Contacts**. Find out whether it is the site, its network, or what sites share.",
      ...(hubs.length > 0
        ? [
            "A Hub that is lost as a whole: its operator recovers the Hub first (infrastructure backup). No application data is in that backup.",
          ]
        : []),
      `If it comes back by itself, nothing is to be done${mongodb.length > 0 ? ", but to give back what votes were taken" : ""}: ${postgresql.length > 0 ? "a site that returns stays fenced, catches up, and takes part again" : "its members catch up from the others, and vote again"}.`,
    ),
    ...(alone.length > 0
      ? [text(`${joined(alone.map(({ name }) => name))}: \`local-only\`, so no other site can take over by itself.`)]
      : []),
    ...votesByHand(facts),
    ...manualFailover(facts),
  ];
}

function voters({ fleet }: Facts): readonly string[] {
  return [...fleet.sites.map(({ name }) => name), ...(fleet.witness === undefined ? [] : [fleet.witness.name])];
}

function manualFailover({ postgresql }: Facts): readonly Block[] {
  const able = postgresql.filter(({ sites }) => sites.length > 1);
  if (able.length === 0) return [];
  return [
    section("Only if no site takes over by itself"),
    text(
      "That is so when none of the sites left had everything that was acknowledged. **This loses data**, and it is recorded who asked for it: whoever answers for the data decides, and first makes sure that the lost site stays down.",
    ),
    code(
      ...able.map(
        ({ name, sites }) =>
          `holdfast failover ${name} --to ${sites[1] ?? ""} --file holdfast.yaml --accept-data-loss --reason "..."`,
      ),
    ),
  ];
}

export function back(facts: Facts): readonly Block[] {
  const { postgresql, mongodb } = facts;
  return [
    chapter("Get it back"),
    steps(
      `Power, network, links; then the cluster. What stood there may start: ${postgresql.length > 0 ? "a site that returns does not serve its database before it knows who leads" : "members follow whoever is primary by then"}.`,
      ...postgresql.map(
        ({ name }) =>
          `${name}: its server is rewound or cloned from the primary, follows, and is counted again once it has everything. \`holdfast status\` shows how far it is.`,
      ),
      ...mongodb.flatMap((store) => [
        `${store.name}: its members catch up from the others; one that was away for longer than the oplog reaches copies everything anew.`,
        ...votesBack(facts, store),
      ]),
      "Users come back by themselves when the site has answered long enough.",
      ...postgresql
        .filter(({ sites }) => sites.length > 1)
        .map(({ name, failback, sites, soakMs }) =>
          failback === "automatic"
            ? `${name} goes back to ${sites[0] ?? ""} by itself, ${shown(soakMs)} after it has everything.`
            : `${name} stays where it is until somebody asks: \`holdfast switchover ${name} --to ${sites[0] ?? ""} --file holdfast.yaml\`.`,
        ),
      ...(facts.hasPipeline
        ? [
            step(
              "Bring it to what is in Git now: it missed what changed meanwhile.",
              runCommand(facts, "deploy", "all"),
            ),
          ]
        : ["Bring it to what is in Git now: it missed what changed meanwhile.", applyEverywhere(facts)]),
    ),
  ];
}

export function witness({ fleet, postgresql, mongodb, hasPipeline }: Facts): readonly Block[] {
  const { witness: lostWitness } = fleet;
  if (lostWitness === undefined) return [];
  const { name } = lostWitness;
  const hasStores = postgresql.length > 0 || mongodb.some(({ members }) => members.some(({ site }) => site === name));
  return [
    chapter("The witness is lost"),
    text(
      `${name} votes and holds no data. Users notice nothing.`,
      hasStores ? "But **the next loss of a site stops writes**: the votes that are left are no majority then." : "",
    ),
    steps(
      step("See that it is only the witness.", "holdfast status holdfast.yaml"),
      `Bring it back, or stand it up elsewhere under the same name: correct its address in the fleet file, render, ${hasPipeline ? "run the pipeline for it" : "and do for it what **Stand it up** says, the logins to voters among it"}.`,
      ...(postgresql.length === 0
        ? []
        : [
            "A voter that was rebuilt has forgotten what it promised; the others see that, and take it in again by themselves.",
          ]),
      ...mongodb
        .filter(({ members }) => members.some(({ site }) => site === name))
        .map((store) => `${store.name}: its arbiter starts empty and needs nothing.`),
    ),
  ];
}

export function restore({ fleet }: Facts): readonly Block[] {
  const { namespace, components } = fleet.application;
  const scaled = (replicas: (component: Component) => number) =>
    components.map(
      (component) =>
        `kubectl --context SITE --namespace ${namespace} scale deployment ${component.name} --replicas ${replicas(component)}`,
    );
  return [
    chapter("Restore from a backup"),
    text(
      "For what replication cannot undo: a wrong deletion, a broken release. Replication copies mistakes within a moment. What was written after the backup is lost, so whoever answers for the data decides.",
    ),
    ...(fleet.backups.length === 0
      ? [text("**The fleet file plans no backups.** There is nothing to restore from.")]
      : [
          text("Chapter **Take backups** says where they are, and who takes them: without anybody there are none."),
          steps(
            step("Stop writers, at every site.", ...scaled(() => 0)),
            "Restore beside the store, never over it, and look at what is there.",
            ...fleet.backups.map(
              ({ store }) => `${store}: ${besides(fleet.stores.find(({ name }) => name === store))}`,
            ),
            "Take over what is wanted, at the primary only; the others follow.",
            step(
              "Start the writers again, at every site.",
              ...scaled(({ replicas }) => (replicas.kind === "fixed" ? replicas.count : replicas.min)),
            ),
          ),
          list("A backup that was never restored is none: rehearse as the schedule says.", ...keptBeside(fleet)),
        ]),
  ];
}

export function redeploy(facts: Facts): readonly Block[] {
  const { hubs, hasPipeline, fleet } = facts;
  const [site = ""] = facts.order;
  return [
    chapter("Redeploy from code"),
    text(
      "The application needs no backup of a running instance: everything but the data is in Git. The same Hub or cluster, or another one: then the fleet file names that one.",
    ),
    steps(
      "If the place is another one: change its `platform`, `network` and `addresses` in the fleet file, check, render, commit.",
      ...(hubs.length > 0
        ? [
            `On a fresh Hub by hand, as when it was stood up: vault, roles and the machine for AKS Engine (\`rendered/arm/${site}/README.md\`)${fleet.access.secrets.kind === "kubernetes" ? "" : `, then \`rendered/access/${site}/fill-hub-vault.sh\``}.`,
            "Old machines are gone: the new cluster has new keys, and AKS Engine's stored output of the old one is put aside.",
          ]
        : []),
      hasPipeline
        ? step(
            `Run the pipeline for it, here ${site}. Its peers' tunnels are brought along, for a rebuilt gateway has a new address.`,
            runCommand(facts, "redeploy", site),
          )
        : step(
            `Do for it what **Stand it up** says, here ${site}: what stands under the application, the Secrets, the logins to voters, and`,
            applyAt(site),
          ),
      ...(fleet.traffic.provider === "azure-traffic-manager"
        ? [
            `Its ingress has a new address? Then \`addresses.ingress\` is changed, and the profile with it (${hasPipeline ? "stage **Public Azure**" : "`rendered/arm/_azure/README.md`"}).`,
          ]
        : []),
      step(
        `Its stores start empty and are filled from the primary. Wait until they have everything.${facts.mongodb.length === 0 ? "" : " MongoDB says SECONDARY then: **A site is lost** has the command."}`,
        "holdfast status holdfast.yaml",
      ),
    ),
  ];
}
