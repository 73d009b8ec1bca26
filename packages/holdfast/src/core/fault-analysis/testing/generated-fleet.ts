/**
 * A fleet file of any size: Azure Stack Hubs with a PostgreSQL store on three of them, each site linked to those three and,
 * up to `MESH_MAX` sites, to every other. JSON, which is YAML.
 */
export function generatedFleet({ sites, workers }: { readonly sites: number; readonly workers: number }): string {
  const names = Array.from({ length: sites }, (_, index) => `site-${index}`);
  const withData = names.slice(0, Math.min(3, sites));
  return JSON.stringify({
    apiVersion: "holdfast.dev/v1alpha1",
    kind: "Fleet",
    metadata: { name: "generated", drivers: ["regulation"] },
    objectives: { availability: "99.9%", rto: "15s", rpo: "0s" },
    sites: names.map((name, index) => site(name, index, workers)),
    witness: {
      name: "witness",
      location: { dataCentre: "witness-1" },
      network: { addressSpaces: ["10.255.0.0/24"] },
      addresses: { peering: { kubernetesApi: "10.255.0.10" } },
    },
    links: linksOf(names),
    registry: { server: "registry.example" },
    application: {
      name: "ratings",
      components: [
        {
          name: "ratings-web",
          image: "registry.example/ratings-web:1.0.0",
          ports: [{ name: "http", port: 8080 }],
          replicas: { min: 2, max: 10, targetCpu: "60%" },
          resources: { requests: { cpu: "250m", memory: "64Mi" }, limits: { cpu: "500m", memory: "256Mi" } },
          connectsTo: ["ratings-db"],
          exposure: { port: "http", paths: ["/"] },
        },
      ],
    },
    stores: [
      {
        name: "ratings-db",
        engine: "postgresql",
        database: "ratings",
        owner: "ratings",
        sites: withData,
        storage: { size: "128Gi" },
        lease: { renew: "1s", ttl: "4s", fenceMargin: "1s" },
      },
    ],
    traffic: {
      zone: "ratings.example",
      host: "www.ratings.example",
      policy: { kind: "performance" },
      ttl: "2s",
      probe: { path: "/healthz", interval: "1s", timeout: "500ms", fall: 3, rise: 2 },
      tls: { kind: "none" },
    },
    backups: [{ store: "ratings-db", schedule: "0 2 * * *", targets: withData }],
  });
}

const MESH_MAX = 10;

function site(name: string, index: number, workers: number) {
  const network = `10.${Math.floor(index / 256)}.${index % 256}`;
  return {
    name,
    location: { dataCentre: `${name}-hub` },
    platform: {
      kind: "azure-stack-hub",
      portalUrl: `https://portal.${name}.hub.example`,
      identity: "adfs",
      authentication: "client-certificate",
      subscription: `ratings-${name}`,
      resourceGroup: "ratings",
    },
    cluster: {
      kubernetesVersion: "1.34.4",
      dnsPrefix: "ratings",
      networkPolicy: "calico",
      controlPlane: { count: 5, vmSize: "Standard_DS2_v2" },
      workerPools: [{ count: workers, vmSize: "Standard_D4_v2" }],
      ssh: { publicKey: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHTaZ1EbotZCnqQGEKeceP8qT6twoenaGJG7jiUXKz38 operators" },
    },
    network: { addressSpaces: [`${network}.0/24`], vpnGateway: { sku: "HighPerformance" } },
    addresses: {
      ingress: `${network}.10`,
      dns: `${network}.11`,
      peering: { ingress: `${network}.12`, kubernetesApi: `${network}.13`, dataHost: `${network}.14` },
    },
  };
}

function linksOf(names: readonly string[]) {
  const pairs: [string, string][] = [];
  for (const [index, name] of names.entries()) {
    const mesh = names.length <= MESH_MAX ? index : Math.min(3, index);
    for (const other of names.slice(0, mesh)) pairs.push([other, name]);
    pairs.push([name, "witness"]);
  }
  return pairs.map((between) => ({ between, kind: "vpn", latency: "20ms", bandwidth: "100Mbps" }));
}
