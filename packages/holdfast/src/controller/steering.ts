import type { Verdict } from "../core/health/index.ts";
import type { ControlledFleet, SiteName } from "../core/spec/index.ts";
import { buildZone, chooseAnswers } from "../core/traffic/index.ts";
import type { Log, NameServer } from "../ports/index.ts";

/** Keeps what DNS answers in step with the verdicts. */
export class Steering {
  readonly #fleet: ControlledFleet;
  readonly #nameServer: Pick<NameServer, "publish">;
  readonly #log: Log;
  #published = "";
  #answers: readonly string[] = [];

  constructor(fleet: ControlledFleet, nameServer: Pick<NameServer, "publish">, log: Log) {
    this.#fleet = fleet;
    this.#nameServer = nameServer;
    this.#log = log;
  }

  /** Publishes where the answers differ from those given so far; answers whether they did. */
  follow(verdictOn: (site: SiteName) => Verdict, isInStep: (site: SiteName) => boolean): boolean {
    const { traffic, sites } = this.#fleet;
    const zone = buildZone(this.#fleet, chooseAnswers(traffic, sites, verdictOn, isInStep));
    const text = JSON.stringify(zone);
    if (text === this.#published) return false;
    this.#published = text;
    this.#nameServer.publish(zone);
    const host = zone.sets.find((set) => set.name === traffic.host.toLowerCase() && ["A", "CNAME"].includes(set.kind));
    const records = host?.alternatives.flatMap((alternative) => alternative.records) ?? [];
    const answers = records.flatMap((record) =>
      record.kind === "A" ? record.address : record.kind === "CNAME" ? record.target : [],
    );
    this.#answers = [...new Set(answers)];
    const outOfStep = sites.flatMap(({ name }) => (isInStep(name) ? [] : name)).join(" ");
    const given = this.#answers.join(" ") || "none";
    this.#log.info("DNS answers changed", { host: traffic.host, answers: given, ...(outOfStep && { outOfStep }) });
    return true;
  }

  /** Every address or alias that the users' host may be answered with now, by name. */
  answers(): Readonly<Record<string, readonly string[]>> {
    return this.#published === "" ? {} : { [this.#fleet.traffic.host]: this.#answers };
  }
}
