import type { HubSite } from "../../azure-stack-hub/index.ts";
import type { Fleet } from "../../spec/index.ts";
import { PLACEHOLDERS, subscriptionId } from "./site-facts.ts";

/** docs/topics/azure-stack.md: 12 to 15 minutes a VM. */
const UPGRADE_MINUTES_PER_NODE = { min: 12, max: 15 };

export function describeCluster(fleet: Fleet, site: HubSite, hasProxy: boolean): string {
  const { platform, cluster } = site;
  const nodes = cluster.workerPools.reduce((sum, { count }) => sum + count, cluster.controlPlane.count);
  const { min, max } = UPGRADE_MINUTES_PER_NODE;
  return `${[
    `# ${site.name}: the cluster on its Azure Stack Hub`,
    "Rendered by holdfast from the fleet file: change that one, and render again. Nothing here is secret.",
    [
      "| file | what |",
      "| --- | --- |",
      `| \`apimodel.json\` | what AKS Engine ${platform.engine.version} builds |`,
      "| `cluster.sh`, `common.sh` | this site's settings, and what the scripts share |",
      "| `helper-vm/install-engine.sh` | puts AKS Engine on the machine that runs all this |",
      ...(hasProxy
        ? [
            "| `helper-vm/environment` | the proxy's settings for `/etc/environment` of that machine |",
            "| `node-proxy.yaml` | the same for every node; it needs its image (busybox) where nodes get it without the proxy |",
          ]
        : []),
      "| `deploy.sh` | builds the cluster; again after an interruption: goes on |",
      "| `attach-network.sh` | attaches the cluster's routes and security group to the nodes' subnet |",
      "| `scale.sh` | brings the workers to the fleet file's number |",
      "| `upgrade.sh` | brings Kubernetes to the fleet file's version, with the engine's base image |",
      "| `upgrade-os-image.sh` | renews the nodes from the base image only |",
      "| `rotate-certs.sh` | gives the cluster new certificates; the API is away meanwhile |",
      "| `get-logs.sh` | collects the nodes' logs, encrypted |",
    ].join("\n"),
    [
      "## Order",
      "",
      `1. On the helper machine of \`arm/${site.name}\`, which has all tools; on another VM that reaches the nodes' subnet: \`helper-vm/install-engine.sh\`. Keep the VM: scaling and upgrades run there.`,
      "2. `./deploy.sh` (half an hour or more), then `./attach-network.sh`: without the routes that it attaches, pods reach only the pods of their own node. Safe to run again.",
      ...(hasProxy ? ["3. `kubectl apply -f node-proxy.yaml`: nodes pull images through the proxy from then on."] : []),
    ].join("\n"),
    [
      "## What the scripts take from their environment",
      "",
      "| variable | what |",
      "| --- | --- |",
      ...(subscriptionId(site) === undefined
        ? [
            `| \`AZURE_SUBSCRIPTION_ID\` | id of the subscription ${platform.subscription}; it takes the place of \`${PLACEHOLDERS.subscription}\` in the model |`,
          ]
        : []),
      ...(platform.servicePrincipal.clientId === undefined
        ? ["| `AZURE_CLIENT_ID` | application id of the service principal |"]
        : []),
      ...(platform.authentication === "client-secret"
        ? ["| `AZURE_CLIENT_SECRET` or `AZURE_CLIENT_SECRET_FILE` | its secret, or a file (also `/dev/fd/N`) with it |"]
        : [
            "| `AZURE_CLIENT_CERTIFICATE_PATH`, `AZURE_CLIENT_PRIVATE_KEY_PATH` | its certificate and private key, as files |",
          ]),
      `| \`AZURE_TENANT_ID\` | its directory${platform.identity === "adfs" ? "; default `adfs`" : ""} |`,
      "| `HOLDFAST_AGE_IDENTITY` | file with the age identity that opens the stored output; `deploy.sh` needs it only to go on |",
      "| `HOLDFAST_SSH_KEY` | file with the nodes' private SSH key, for `rotate-certs.sh` and `get-logs.sh` |",
      "| `HOLDFAST_STATE_DIR` | where the encrypted output is kept; default `~/.local/state/holdfast/aks-engine` |",
      "| `REQUESTS_CA_BUNDLE` | the authorities that az trusts; default the system's, which AKS Engine trusts: put the Hub's there where it is your own |",
      "| `HOLDFAST_WORK_DIR` | a folder in memory (tmpfs); default `$XDG_RUNTIME_DIR` or `/dev/shm` |",
    ].join("\n"),
    [
      "## The output holds every key of the cluster",
      "",
      "It is stored encrypted, a new file for every change, and open in memory only while a command runs (turn swap off on the VM, or encrypt it).",
      "Copy `HOLDFAST_STATE_DIR` off this Hub after each command: without it the cluster can be neither scaled nor upgraded.",
      ...(platform.authentication === "client-secret"
        ? [
            "AKS Engine takes the client secret as an argument, and so do we where we call it: nobody else may use the helper VM.",
          ]
        : []),
    ].join("\n"),
    [
      "## Waiting times",
      "",
      `An upgrade takes ${min} to ${max} minutes a node, one after another: ${nodes * min} to ${nodes * max} minutes for ${nodes} nodes. The number of`,
      "control-plane nodes is fixed for the cluster's life, and a worker's VM size can be changed only by building the cluster again.",
      "Every script ends with 0 when it is done, 1 when a tool failed, 2 when it refused and changed nothing, 130 or 143 when it was interrupted.",
    ].join("\n"),
    ...(fleet.access.stateRecipients.length > 0
      ? []
      : [
          "**No `access.stateRecipients` in the fleet file: the scripts refuse to build until it names at least one.**",
        ]),
  ].join("\n\n")}\n`;
}

export function describeRefusal(site: HubSite, reasons: readonly string[]): string {
  return `${[
    `# ${site.name}: no cluster can be built`,
    `AKS Engine ${site.platform.engine.version} would refuse the fleet file's cluster, so no model was written:`,
    reasons.map((reason) => `- ${reason}`).join("\n"),
  ].join("\n\n")}\n`;
}
