import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { HoldfastError } from "../base/index.ts";
import type { LabSettings } from "../core/spec/index.ts";
import type { Manifest } from "../ports/index.ts";
import { findImage } from "@holdfast/pocket-cluster";
import type { ImageCommand } from "@holdfast/pocket-cluster";

/**
 * What a pod of an image runs in the lab. The sample's and holdfast's own images are programs of this package; a file's
 * `lab.images` adds others. Small heaps: a lab is a dozen processes, and each serves one user.
 */
export function imageCatalogue(settings: LabSettings, cacheFolder: string): Readonly<Record<string, ImageCommand>> {
  const dist = distFolder();
  const program = (file: string, environment?: Record<string, string>): ImageCommand => ({
    command: [process.execPath, "--max-semi-space-size=1", "--max-old-space-size=128", join(dist, file)],
    ...(environment ? { environment } : {}),
  });
  return {
    "ratings-web": program("ratings-web.js"),
    "ratings-api": program("ratings-api.js"),
    "holdfast-controller": program("controller.js"),
    "holdfast-postgres": program("postgres-agent.js", {
      TEMPLATE_CACHE_DIR: join(cacheFolder, "postgres-template"),
      NATIVE_CACHE_DIR: join(cacheFolder, "postgres-native"),
    }),
    ...settings.images,
  };
}

/** Refuses a fleet with images that nothing here stands for, before anything is started. */
export function requireKnownImages(
  manifests: readonly Manifest[],
  catalogue: Readonly<Record<string, ImageCommand>>,
): void {
  const unknown = [...new Set(manifests.flatMap(imagesOf))].filter(
    (image) => findImage(catalogue, image) === undefined,
  );
  const [first, ...rest] = unknown.map((image) => ({
    code: "lab-image-unknown" as const,
    message: `the lab has no program for the image ${image}`,
    hint: "Pods are local processes here: name a command for it under lab.images in the fleet file.",
  }));
  if (first) throw new HoldfastError([first, ...rest]);
}

interface Workload {
  readonly spec?: {
    readonly template?: { readonly spec?: { readonly containers?: readonly { readonly image: string }[] } };
  };
}

function imagesOf(manifest: Manifest): readonly string[] {
  return ((manifest as Workload).spec?.template?.spec?.containers ?? []).map(({ image }) => image);
}

/** The bundles that `npm ci` (or `npm run build`) made, wherever this code itself runs from. */
export function distFolder(): string {
  for (let folder = dirname(fileURLToPath(import.meta.url)); folder !== dirname(folder); folder = dirname(folder)) {
    for (const candidate of [folder, join(folder, "dist")]) {
      if (existsSync(join(candidate, "pocket-cluster.js"))) return candidate;
    }
  }
  throw new HoldfastError([
    { code: "lab-not-built", message: "the programs that the lab runs are not built", hint: "Run `npm run build`." },
  ]);
}
