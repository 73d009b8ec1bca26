import { unreachable } from "../../base/index.ts";
import type { OperatorRequest } from "../../core/failover/index.ts";
import type { World } from "../world/world.ts";
import { describeFault } from "./fault.ts";
import type { Fault, TimedFault } from "./fault.ts";

const API_SERVER_BACK_MS = 100;
const LOGIN_AGAIN_MS = 600;

/** Puts faults on the world's calendar, with their ends. */
export function scheduleFaults(world: World, faults: readonly TimedFault[]): void {
  for (const { atMs, fault } of faults) {
    const begin = beginningOf(world, fault, atMs);
    world.scheduler.after(atMs, () => {
      world.transcript?.note("FAULT", describeFault(fault));
      const end = begin();
      if (end === undefined || !("forMs" in fault)) return;
      world.scheduler.after(fault.forMs, () => {
        world.transcript?.note("HEALED", describeFault(fault));
        end();
      });
    });
  }
}

/** What to do when the fault begins; that answers what to do when it ends, if it took place. */
function beginningOf(world: World, fault: Fault, atMs: number): () => (() => void) | undefined {
  if (fault.kind !== "voter-restored") return () => begin(world, fault);
  let backup: unknown;
  const { maps } = serverOf(world, fault.voter);
  world.scheduler.after(Math.max(0, atMs - fault.backupAgeMs), () => (backup = maps.backup()));
  return () => {
    serverOf(world, fault.voter).restore(backup);
    return undefined;
  };
}

function begin(world: World, fault: Exclude<Fault, { kind: "voter-restored" }>): (() => void) | undefined {
  switch (fault.kind) {
    case "site-killed":
      return killSite(world, fault.site, !fault.silent);
    case "site-frozen": {
      const machine = machineOf(world, fault.site);
      machine.freeze();
      return () => machine.thaw();
    }
    case "site-isolated":
      return cutAll(
        world,
        othersThan(world, fault.site).flatMap((other) => bothWays(fault.site, other)),
      );
    case "link-cut":
      return cutAll(world, bothWays(fault.a, fault.b));
    case "link-cut-one-way":
      return cutAll(world, [[fault.a, fault.b]]);
    case "link-flapping":
      return flap(world, fault.a, fault.b, fault.everyMs);
    case "link-slow":
      world.network.slow(fault.a, fault.b, fault.extraMs);
      return () => world.network.slow(fault.a, fault.b, 0);
    case "link-lossy":
      world.network.lose(fault.a, fault.b, fault.share);
      return () => world.network.lose(fault.a, fault.b, 0);
    case "controller-killed": {
      const site = world.sites.get(fault.site);
      site?.killController();
      return () => site?.startControllerLater();
    }
    case "controller-paused": {
      const gate = world.sites.get(fault.site)?.controller?.gate;
      gate?.shut();
      return gate && (() => gate.open(world.scheduler.nowMs));
    }
    case "controller-doubled":
      return doubleController(world, fault);
    case "database-killed":
      world.sites.get(fault.site)?.agent.crash("killed");
      return undefined;
    case "agent-killed": {
      const site = world.sites.get(fault.site);
      site?.killAgent(true);
      return () => site?.startAgentLater();
    }
    case "agent-slow": {
      const site = world.sites.get(fault.site);
      if (site === undefined) return undefined;
      site.slowToAgentMs = fault.extraMs;
      return () => (site.slowToAgentMs = 0);
    }
    case "disk-full": {
      const agent = world.sites.get(fault.site)?.agent;
      if (agent === undefined) return undefined;
      agent.server.diskFull = true;
      agent.crash("no space left on device");
      return () => (agent.server.diskFull = false);
    }
    case "api-server-down": {
      const server = serverOf(world, fault.voter);
      server.isDown = true;
      server.hangUp(true);
      return () => (server.isDown = false);
    }
    case "api-server-erring": {
      const server = serverOf(world, fault.voter);
      server.erring = fault;
      return () => (server.erring = undefined);
    }
    case "replies-lost": {
      const server = serverOf(world, fault.voter);
      server.lostReplies = fault.share;
      return () => (server.lostReplies = 0);
    }
    case "register-deleted": {
      const { maps } = serverOf(world, fault.voter);
      for (const { apiVersion, kind, metadata } of maps.list({ apiVersion: "v1", kind: "ConfigMap" }))
        maps.delete({
          apiVersion,
          kind,
          name: metadata.name,
          ...(metadata.namespace !== undefined && { namespace: metadata.namespace }),
        });
      return undefined;
    }
    case "voter-rebuilt": {
      const server = serverOf(world, fault.voter);
      server.rebuild();
      server.strangersUntilMs = world.scheduler.nowMs + LOGIN_AGAIN_MS;
      return undefined;
    }
    case "calendar-jumps":
      machineOf(world, fault.site).clock.wallOffsetMs += fault.byMs;
      return undefined;
    case "clock-drifts":
      machineOf(world, fault.site).clock.drift(fault.rate);
      return undefined;
    case "switchover":
      operate(world, fault.site, { kind: "switchover", to: fault.to });
      return undefined;
    case "failover-forced":
      operate(world, fault.to, { kind: "failover", to: fault.to, acceptDataLoss: true, beyondRpo: true });
      return undefined;
    default:
      return unreachable(fault);
  }
}

/** Power lost, and back. */
function killSite(world: World, name: string, told: boolean): (() => void) | undefined {
  const machine = machineOf(world, name);
  if (!machine.isAlive) return undefined;
  const site = world.sites.get(name);
  const server = serverOf(world, name);
  machine.isAlive = false;
  machine.system.drop();
  server.hangUp(told);
  site?.killController();
  site?.killAgent(told);
  return () => {
    machine.isAlive = true;
    server.isDown = true;
    world.scheduler.after(API_SERVER_BACK_MS, () => (server.isDown = false));
    site?.startAgentLater();
    site?.startControllerLater();
  };
}

function doubleController(
  world: World,
  { site: name, pausedMs }: Extract<Fault, { kind: "controller-doubled" }>,
): (() => void) | undefined {
  const site = world.sites.get(name);
  const first = site?.controller;
  if (site === undefined || first === undefined) return undefined;
  first.gate.shut();
  site.startSecondController();
  world.scheduler.after(pausedMs, () => first.gate.open(world.scheduler.nowMs));
  return () => site.machine.forget(first);
}

function operate(world: World, site: string, request: Omit<OperatorRequest, "id" | "reason" | "at">): void {
  const id = `request-${Math.round(world.scheduler.nowMs * 1000)}`;
  const at = new Date(machineOf(world, site).clock.wallMs).toISOString();
  world.sites.get(site)?.operate({ ...request, id, at, reason: "the run asked for it" });
}

type Direction = readonly [string, string];

function cutAll({ network }: World, directions: readonly Direction[]): () => void {
  for (const [from, to] of directions) network.cut(from, to);
  return () => {
    for (const [from, to] of directions) network.heal(from, to);
  };
}

function flap(world: World, a: string, b: string, everyMs: number): () => void {
  let heal: (() => void) | undefined;
  let over = false;
  const turn = (): void => {
    if (over) return;
    if (heal) heal();
    heal = heal ? undefined : cutAll(world, bothWays(a, b));
    world.scheduler.after(everyMs, turn);
  };
  turn();
  return () => {
    over = true;
    heal?.();
  };
}

function bothWays(a: string, b: string): readonly Direction[] {
  return [
    [a, b],
    [b, a],
  ];
}

function othersThan(world: World, name: string): readonly string[] {
  return [...world.machines.keys()].filter((each) => each !== name);
}

function machineOf(world: World, name: string) {
  const machine = world.machines.get(name);
  if (machine === undefined) throw new Error(`there is no site ${name}`);
  return machine;
}

function serverOf(world: World, voter: string) {
  const server = world.apiServers.get(voter);
  if (server === undefined) throw new Error(`there is no voter ${voter}`);
  return server;
}
