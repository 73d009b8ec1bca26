/** A fleet file to start from: two sites and a witness, every section that a first fleet needs, and why. `check` finds nothing in it. */
export function startingFile(name: string): string {
  return `# yaml-language-server: $schema=./fleet.schema.json
# The line above lets an editor complete and explain every key. Write that file with: holdfast schema > fleet.schema.json
#
# What holdfast keeps up: sites that share nothing, an application that outlives any one of them, one name for users.
# Change what follows to what you have, and run: holdfast check holdfast.yaml
apiVersion: holdfast.dev/v1alpha1
kind: Fleet
metadata:
  name: ${name}
  drivers: [regulation] # why it runs on premises: location, latency, bandwidth, connectivity, regulation

# What was promised. \`check\` compares the design with it.
objectives:
  availability: 99.95%
  rto: 30s # longest time without service after the loss of a site
  rpo: 0s # longest span of acknowledged writes that may be lost

# Each runs the whole application. Two in different data centres is the least.
sites:
  - name: north
    location: { dataCentre: north-1, region: north, country: US }
    platform: { kind: kubernetes } # or azure-stack-hub, see docs/reference/fleet-file.md
    addresses:
      # What users' DNS gets, and where this site answers DNS itself.
      ingress: 192.0.2.10
      dns: 192.0.2.10
      # How the other sites and the witness reach it, usually through the VPN.
      peering: { ingress: 10.10.0.10:80, kubernetesApi: 10.10.0.11:6443, dataHost: 10.10.0.12 }
  - name: south
    location: { dataCentre: south-1, region: south, country: US }
    platform: { kind: kubernetes }
    addresses:
      ingress: 198.51.100.10
      dns: 198.51.100.10
      peering: { ingress: 10.20.0.10:80, kubernetesApi: 10.20.0.11:6443, dataHost: 10.20.0.12 }

# A small cluster at a third place. It votes on who may write; without it neither of two sites may go on alone.
# It runs no application and holds no personal data, so it may be in a public cloud (location.hosting: public-cloud).
witness:
  name: witness
  location: { dataCentre: witness-1, region: west, country: US }
  addresses:
    dns: 203.0.113.10
    peering: { kubernetesApi: 10.30.0.11:6443 }

# Latency as you measure it: it decides how short the lease on the database may be.
links:
  - { between: [north, south], kind: vpn, latency: 5ms, bandwidth: 100Mbps }
  - { between: [north, witness], kind: vpn, latency: 10ms, bandwidth: 100Mbps }
  - { between: [south, witness], kind: vpn, latency: 10ms, bandwidth: 100Mbps }

# Where holdfast's own images come from.
registry:
  server: registry.example

application:
  name: ${name}
  components:
    - name: web
      image: registry.example/web:1.0.0 # a tag that never moves, so that all sites run the same
      ports: [{ name: http, port: 8080 }]
      replicas: 2 # at each site; or { min: 2, max: 10, targetCpu: 70% }
      resources:
        requests: { cpu: 100m, memory: 64Mi }
        limits: { memory: 256Mi }
      probes:
        # Deep: it fails when this site cannot serve users, so that they are sent to another one.
        readiness: { path: /healthz, port: http, period: 2s }
        liveness: { path: /livez, port: http, period: 10s }
      configuration:
        SITE_NAME: \${site}
      # Values come from Kubernetes Secrets; this file never holds one. \`<store>-app\` is made for each store.
      secrets:
        - { env: DATABASE_URL, secret: data-app, key: uri }
      connectsTo: [data]
      exposure:
        port: http
        paths: [/]

stores:
  - name: data
    engine: postgresql # or mongodb
    personalData: true # it never leaves the premises
    database: app
    owner: app
    sites: [north, south] # in order of preference: the first is where the primary starts
    storage: { size: 10Gi }
    durability: replicated # a commit is acknowledged when the other site has it too
    whenAlone: continue # with no standby left: go on, loudly; or block

# The zone is delegated to all sites: each answers with the sites that live.
traffic:
  zone: app.example
  host: www.app.example
  policy: { kind: priority, order: [north, south] }
  ttl: 5s
  probe: { path: /healthz, interval: 1s, timeout: 1s, fall: 3, rise: 2 }
  tls: { kind: none } # or { kind: secret, secret: web-tls }, { kind: cert-manager, issuer: letsencrypt }
  hostmaster: dns@operations.example # a mailbox outside the zone, which has no mail server

# The plan; who takes them is for you to arrange: holdfast explain backup-taken.
backups:
  - store: data
    schedule: "0 2 * * *" # UTC
    keep: 14
    targets: [south, north] # a backup goes to the first that is not where it was taken
    rehearsal: "0 6 * * 0" # one is restored elsewhere and read: only then it is a backup

# Where this file and the application are kept: a lost site is built again from there.
delivery:
  repository: { url: https://git.operations.example/app }
`;
}
