import type { Fleet, Member } from "../../../spec/index.ts";
import { membersOf } from "../../../spec/index.ts";
import { nodeProxyImage } from "../../aks-engine/index.ts";
import { controllerImage, mongodbImage, postgresImage } from "../../kubernetes/index.ts";
import type { RenderedFile } from "../../rendered-file.ts";
import { operatedStores } from "../platform/database-operators.ts";
import type { ChartPin } from "../platform/platform-chart.ts";
import { platformCharts } from "../platform/platform-charts.ts";
import { databaseImages } from "./database-images.ts";
import { mirroredImage, publishedName, reaches } from "./image-source.ts";
import type { PublishedImage } from "./image-source.ts";
import { MIRROR_SCRIPT } from "./mirror-script.ts";

/** What must be carried over to the fleet's own registry, because a site does not reach its makers' (R7, R60, R61, R138). */
export function mirrorFiles(fleet: Fleet): readonly RenderedFile[] {
  const members = membersOf(fleet);
  const images = new Map<string, string>();
  const charts = new Map<string, string>();
  const addImage = (member: Member, image: PublishedImage): void => {
    if (!reaches(member, "images", image.host)) images.set(publishedName(image), mirroredImage(fleet, image));
  };
  for (const member of members) {
    for (const pin of pinsAt(fleet, member)) {
      for (const image of Object.values(pin.images)) addImage(member, image);
      if (!reaches(member, "charts", hostOf(pin.repository)))
        charts.set(`${pin.repository} ${pin.chart} ${pin.version}`, chartsAt(fleet));
    }
    for (const image of databaseImagesAt(fleet, member)) addImage(member, image);
  }
  // The kubernetes family takes MongoDB from the fleet's registry at every site, whatever it reaches.
  if (fleet.stores.some(({ engine }) => engine === "mongodb")) {
    const { image, version } = mongodbImage(fleet.registry);
    images.set(`docker.io/library/mongo:${version}`, image);
  }
  const proxied = nodeProxyImage(fleet);
  if (proxied !== undefined) images.set(proxied.source, proxied.image);
  if (images.size === 0 && charts.size === 0) return [];
  return [
    { path: "IMAGES.txt", content: imageList(fleet, images) },
    { path: "CHARTS.txt", content: list("# repository, chart, version, where it goes", charts) },
    { path: "mirror.sh", content: MIRROR_SCRIPT, executable: true },
  ];
}

function pinsAt(fleet: Fleet, member: Member): readonly ChartPin[] {
  return platformCharts.flatMap(({ pinAt }) => pinAt(fleet, member) ?? []);
}

/** Where this fleet's own registry has charts. */
export function chartsAt({ registry }: Fleet): string {
  return registry.charts ?? `oci://${registry.server}/charts`;
}

/** From its makers where the site may reach them, else from the fleet's registry. */
export function chartReference(fleet: Fleet, member: Member, { repository, chart }: ChartPin): readonly string[] {
  if (!reaches(member, "charts", hostOf(repository))) return [`${chartsAt(fleet)}/${chart}`];
  return repository.startsWith("oci://") ? [`${repository}/${chart}`] : [chart, "--repo", repository];
}

function databaseImagesAt(fleet: Fleet, member: Member): readonly PublishedImage[] {
  const { postgresql, mongodb, mongodbBackup, kubectl } = databaseImages;
  return operatedStores(fleet, member).flatMap(({ engine }): readonly PublishedImage[] =>
    engine === "postgresql" ? [postgresql, kubectl] : [mongodb, mongodbBackup, kubectl],
  );
}

function hostOf(url: string): string {
  return /^\w+:\/\/([^/:]+)/.exec(url)?.[1] ?? url;
}

/** What nobody publishes: holdfast's own and the application's, built from source by whoever runs the fleet (`images/` of our repository). */
export function ownImages({ registry, application, stores }: Fleet): readonly string[] {
  const own = [
    ...application.components.map(({ image }) => image),
    controllerImage(registry).image,
    ...(stores.some(({ engine }) => engine === "postgresql") ? [postgresImage(registry).image] : []),
  ];
  return [...new Set(own)].sort();
}

function imageList(fleet: Fleet, images: ReadonlyMap<string, string>): string {
  const head = [
    "# image, where it goes. Not carried over, for nobody publishes them: build and push these yourself before the first deployment.",
    "# holdfast's own and the sample's as images/README.md of holdfast's repository says, an application's by its own build:",
    ...ownImages(fleet).map((image) => `#   ${image}`),
  ];
  return list(head.join("\n"), images);
}

function list(head: string, lines: ReadonlyMap<string, string>): string {
  const sorted = [...lines].sort(([a], [b]) => (a < b ? -1 : 1));
  return `${head}\n${sorted.map(([source, target]) => `${source} ${target}\n`).join("")}`;
}
