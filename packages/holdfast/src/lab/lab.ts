import { once } from "node:events";
import { createServer } from "node:net";
import { join } from "node:path";
import { connectKubeconfig } from "../adapters/kubernetes/index.ts";
import { systemClock } from "../adapters/system/index.ts";
import { HoldfastError } from "../base/index.ts";
import { renderSite, requiredSecrets } from "../core/render/kubernetes/index.ts";
import type { Fleet, SiteName } from "../core/spec/index.ts";
import { applyManifests, RolloutError } from "../ports/index.ts";
import { BuiltInUser } from "./built-in-user.ts";
import { EventLog } from "./event-log.ts";
import { Gateway } from "./gateway.ts";
import { startGuardian } from "./guardian.ts";
import { imageCatalogue, requireKnownImages } from "./image-catalogue.ts";
import { fleetSeenFrom, linkedPorts } from "./lab-fleet.ts";
import { Link } from "./links.ts";
import type { LinkRoute } from "./links.ts";
import { BLOCK_SIZE, planNetwork, publishedPort } from "./network-plan.ts";
import type { NetworkPlan, SitePlan } from "./network-plan.ts";
import { proportionalSetSize } from "./processes.ts";
import { SiteResolver } from "./resolver.ts";
import { LabSecrets } from "./secrets.ts";
import { SiteObserver } from "./site-observer.ts";
import { SiteProcess } from "./site-process.ts";
import { releaseStateFolder } from "./state-folder.ts";
import type { StateFolder } from "./state-folder.ts";
import type { LabStatus, LinkStatus } from "./status.ts";
import { siteStatus, storeStatuses } from "./status.ts";

export interface LabOptions {
  readonly fleet: Fleet;
  /** As the user named it, for display. */
  readonly file: string;
  readonly folder: StateFolder;
  readonly gatewayPort: number;
  /** Does the built-in user ask? */
  readonly withUser: boolean;
  /** Called for every event worth a line. */
  readonly onEvent: (text: string) => void;
  /** Called when the status has changed. */
  readonly onChange: () => void;
}

interface Member {
  readonly plan: SitePlan;
  readonly process: SiteProcess;
  observer?: SiteObserver;
}

const READY_TIMEOUT_MS = 60_000;

/**
 * The outside world of a fleet on one machine: starts each site as a process group, owns every connection between sites, is
 * the user's way in, and holds the fault switches. What runs in a site is the product itself.
 */
export class Lab {
  readonly #options: LabOptions;
  readonly #plan: NetworkPlan;
  readonly #members = new Map<string, Member>();
  readonly #links = new Map<string, { readonly between: readonly [string, string]; readonly link: Link }>();
  readonly #events: EventLog;
  readonly #startedAt = new Date();
  readonly #stop = new AbortController();
  #gateway: Gateway | undefined;
  #user: BuiltInUser | undefined;
  #guardian: { dismiss(): void } | undefined;
  #readyAfterMs: number | undefined;

  static async create(options: LabOptions): Promise<Lab> {
    const { fleet, folder } = options;
    requireRoom(fleet);
    const plan = planNetwork(fleet, await freeBlock(fleet));
    const manifests = plan.sites.flatMap(({ name }) => renderSite(fleetSeenFrom(fleet, plan, name), name));
    requireKnownImages(manifests, imageCatalogue(fleet.lab, folder.cache));
    return new Lab(options, plan);
  }

  private constructor(options: LabOptions, plan: NetworkPlan) {
    this.#options = options;
    this.#plan = plan;
    this.#events = new EventLog(options.onEvent);
  }

  /** Resolves when every site is ready and the name is answered; a failure leaves nothing running. */
  async up(): Promise<void> {
    try {
      await this.#bringUpAll();
    } catch (error) {
      await this.down();
      throw error;
    }
  }

  async #bringUpAll(): Promise<void> {
    const began = performance.now();
    const { fleet, folder, gatewayPort } = this.#options;
    this.#guardian = startGuardian(folder.lab);
    this.#gateway = await openGateway(fleet, this.#plan, gatewayPort);
    await this.#openLinks();
    const secrets = new LabSecrets();
    await Promise.all(this.#plan.sites.map((plan) => this.#bringUp(plan, secrets)));
    await this.#untilServed();
    this.#readyAfterMs = Math.round(performance.now() - began);
    this.#event(`ready after ${seconds(this.#readyAfterMs)}: ${this.#url}`);
    if (this.#options.withUser) this.#user = new BuiltInUser(this.#url, fleet.lab.user);
  }

  get #url(): string {
    return `http://127.0.0.1:${this.#options.gatewayPort}`;
  }

  #event(text: string): void {
    this.#events.add(text);
    this.#options.onChange();
  }

  async #bringUp(plan: SitePlan, secrets: LabSecrets): Promise<void> {
    const { fleet, folder, onChange } = this.#options;
    const siteFolder = folder.site(plan.name);
    const process = await SiteProcess.prepare(
      siteFolder,
      {
        name: plan.name,
        dataDir: join(siteFolder, "data"),
        network: {
          api: plan.api,
          externalAddress: plan.externalAddress,
          podPrefix: plan.podPrefix,
          servicePrefix: plan.servicePrefix,
        },
        images: imageCatalogue(fleet.lab, folder.cache),
        apiServerNames: this.#plan.sites.flatMap((peer) => peer.viewOf.get(plan.name) ?? []),
      },
      onChange,
    );
    const member: Member = { plan, process };
    this.#stop.signal.throwIfAborted();
    this.#members.set(plan.name, member);
    await process.start();
    this.#event(`${plan.name}: Kubernetes API answers`);
    const cluster = await connectKubeconfig(process.kubeconfig);
    member.observer = new SiteObserver(cluster, onChange);
    const seen = fleetSeenFrom(fleet, this.#plan, plan.name);
    const manifests = renderSite(seen, plan.name);
    const namespaces = manifests.filter((manifest) => manifest.kind === "Namespace");
    for (const manifest of [...namespaces, ...secrets.manifests(requiredSecrets(seen, plan.name))]) {
      await cluster.apply(manifest, this.#stop.signal);
    }
    await applyManifests(cluster, manifests, {
      clock: systemClock,
      signal: this.#stop.signal,
      timeoutMs: READY_TIMEOUT_MS,
      onProgress: ({ kind, text }) => {
        if (kind === "waiting" || kind === "failed") this.#event(`${plan.name}: ${text}`);
      },
    }).catch((error: unknown) => {
      throw error instanceof RolloutError ? rolloutProblems(plan.name, error) : error;
    });
    this.#event(`${plan.name}: all ${manifests.length} objects applied and ready`);
  }

  async #openLinks(): Promise<void> {
    const { sites } = this.#plan;
    for (const [index, a] of sites.entries()) {
      for (const b of sites.slice(index + 1)) {
        const link = await Link.open([...this.#routes(a, b), ...this.#routes(b, a)]);
        this.#links.set(linkKey(a.name, b.name), { between: [a.name, b.name], link });
      }
    }
  }

  /** What `viewer` opens to `peer`. */
  #routes(viewer: SitePlan, peer: SitePlan): readonly LinkRoute[] {
    const address = viewer.viewOf.get(peer.name) ?? "";
    return linkedPorts(this.#options.fleet, peer.role).map((port) => ({
      listen: { address, port },
      target: { address: peer.externalAddress, port },
    }));
  }

  /** Ready means what a user means by it: the name is answered and the page comes. */
  async #untilServed(): Promise<void> {
    const deadline = performance.now() + READY_TIMEOUT_MS;
    for (;;) {
      const answer = await fetch(this.#url, { signal: this.#stop.signal }).catch(() => undefined);
      if (answer?.ok === true && this.#storesAreReplicated()) return;
      if (performance.now() > deadline) {
        throw new HoldfastError([
          {
            code: "lab-not-served",
            message: `${this.#url} answers ${answer?.status ?? "nothing"} after ${READY_TIMEOUT_MS / 1000} s`,
            hint: "see `holdfast lab logs SITE`",
          },
        ]);
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  #storesAreReplicated(): boolean {
    const wanted = new Map(
      this.#options.fleet.stores.map((store) => [
        store.name,
        store.engine === "postgresql" ? store.durability : undefined,
      ]),
    );
    return this.status().stores.every(
      ({ name, durability }) => wanted.get(name) === undefined || wanted.get(name) === durability,
    );
  }

  status(): LabStatus {
    const { fleet, file, gatewayPort } = this.#options;
    const observed = [...this.#members.values()].map(({ plan, process, observer }) => ({ plan, process, observer }));
    const gateway = this.#gateway;
    return {
      fleet: fleet.name,
      file,
      supervisor: process.pid,
      phase: this.#readyAfterMs === undefined ? "starting" : "ready",
      startedAt: this.#startedAt.toISOString(),
      ...(this.#readyAfterMs === undefined ? {} : { readyAfterMs: this.#readyAfterMs }),
      url: `http://127.0.0.1:${gatewayPort}`,
      host: fleet.traffic.host,
      answeredBy: (gateway?.lastAnswer ?? []).map((address) => this.#siteAt(address)),
      sites: observed.map(siteStatus),
      links: [...this.#links.values()].map(({ between, link }): LinkStatus => ({
        between,
        state: link.up ? "up" : "cut",
      })),
      stores: storeStatuses(fleet, observed),
      traffic: gateway?.counter.figures() ?? NO_TRAFFIC,
      ...(this.#user ? { user: this.#user.counter.figures() } : {}),
      events: this.#events.recent,
    };
  }

  async measure(): Promise<LabStatus> {
    return { ...this.status(), memoryBytes: await proportionalSetSize(this.#options.folder.lab, [process.pid]) };
  }

  #siteAt(address: string): string {
    return this.#plan.sites.find((site) => site.externalAddress === address)?.name ?? address;
  }

  kill(site: string): Promise<LabOutcome> {
    const member = this.#member(site, ["running", "frozen", "starting"], "kill");
    return this.#switch(site, "killed", () => member.process.kill());
  }

  freeze(site: string): Promise<LabOutcome> {
    const member = this.#member(site, ["running"], "freeze");
    return this.#switch(site, "frozen", () => member.process.freeze());
  }

  thaw(site: string): Promise<LabOutcome> {
    const member = this.#member(site, ["frozen"], "thaw");
    return this.#switch(site, "thawed", () => member.process.thaw());
  }

  start(site: string): Promise<LabOutcome> {
    const member = this.#member(site, ["down"], "start");
    return this.#switch(site, "started", () => member.process.start());
  }

  cut(a: string, b: string): Promise<LabOutcome> {
    const { link } = this.#link(a, b);
    return this.#switch(`link ${a} - ${b}`, "cut", () => Promise.resolve(link.cut()));
  }

  heal(a: string, b: string): Promise<LabOutcome> {
    const { link } = this.#link(a, b);
    return this.#switch(`link ${a} - ${b}`, "healed", () => Promise.resolve(link.heal()));
  }

  async #switch(what: string, done: string, act: () => Promise<void>): Promise<LabOutcome> {
    const began = performance.now();
    await act();
    const tookMs = Math.round(performance.now() - began);
    this.#event(`${what} ${done}`);
    return { text: `${what} ${done}`, tookMs };
  }

  #member(name: string, states: readonly string[], verb: string): Member {
    const member = this.#members.get(name as SiteName);
    if (member === undefined) {
      const known = [...this.#members.keys()].join(", ");
      throw new HoldfastError([
        { code: "lab-site-unknown", message: `the lab has no site "${name}"`, hint: `its sites are ${known}` },
      ]);
    }
    if (!states.includes(member.process.state)) {
      throw new HoldfastError([
        {
          code: "lab-site-state",
          message: `cannot ${verb} ${name}: it is ${member.process.state}`,
          hint: `possible when it is ${states.join(" or ")}`,
        },
      ]);
    }
    return member;
  }

  #link(a: string, b: string): { readonly link: Link } {
    const found = this.#links.get(linkKey(a, b));
    if (found) return found;
    const known = [...this.#links.values()].map(({ between }) => between.join(" - ")).join(", ");
    throw new HoldfastError([
      {
        code: "lab-link-unknown",
        message: `the lab has no link between "${a}" and "${b}"`,
        hint: `its links are ${known}`,
      },
    ]);
  }

  /** Takes everything down and drops its data; safe at any moment, also twice. */
  async down(): Promise<void> {
    this.#stop.abort();
    this.#user?.close();
    for (const { observer } of this.#members.values()) observer?.close();
    await Promise.all([...this.#members.values()].map(({ process }) => process.kill()));
    for (const { link } of this.#links.values()) link.close();
    this.#gateway?.close();
    await releaseStateFolder(this.#options.folder);
    this.#guardian?.dismiss();
  }
}

function rolloutProblems(site: string, error: RolloutError): HoldfastError {
  const [first, ...rest] = error.failures.map(({ reference, reason }) => ({
    code: "lab-site-failed" as const,
    message: `site ${site}: ${reference.kind} ${reference.name}: ${reason}`,
  }));
  return new HoldfastError([first ?? { code: "lab-site-failed", message: error.message }, ...rest], { cause: error });
}

export interface LabOutcome {
  readonly text: string;
  readonly tookMs: number;
}

const NO_TRAFFIC = { requests: 0, failures: 0, requestsPerSecond: 0, recentFailures: 0, recentRefusedWrites: 0 };

function linkKey(a: string, b: string): string {
  return [a, b].sort().join(" ");
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

async function openGateway(fleet: Fleet, plan: NetworkPlan, port: number): Promise<Gateway> {
  const resolver = new SiteResolver(plan.sites.map((site) => `${site.externalAddress}:${publishedPort(53)}`));
  try {
    return await Gateway.open({
      address: "127.0.0.1",
      port,
      host: fleet.traffic.host,
      ingressPort: publishedPort(80),
      resolver,
    });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "EADDRINUSE") throw cause;
    throw new HoldfastError(
      [
        {
          code: "lab-port-taken",
          message: `port ${port} of 127.0.0.1 is taken by another program`,
          hint: "end it, or choose another with --port",
        },
      ],
      { cause },
    );
  }
}

function requireRoom(fleet: Fleet): void {
  const count = fleet.sites.length + (fleet.witness ? 1 : 0);
  if (count < BLOCK_SIZE) return;
  throw new HoldfastError([
    { code: "lab-fleet-too-large", message: `the fleet has ${count} sites, the lab has room for ${BLOCK_SIZE - 1}` },
  ]);
}

/** The first address block in which nobody listens where our API servers and ingresses would. */
async function freeBlock(fleet: Fleet): Promise<number> {
  for (let base = BLOCK_SIZE; base + BLOCK_SIZE <= 240; base += BLOCK_SIZE) {
    const ports = planNetwork(fleet, base).sites.flatMap((site) => [
      [site.api.address, site.api.port] as const,
      [site.externalAddress, publishedPort(80)] as const,
    ]);
    const free = await Promise.all(ports.map(([address, port]) => isFree(address, port)));
    if (free.every(Boolean)) return base;
  }
  throw new HoldfastError([
    {
      code: "lab-port-taken",
      message: `the sites' ports (6443 and ${publishedPort(80)}) are taken on every loopback address`,
      hint: "a program that listens on 0.0.0.0 holds them: end it",
    },
  ]);
}

async function isFree(address: string, port: number): Promise<boolean> {
  const probe = createServer();
  try {
    probe.listen(port, address);
    await once(probe, "listening");
    return true;
  } catch {
    return false;
  } finally {
    probe.close();
  }
}
