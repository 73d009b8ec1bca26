import type { Fleet, SiteName, Store } from "../spec/index.ts";
import { BackupTargets } from "./backup-targets.ts";
import type { Capability, FaultComponent } from "./fault-analysis.ts";
import { frontsOf } from "./fronts.ts";
import { Parts } from "./parts.ts";
import type { Place, Places } from "./places.ts";
import { addPlaces } from "./places.ts";
import type { Services } from "./services.ts";
import { addServices } from "./services.ts";
import type { StoreStructure } from "./stores.ts";
import { serverSites, Servers, storeStructure } from "./stores.ts";
import type { Structure } from "./structure.ts";
import { all, ALWAYS, any, atLeast, NEVER } from "./structure.ts";

/** The fleet as components, and what each capability needs of them. */
export interface FleetStructure {
  readonly components: readonly FaultComponent[];
  readonly capabilities: Readonly<Record<Capability, Structure>>;
  /** As `serve-writes`, once an operator has done what is said at `writableByHandFrom`. */
  readonly servesWritesByHand: Structure;
  readonly stores: readonly StoreStructure[];
  readonly places: Places;
  /** Sites that users may be sent to. */
  readonly fronts: readonly Place[];
}

/** Services first, then each place with what it holds and its links to the places before it: the order of the diagram. */
export function fleetStructure(fleet: Fleet): FleetStructure {
  const parts = new Parts(fleet.assumptions);
  const names = addTrafficManager(parts, fleet);
  const services = addServices(parts, fleet);
  const servers = new Servers(parts, fleet);
  const backups = new BackupTargets(parts, fleet);
  const places = addPlaces(parts, fleet, (place) => {
    if (place.member.role === "site") {
      services.identityOf(place);
      services.agentsOf(place);
    }
    servers.addAt(place);
    backups.addAt(place);
  });
  const stores = usedStores(fleet).map((store) => storeStructure(store, servers, places));
  const model: Model = {
    fleet,
    places,
    stores,
    services,
    backups,
    fronts: frontsOf(fleet, places),
    trafficManager: names,
  };
  return {
    components: parts.components,
    capabilities: {
      "serve-reads": serveReads(model),
      "serve-writes": serveWrites(model, (store, site) => store.writableFrom(site)),
      "fail-over": failOver(model),
      deploy: deploy(model),
      restore: restore(model),
    },
    servesWritesByHand: serveWrites(model, (store, site) => store.writableByHandFrom(site)),
    stores,
    places,
    fronts: model.fronts,
  };
}

interface Model {
  readonly fleet: Fleet;
  readonly places: Places;
  readonly stores: readonly StoreStructure[];
  readonly services: Services;
  readonly backups: BackupTargets;
  /** Sites that users may be sent to. */
  readonly fronts: readonly Place[];
  readonly trafficManager: Structure | undefined;
}

function addTrafficManager(parts: Parts, { traffic }: Fleet): Structure | undefined {
  if (traffic.provider !== "azure-traffic-manager") return undefined;
  return parts.need({
    kind: "traffic-manager",
    name: traffic.azureTrafficManager?.relativeName ?? traffic.host,
    label: "Traffic Manager",
    path: ["traffic", "provider"],
    make: "azure",
    distributed: true,
  });
}

/** Users resolve the name: any of the sites' name servers will do, as the zone is delegated to all of them. */
function nameAnswered({ places, trafficManager }: Model, without?: SiteName): Structure {
  if (trafficManager !== undefined) return trafficManager;
  const servers = places.all.filter(({ member }) => member.name !== without).flatMap(({ dns }) => dns ?? []);
  return any(...servers);
}

/** Some site that users are sent to can read every store. */
function serveReads(model: Model): Structure {
  const { stores, fronts } = model;
  const at = ({ member, ingress }: Place, surely: boolean) =>
    all(ingress, ...stores.map((store) => store.readableAt(member.name, surely)));
  // A primary without a majority is closed to readers. Each store has one primary, so one site more than there are stores
  // includes one where every server is a standby, whoever was primary.
  const leased = stores.filter(({ store }) => store.engine === "postgresql");
  const withServers = fronts.filter(({ member }) => leased.every(({ store }) => serverSites(store).has(member.name)));
  const standbys = withServers.map((place) => at(place, false));
  const several = leased.length === 0 ? NEVER : atLeast(leased.length + 1, standbys);
  return all(nameAnswered(model), any(...fronts.map((place) => at(place, true)), several));
}

/** Some site that users are sent to reaches the primary of every store, and that acknowledges. */
function serveWrites(model: Model, writable: (store: StoreStructure, site: SiteName) => Structure): Structure {
  const { stores, fronts } = model;
  return all(
    nameAnswered(model),
    any(...fronts.map(({ member, ingress }) => all(ingress, ...stores.map((store) => writable(store, member.name))))),
  );
}

/** If the site of the primaries were lost now, others would go on: with the data, a majority, users and a name. */
function failOver(model: Model): Structure {
  const { stores, fronts } = model;
  const lost = stores[0]?.preferred ?? fronts[0]?.member.name;
  const others = fronts.filter(({ member }) => member.name !== lost);
  return all(
    nameAnswered(model, lost),
    any(...others.map(({ ingress }) => ingress)),
    ...stores.map(({ takeover }) => takeover),
  );
}

/** A change reaches some site that can carry it out: a site that is away is left for later and holds up no other. */
function deploy({ services, fronts }: Model): Structure {
  return all(deliveryOf(services), any(...fronts.map((place) => changeable(place, services))));
}

/** A new pod pulls its image, so the registry counts here, although it does not for pods that run. */
function deliveryOf({ registry, vault, pipeline }: Services): Structure {
  return all(registry, vault, pipeline);
}

function changeable(place: Place, services: Services): Structure {
  return all(place.controlPlane, place.workers, services.identityOf(place), services.agentsOf(place));
}

/** The application is deployed anew, perhaps to a new cluster, and each store is filled from a backup that is still there. */
function restore(model: Model): Structure {
  const { fleet, services, fronts, places, backups } = model;
  const stores = fleet.stores.map((store) => {
    const homes = fronts.filter(({ member }) => serverSites(store).has(member.name));
    return any(
      ...homes.map((home) =>
        all(
          changeable(home, services),
          any(
            ...backups
              .of(store)
              .map(({ at, kept }) => all(kept, at === undefined ? ALWAYS : places.reach(home.member.name, at))),
          ),
        ),
      ),
    );
  });
  const redeploy = any(...fronts.map((place) => changeable(place, services)));
  return all(deliveryOf(services), services.issuer, redeploy, ...stores);
}

/** Those that a component of the application connects to; if none says so, all. */
function usedStores({ stores, application }: Fleet): readonly Store[] {
  const named = new Set(application.components.flatMap(({ connectsTo }) => connectsTo));
  const used = stores.filter(({ name }) => named.has(name));
  return used.length > 0 ? used : stores;
}
