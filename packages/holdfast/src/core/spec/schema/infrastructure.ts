import * as z from "zod";
import * as s from "./scalars.ts";

const version = (example: string) =>
  z
    .string({ error: `expected a version such as "${example}"` })
    .regex(/^\d{1,4}\.\d{1,4}\.\d{1,4}$/, { error: `expected a version such as "${example}"` });

const azureStackHub = z
  .strictObject({
    kind: z.literal("azure-stack-hub"),
    portalUrl: z
      .string({ error: "expected the user portal's address, https://portal.<region>.<suffix>" })
      .regex(/^https:\/\/portal\.[a-z0-9-]+\.[a-z0-9.-]+[a-z0-9]\/?$/, {
        error: "expected the user portal's address, https://portal.<region>.<suffix>",
      })
      .meta({ description: "`https://portal.<region>.<suffix>`: the Hub's other endpoints follow from it." }),
    identity: s
      .choice(["azure-ad", "adfs"])
      .meta({ description: "Identity provider, chosen when the Hub was deployed; azure-ad needs a connected Hub." }),
    authentication: s
      .choice(["client-secret", "client-certificate"])
      .prefault("client-secret")
      .meta({ description: "How the service principal signs in." }),
    connectivity: s
      .choice(["connected", "disconnected"])
      .prefault("connected")
      .meta({ description: "Whether the Hub reaches public Azure." }),
    apiProfile: s.choice(["2020-09-01-hybrid", "2019-03-01-hybrid"]).prefault("2020-09-01-hybrid").meta({
      description: "API versions that the Hub speaks: 2020-09-01-hybrid from release 2102 on, else 2019-03-01-hybrid.",
    }),
    subscription: s
      .line()
      .meta({ description: "Name or id of the subscription. At most 50 nodes fit in one, over all its clusters." }),
    resourceGroup: s.line().meta({ description: "Resource group of the cluster." }),
    servicePrincipal: z
      .strictObject({
        clientId: z
          .guid({ error: "expected a GUID" })
          .exactOptional()
          .meta({ description: "Application id. Absent: the pipeline supplies it." }),
        keyVaultSecret: z
          .strictObject({
            vault: s.line().meta({ description: "Resource id or name of the vault." }),
            name: s.line().meta({ description: "Name of the secret." }),
          })
          .exactOptional()
          .meta({ description: "Where AKS Engine reads the secret. Absent: the pipeline supplies it." }),
      })
      .prefault({})
      .meta({ description: "The identity that builds the cluster. Its secret never stands in this file." }),
    engine: z
      .strictObject({
        version: version("0.85.0")
          .prefault("0.85.0")
          .meta({ description: "Release of aks-engine-azurestack; it needs its own base image on the Hub." }),
        helperVmSize: s
          .line()
          .prefault("Standard_F2")
          .meta({ description: "Size of the VM that runs AKS Engine, kept for scaling and upgrades." }),
        dependencies: s
          .choice(["public", "china", "german", "usgovernment"])
          .prefault("public")
          .meta({ description: "Cloud from which packages come." }),
      })
      .prefault({})
      .meta({ description: "AKS Engine." }),
  })
  .meta({ id: "AzureStackHub", description: "One Azure Stack Hub instance, on which AKS Engine builds the cluster." });

const kubernetes = z
  .strictObject({
    kind: z.literal("kubernetes"),
    distribution: s.line().exactOptional().meta({ description: "For people, for example k3s or OpenShift." }),
  })
  .meta({ id: "KubernetesPlatform", description: "Any conformant cluster; holdfast neither builds nor upgrades it." });

export const platform = z
  .discriminatedUnion("kind", [kubernetes, azureStackHub])
  .prefault({ kind: "kubernetes" })
  .meta({ description: "What the cluster stands on." });

const workerPool = z
  .strictObject({
    name: z
      .string({ error: "expected a pool name of at most 12 small letters and digits" })
      .regex(/^[a-z][a-z0-9]{0,11}$/, { error: "expected a pool name of at most 12 small letters and digits" })
      .prefault("workers")
      .meta({ description: "Name of the pool." }),
    count: s.integer(1, 1_000).meta({ description: "Number of nodes; at least two for availability." }),
    vmSize: s.line().meta({ description: "VM size; it cannot be changed without rebuilding the nodes." }),
    osDiskGiB: s.integer(30, 2_048).prefault(128).meta({ description: "Size of each system disk." }),
    dataDisksGiB: z
      .array(s.integer(1, 1_023))
      .max(4, { error: "expected at most 4 data disks" })
      .prefault([])
      .meta({ description: "Sizes of further disks of each node." }),
    labels: z.record(z.string().max(317), z.string().max(63)).prefault({}).meta({ description: "Node labels." }),
  })
  .meta({ id: "WorkerPool" });

export const cluster = z
  .strictObject({
    kubernetesVersion: version("1.34.4").meta({ description: 'Kubernetes version, in quotes, for example "1.34.4".' }),
    dnsPrefix: z
      .string({ error: "expected 3 to 45 letters, digits and hyphens that begin with a letter" })
      .regex(/^[A-Za-z][A-Za-z0-9-]{1,43}[A-Za-z0-9]$/, {
        error: "expected 3 to 45 letters, digits and hyphens that begin with a letter",
      })
      .meta({ description: "First part of the API server's name." }),
    networkPlugin: s.choice(["kubenet", "azure"]).prefault("kubenet").meta({ description: "How pods get addresses." }),
    networkPolicy: s
      .choice(["calico", "azure", "antrea"])
      .exactOptional()
      .meta({ description: "What enforces network policies; absent: nothing does." }),
    controlPlane: z
      .strictObject({
        count: s
          .integer(1, 9, "1, 3 or 5 nodes")
          .prefault(3)
          .meta({ description: "Number of control-plane nodes: 3 or 5, fixed for the cluster's life." }),
        vmSize: s.line().meta({ description: "VM size." }),
        osDiskGiB: s.integer(30, 2_048).prefault(128).meta({ description: "Size of each system disk." }),
        etcdDiskGiB: s
          .integer(32, 1_023)
          .prefault(256)
          .meta({ description: "Size of each etcd disk; it counts against the disk quota." }),
      })
      .meta({ id: "ControlPlane" }),
    workerPools: z
      .array(workerPool)
      .min(1, { error: "expected at least one pool of workers" })
      .meta({ description: "Worker nodes; an Azure Stack Hub takes one pool." }),
    ssh: z
      .strictObject({
        user: s.line().prefault("azureuser").meta({ description: "Name of the administrator on the nodes." }),
        publicKey: z
          .string({ error: "expected an OpenSSH public key, ssh-rsa AAAA... or ssh-ed25519 AAAA..." })
          .regex(/^(?:ssh-rsa|ssh-ed25519|ecdsa-sha2-nistp(?:256|384|521)) [A-Za-z0-9+/]+={0,3}(?: [^\r\n]*)?$/, {
            error: "expected an OpenSSH public key, ssh-rsa AAAA... or ssh-ed25519 AAAA...",
          })
          .meta({ description: "Public key; the private one stays with the operators." }),
      })
      .meta({ description: "Access to the nodes." }),
  })
  .meta({
    id: "Cluster",
    description: "The cluster that is to be built. Leave it out where one exists that someone else sizes.",
  });

const egressDestination = z
  .strictObject({
    purpose: s
      .choice(["images", "charts", "monitoring", "node-updates", "identity", "certificates", "pipelines", "other"])
      .meta({ description: "What needs it." }),
    host: z
      .string({ error: "expected a host, or *.domain for all hosts of a domain" })
      .regex(/^(?:\*\.)?[A-Za-z0-9.-]+$/, { error: "expected a host, or *.domain for all hosts of a domain" })
      .meta({ description: "Host, or *.domain." }),
    port: s.tcpPort().prefault(443).meta({ description: "TCP port." }),
  })
  .meta({ id: "EgressDestination" });

export const network = z
  .strictObject({
    addressSpaces: z
      .array(s.ipv4Range())
      .prefault([])
      .meta({ description: "Everything that a VPN of this site routes to. Spaces of linked sites must not overlap." }),
    existing: z
      .strictObject({
        resourceGroup: s.line().meta({ description: "Its resource group." }),
        virtualNetwork: s.line().meta({ description: "Its name." }),
      })
      .exactOptional()
      .meta({ description: "A virtual network that exists already, for example one with a VPN." }),
    nodeSubnet: z
      .strictObject({
        name: s.line().prefault("nodes").meta({ description: "Name of the subnet." }),
        range: s.ipv4Range().meta({ description: "Its range." }),
      })
      .exactOptional()
      .meta({ description: "Subnet of the nodes." }),
    gatewaySubnet: s
      .ipv4Range()
      .exactOptional()
      .meta({ description: "Range of the VPN gateway's subnet, /28 or larger." }),
    podRange: s.ipv4Range().exactOptional().meta({ description: "Addresses of pods." }),
    serviceRange: s.ipv4Range().exactOptional().meta({ description: "Addresses of services." }),
    dnsServiceAddress: s
      .ipv4()
      .exactOptional()
      .meta({ description: "Address of the cluster's DNS service, inside `serviceRange`." }),
    firstControlPlaneAddress: s
      .ipv4()
      .exactOptional()
      .meta({ description: "First of 16 free consecutive addresses in the node subnet." }),
    internet: z
      .strictObject({
        application: s.flag().prefault(false).meta({ description: "Users on the Internet reach the application." }),
        kubernetesApi: s.flag().prefault(false).meta({
          description: "The Kubernetes API is reachable from the Internet: hosted pipeline agents may use it.",
        }),
        management: s.flag().prefault(false).meta({
          description: "The management endpoints are reachable from the Internet: hosted pipeline agents may use them.",
        }),
      })
      .prefault({})
      .meta({
        description:
          "What can be reached from the Internet. A public address may still be visible on the intranet only.",
      }),
    egress: z
      .strictObject({
        allowed: s
          .choice(["all", "listed", "none"])
          .prefault("all")
          .meta({ description: "What may leave: everything, only `destinations`, or nothing." }),
        destinations: z.array(egressDestination).prefault([]).meta({ description: "What a firewall lets through." }),
        proxy: z
          .strictObject({
            http: s.url("http").exactOptional().meta({ description: "Proxy for HTTP, without a password." }),
            https: s.url("http|https").exactOptional().meta({ description: "Proxy for HTTPS, without a password." }),
            noProxy: z.array(s.line()).prefault([]).meta({ description: "Added to what always goes direct." }),
          })
          .exactOptional()
          .meta({ description: "A proxy that components must be told of; a transparent one is not named." }),
      })
      .prefault({})
      .meta({ description: "Connections that leave the site." }),
    vpnGateway: z
      .strictObject({
        sku: s
          .choice(["Basic", "Standard", "HighPerformance", "VpnGw1", "VpnGw2", "VpnGw3"])
          .prefault("HighPerformance")
          .meta({ description: "Its size; it cannot be changed." }),
      })
      .exactOptional()
      .meta({ description: "The site's VPN gateway." }),
  })
  .meta({ id: "Network", description: "The site's network, planned before the cluster is built." });

const count = (what: string) => s.integer(0, 1_000_000).exactOptional().meta({ description: what });

export const quotas = z
  .strictObject({
    virtualMachines: count("Virtual machines."),
    cores: count("Cores."),
    availabilitySets: count("Availability sets."),
    networkInterfaces: count("Network interfaces."),
    publicAddresses: count("Public IP addresses."),
    loadBalancers: count("Load balancers."),
    vpnGateways: count("VPN gateways."),
    vpnConnections: count("VPN connections."),
    managedDiskGiB: count("Managed disks, in GiB."),
  })
  .meta({ id: "Quotas", description: "What the subscription allows. What is left out is not checked." });
