import { join } from "node:path";
import { connectKubeconfig } from "../adapters/kubernetes/index.ts";
import { HoldfastError } from "../base/index.ts";
import type { Fleet } from "../core/spec/index.ts";
import type { Cluster } from "../ports/index.ts";
import type { ImageCommand, PocketClusterConfig } from "@holdfast/pocket-cluster";
import { BuiltInUser } from "./built-in-user.ts";
import { EventLog } from "./event-log.ts";
import { Gateway } from "./gateway.ts";
import { startGuardian } from "./guardian.ts";
import { imageCatalogue } from "./image-catalogue.ts";
import { fleetSeenFrom } from "./lab-fleet.ts";
import { siteStatus, storeStatuses } from "./observed-status.ts";
import { publishedPort } from "./network-plan.ts";
import type { NetworkPlan, SitePlan } from "./network-plan.ts";
import { preflight } from "./preflight.ts";
import { proportionalSetSize } from "./processes.ts";
import { SiteResolver } from "./resolver.ts";
import { LabSecrets } from "./secrets.ts";
import { SiteObserver } from "./site-observer.ts";
import { SiteProcess } from "./site-process.ts";
import { releaseStateFolder } from "./state-folder.ts";
import type { StateFolder } from "./state-folder.ts";
import type { LabStatus } from "./status.ts";
import { tellStoreEvents } from "./store-events.ts";
import { supplySite } from "./supply-site.ts";
import { openVoter } from "./voter-login.ts";
import { WideAreaNetwork } from "./wide-area-network.ts";

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
}

interface Member {
  readonly plan: SitePlan;
  readonly process: SiteProcess;
  observer?: SiteObserver;
}

/** A site that takes orders; nothing runs in it yet. */
interface OpenSite {
  readonly member: Member;
  readonly cluster: Cluster;
  /** As this site sees it. */
  readonly fleet: Fleet;
}

const READY_TIMEOUT_MS = 60_000;
const MEMORY_FRESH_MS = 2000;

/**
 * The outside world of a fleet on one machine: starts each site as a process group, owns every connection between sites, is
 * the user's way in, and holds the fault switches. What runs in a site is the product itself.
 */
export class Lab {
  readonly #options: LabOptions;
  readonly #plan: NetworkPlan;
  readonly #members = new Map<string, Member>();
  readonly #images: Readonly<Record<string, ImageCommand>>;
  readonly #events: EventLog;
  readonly #startedAt = new Date();
  readonly #stop = new AbortController();
  #network: WideAreaNetwork | undefined;
  #gateway: Gateway | undefined;
  #user: BuiltInUser | undefined;
  #guardian: { dismiss(): void } | undefined;
  #readyAfterMs: number | undefined;
  #memory: { readonly at: number; readonly bytes: Promise<number> } = { at: -Infinity, bytes: Promise.resolve(0) };

  static async create(options: LabOptions): Promise<Lab> {
    const images = imageCatalogue(options.fleet.lab, options.folder.cache);
    return new Lab(options, await preflight(options.fleet, images), images);
  }

  private constructor(options: LabOptions, plan: NetworkPlan, images: Readonly<Record<string, ImageCommand>>) {
    this.#options = options;
    this.#plan = plan;
    this.#images = images;
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
    this.#network = await WideAreaNetwork.open(fleet, this.#plan);
    const secrets = new LabSecrets();
    const opening = this.#plan.sites.map((plan) => this.#open(plan, secrets));
    const votersOpen = Promise.all(opening);
    await Promise.all([votersOpen, ...opening.map(async (site) => this.#supply(await site, secrets, votersOpen))]);
    await this.#untilServed();
    this.#readyAfterMs = Math.round(performance.now() - began);
    this.#event(`ready after ${seconds(this.#readyAfterMs)}: ${this.#url}`);
    tellStoreEvents(
      () => this.status().stores,
      (text) => this.#event(text),
      this.#stop.signal,
    );
    if (this.#options.withUser) this.#user = new BuiltInUser(this.#url, fleet.lab.user);
  }

  get #url(): string {
    return `http://127.0.0.1:${this.#options.gatewayPort}`;
  }

  #event(text: string): void {
    this.#events.add(text);
  }

  /** Resolves when the site's API answers and the other sites' login there is made. */
  async #open(plan: SitePlan, secrets: LabSecrets): Promise<OpenSite> {
    const { name } = plan;
    const process = await SiteProcess.prepare(this.#options.folder.site(name), this.#siteConfig(plan), (text) =>
      this.#event(`${name}: ${text}`),
    );
    const member: Member = { plan, process };
    this.#stop.signal.throwIfAborted();
    this.#members.set(name, member);
    await process.start();
    this.#event(`${name}: Kubernetes API answers`);
    const cluster = await this.#observe(member);
    const fleet = fleetSeenFrom(this.#options.fleet, this.#plan, name);
    const { signal } = this.#stop;
    const login = await openVoter(cluster, { fleet, site: name, timeoutMs: READY_TIMEOUT_MS, signal });
    if (login !== undefined) secrets.learnLogin(name, login);
    return { member, cluster, fleet };
  }

  #supply({ member, cluster, fleet }: OpenSite, secrets: LabSecrets, votersOpen: Promise<unknown>): Promise<void> {
    const { name } = member.plan;
    return supplySite(cluster, {
      fleet,
      site: name,
      folder: member.process.folder,
      secrets,
      votersOpen,
      timeoutMs: READY_TIMEOUT_MS,
      signal: this.#stop.signal,
      onEvent: (text) => this.#event(`${name}: ${text}`),
    });
  }

  /** Anew after each start: what a site said before it lost its power says nothing of it when it is back. */
  async #observe(member: Member): Promise<Cluster> {
    const cluster = await connectKubeconfig(member.process.kubeconfig);
    member.observer = new SiteObserver(cluster);
    return cluster;
  }

  #siteConfig(plan: SitePlan): PocketClusterConfig {
    const { name, api, externalAddress, podPrefix, servicePrefix } = plan;
    return {
      name,
      dataDir: join(this.#options.folder.site(name), "data"),
      network: { api, externalAddress, podPrefix, servicePrefix },
      images: this.#images,
      apiServerNames: this.#plan.sites.flatMap((peer) => peer.viewOf.get(name) ?? []),
    };
  }

  /**
   * Ready means what a user means by it: every observer sees every site up, so that the name is answered as the file prefers,
   * the data is where it should be, and the page comes.
   */
  async #untilServed(): Promise<void> {
    const deadline = performance.now() + READY_TIMEOUT_MS;
    let answer: Response | undefined;
    for (;;) {
      const missing = this.#missing();
      if (missing === undefined) {
        // What was answered while sites were coming up may still be kept, as any resolver keeps it.
        this.#gateway?.forget();
        answer = await fetch(this.#url, { signal: this.#stop.signal }).catch(() => undefined);
        if (answer?.ok === true) return;
      }
      if (performance.now() > deadline) {
        throw new HoldfastError([
          {
            code: "lab-not-served",
            message: `${missing ?? `${this.#url} answers ${answer?.status ?? "nothing"}`} after ${READY_TIMEOUT_MS / 1000} s`,
            hint: "See `holdfast lab logs SITE`.",
          },
        ]);
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** What is not there yet, as its sites report it. */
  #missing(): string | undefined {
    const { sites } = this.status();
    const names = this.#options.fleet.sites.map((site) => site.name);
    for (const observer of sites) {
      const unseen = names.find((name) => observer.verdicts[name] !== "up");
      if (unseen !== undefined) return `${observer.name} does not see ${unseen} up`;
    }
    return this.#storesAreReplicated() ? undefined : "a database is not replicated";
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
    const observed = this.#plan.sites.flatMap(({ name }) => this.#members.get(name) ?? []);
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
      links: this.#network?.status() ?? [],
      stores: storeStatuses(fleet, observed),
      traffic: gateway?.counter.figures() ?? NO_TRAFFIC,
      ...(this.#user ? { user: this.#user.counter.figures() } : {}),
      events: this.#events.recent,
    };
  }

  /** The status with what takes a moment to find out: whom DNS answers now, and every process's memory. */
  async measure(): Promise<LabStatus> {
    await this.#gateway?.resolve();
    // Adding up every page of every process takes a moment of a core: those who ask often get the same figure again.
    const now = performance.now();
    if (now - this.#memory.at > MEMORY_FRESH_MS)
      this.#memory = { at: now, bytes: proportionalSetSize(this.#options.folder.lab, [process.pid]) };
    return { ...this.status(), memoryBytes: await this.#memory.bytes };
  }

  #siteAt(address: string): string {
    return this.#plan.sites.find((site) => site.externalAddress === address)?.name ?? address;
  }

  kill(site: string): Promise<LabOutcome> {
    const member = this.#member(site, ["running", "frozen", "starting"], "kill");
    return this.#switch(site, "killed", async () => {
      await member.process.kill();
      member.observer?.close();
    });
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
    return this.#switch(site, "started", async () => {
      await member.process.start();
      await this.#observe(member);
    });
  }

  cut(a: string, b: string): Promise<LabOutcome> {
    return this.#switch(`link ${a} - ${b}`, "cut", () => this.#network?.link(a, b).cut());
  }

  heal(a: string, b: string): Promise<LabOutcome> {
    return this.#switch(`link ${a} - ${b}`, "healed", () => this.#network?.link(a, b).heal());
  }

  async #switch(what: string, done: string, act: () => Promise<void> | void): Promise<LabOutcome> {
    const began = performance.now();
    await act();
    const tookMs = Math.round(performance.now() - began);
    this.#event(`${what} ${done}`);
    return { text: `${what} ${done}`, tookMs };
  }

  #member(name: string, states: readonly string[], verb: string): Member {
    const member = this.#members.get(name);
    if (member === undefined) {
      const known = this.#plan.sites.map((site) => site.name).join(", ");
      throw new HoldfastError([
        { code: "lab-site-unknown", message: `the lab has no site "${name}"`, hint: `Its sites are ${known}.` },
      ]);
    }
    if (!states.includes(member.process.state)) {
      throw new HoldfastError([
        {
          code: "lab-site-state",
          message: `cannot ${verb} ${name}: it is ${member.process.state}`,
          hint: `It is possible when it is ${states.join(" or ")}.`,
        },
      ]);
    }
    return member;
  }

  /** Takes everything down and drops its data; safe at any moment, also twice. */
  async down(): Promise<void> {
    this.#stop.abort();
    this.#user?.close();
    for (const { observer } of this.#members.values()) observer?.close();
    await Promise.all([...this.#members.values()].map(({ process }) => process.kill()));
    this.#network?.close();
    this.#gateway?.close();
    await releaseStateFolder(this.#options.folder);
    this.#guardian?.dismiss();
  }
}

/** What an order answers: a sentence for people, and how long it took. */
export interface LabOutcome {
  readonly text: string;
  readonly tookMs: number;
}

const NO_TRAFFIC = { requests: 0, failures: 0, requestsPerSecond: 0, recentFailures: 0, recentRefusedWrites: 0 };

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
          hint: "End it, or choose another with --port.",
        },
      ],
      { cause },
    );
  }
}
