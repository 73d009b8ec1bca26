/** A release of aks-engine-azurestack and what it works with. */
export interface EngineRelease {
  readonly version: string;
  /** Those that it deploys; it knows others only as what an upgrade starts from. The newest is last. */
  readonly kubernetesVersions: readonly string[];
  /** It works with this image in the Hub's marketplace and with no other. */
  readonly baseImage: { readonly name: string; readonly version: string };
  /** What the API model calls the image's system: `aks-ubuntu-22.04`. */
  readonly distro: string;
  /** Microsoft supports the last three releases, n-2. */
  readonly supported: boolean;
}

/** Undefined: a release that this table does not know, for example a newer one. */
export function engineReleaseOf(version: string): EngineRelease | undefined {
  return engineReleases.find((release) => release.version === version);
}

type Row = readonly [version: string, image: string, kubernetesVersions: string];

/**
 * Azure/aks-engine-azurestack@ff9dfe9 docs/topics/azure-stack.md and pkg/api/common/versions.go (2026-08); the older ones from
 * MicrosoftDocs/azure-stack-docs azure-stack/user/kubernetes-aks-engine-release-notes.md. Newest first; the last patch of
 * each release only, Linux images only.
 */
const rows: readonly Row[] = [
  ["0.85.0", "AKS Base Ubuntu 22.04-LTS Image Distro (2026.139.1)", "1.33.10 1.34.4 1.35.0"],
  ["0.84.2", "AKS Base Ubuntu 22.04-LTS Image Distro (2025.337.1)", "1.31.13 1.32.9 1.33.5"],
  ["0.83.1", "AKS Base Ubuntu 22.04-LTS Image Distro (2025.227.1)", "1.30.14 1.31.11"],
  ["0.82.2", "AKS Base Ubuntu 22.04-LTS Image Distro (2025.079.2)", "1.29.15 1.30.10"],
  ["0.81.2", "AKS Base Ubuntu 20.04-LTS Image Distro (2024.311.1)", "1.28.15 1.29.10"],
  ["0.80.3", "AKS Base Ubuntu 20.04-LTS Image Distro (2024.032.1)", "1.27.10 1.28.6"],
  ["0.79.0", "AKS Base Ubuntu 20.04-LTS Image Distro (2023.296.1)", "1.26.9 1.27.6"],
  ["0.78.0", "AKS Base Ubuntu 20.04-LTS Image Distro (2023.242.3)", "1.25.13 1.26.8"],
  ["0.77.0", "AKS Base Ubuntu 20.04-LTS Image Distro (2023.206.1)", "1.25.7 1.26.6"],
  ["0.76.0", "AKS Base Ubuntu 20.04-LTS Image Distro (2023.116.3)", "1.24.11 1.25.7"],
  ["0.75.3", "AKS Base Ubuntu 20.04-LTS Image Distro (2023.032.2)", "1.23.15 1.24.9"],
  ["0.73.0", "AKS Base Ubuntu 18.04-LTS Image Distro, 2022 Q4 (2022.11.02)", "1.22.15 1.23.13"],
  ["0.71.0", "AKS Base Ubuntu 18.04-LTS Image Distro, 2022 Q3 (2022.08.12)", "1.22.7 1.23.6"],
  ["0.70.0", "AKS Base Ubuntu 18.04-LTS Image Distro, 2022 Q2 (2022.04.07)", "1.21.10 1.22.7"],
  ["0.67.3", "AKS Base Ubuntu 18.04-LTS Image Distro, 2021 Q3 (2021.09.27)", "1.19.15 1.20.11"],
  ["0.67.0", "AKS Base Ubuntu 18.04-LTS Image Distro, 2021 Q3 (2021.09.27)", "1.19.15 1.20.11"],
  ["0.63.0", "AKS Base Ubuntu 18.04-LTS Image Distro, 2021 Q2 (2021.05.24)", "1.18.18 1.19.10 1.20.6"],
  ["0.60.1", "AKS Base Ubuntu 18.04-LTS Image Distro, 2021 Q1 (2021.01.28)", "1.16.14 1.16.15 1.17.17 1.18.15"],
  ["0.55.4", "AKS Base Ubuntu 16.04-LTS Image Distro, September 2020 (2020.09.14)", "1.15.12 1.16.14 1.17.11"],
  ["0.55.0", "AKS Base Ubuntu 16.04-LTS Image Distro, August 2020 (2020.08.24)", "1.15.12 1.16.14 1.17.11"],
  ["0.51.0", "AKS Base Ubuntu 16.04-LTS Image Distro, May 2020 (2020.05.13)", "1.15.12 1.16.8 1.16.9"],
  ["0.48.0", "AKS Base Ubuntu 16.04-LTS Image Distro, March 2020 (2020.03.19)", "1.15.10 1.14.7"],
  ["0.43.1", "AKS Base Ubuntu 16.04-LTS Image Distro, October 2019 (2019.10.24)", "1.15.5 1.15.4 1.14.8 1.14.7"],
];

const RELEASES_SUPPORTED = 3;

/** The newest first. */
export const engineReleases: readonly EngineRelease[] = rows.map(([version, image, kubernetesVersions], index) => {
  const [, name = "", ubuntu = "", imageVersion = ""] = /^(.* (\d\d\.\d\d)-.*?),? \(([\d.]+)\)$/.exec(image) ?? [];
  return {
    version,
    kubernetesVersions: kubernetesVersions.split(" ").toSorted(byNumbers),
    baseImage: { name, version: imageVersion },
    distro: `aks-ubuntu-${ubuntu}`,
    supported: index < RELEASES_SUPPORTED,
  };
});

/** `1.9.0` before `1.10.0`. */
function byNumbers(a: string, b: string): number {
  const [left, right] = [a, b].map((version) => version.split(".").map(Number));
  for (let position = 0; position < 3; position += 1) {
    const difference = (left?.[position] ?? 0) - (right?.[position] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
