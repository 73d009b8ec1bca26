/** kubereboot/website content/en/docs/installation.md (2026-08): kured is built with the client of one Kubernetes minor. */
const KURED: Readonly<Record<string, string>> = {
  "1.28": "1.16.2",
  "1.29": "1.17.1",
  "1.30": "1.17.1",
  "1.31": "1.19.0",
  "1.32": "1.20.0",
  "1.33": "1.21.0",
  "1.34": "1.22.1",
  "1.35": "1.23.0",
};

/** Azure/aks-engine-azurestack@ff9dfe9 docs/topics/azure-stack.md; up to 1.25 it is OLDEST_CSI_DRIVER. */
const AZURE_DISK_CSI_DRIVER: Readonly<Record<string, string>> = {
  "1.26": "1.26.5",
  "1.27": "1.28.3",
  "1.28": "1.29.12",
  "1.29": "1.29.12",
  "1.30": "1.29.12",
  "1.31": "1.31.12",
  "1.32": "1.32.11",
  "1.33": "1.33.7",
  "1.34": "1.34.3",
  "1.35": "1.34.3",
};

const OLDEST_CSI_DRIVER = { upToMinor: 25, version: "1.10.0" };

/** `1.34.4` -> the version of kured that reboots its nodes; undefined: none is known. */
export function kuredVersionFor(kubernetesVersion: string): string | undefined {
  return KURED[minorOf(kubernetesVersion)];
}

/** `1.34.4` -> the version of the chart azuredisk-csi-driver; undefined: none is known. */
export function azureDiskCsiDriverVersionFor(kubernetesVersion: string): string | undefined {
  const [major, minor = Infinity] = kubernetesVersion.split(".").map(Number);
  if (major === 1 && minor <= OLDEST_CSI_DRIVER.upToMinor) return OLDEST_CSI_DRIVER.version;
  return AZURE_DISK_CSI_DRIVER[minorOf(kubernetesVersion)];
}

function minorOf(version: string): string {
  return version.split(".").slice(0, 2).join(".");
}
