import type { Delivery } from "../../spec/index.ts";
import { operatorRange, toolsParameters } from "./helper-vm.ts";
import type { HubPlace } from "./hub-place.ts";
import { plannedNetwork } from "./hub-place.ts";
import { installTools } from "./install-script.ts";
import { resourceName } from "./names.ts";
import { nobodyElse } from "./security-rules.ts";
import type { SecurityRule } from "./security-rules.ts";
import { parameter } from "./template.ts";
import type { Parameter, Template } from "./template.ts";
import { vaultOf } from "./vault.ts";
import { machineTemplate } from "./virtual-machine.ts";

/** Secret with the right to add an agent. It is of use only while one is added: take it back afterwards. */
export const AGENT_SECRET = "pipeline-agent";

/**
 * The pipelines' own machine at a site that hosted agents do not reach (R133-R138). It asks its server for work and needs to be
 * reached by nobody, so it has its own rules: HTTPS and what the fleet file lists, and nothing in.
 */
export function agentTemplate(place: HubPlace): Template | undefined {
  const script = agentScript(place);
  const pool = place.fleet.delivery.selfHostedPools[place.name];
  if (script === undefined || pool === undefined) return undefined;
  return machineTemplate(place, {
    what: "agent",
    rules: agentRules(place),
    rulesParameters: { operatorRange },
    install: script,
    environment: {
      TOOLS_URL: "toolsUrl",
      TOOLS_SHA256: "toolsSha256",
      SERVER_URL: "serverUrl",
      POOL: "agentPool",
      AGENT_TOKEN: "agentToken",
    },
    parameters: {
      ...toolsParameters,
      serverUrl: serverUrl(place.fleet.delivery),
      agentPool: { type: "string", about: "Pool or label that the agent joins.", value: pool },
      agentToken: {
        type: "securestring",
        about: "Right to add an agent.",
        secret: { vaultId: vaultOf(place).id, name: AGENT_SECRET },
      },
    },
  });
}

/** Undefined: this kind of delivery has no agents that we know of. */
export function agentScript(place: HubPlace): string | undefined {
  const register = registrations[place.fleet.delivery.kind];
  if (register === undefined || place.fleet.delivery.selfHostedPools[place.name] === undefined) return undefined;
  const tools = installTools(place, `Makes this machine an agent of the pipelines at ${place.name}.`);
  return `${tools}${ACCOUNT}${register(resourceName(place.name, "agent", 60))}`;
}

const ACCOUNT = `id -u agent > /dev/null 2>&1 || useradd --system --user-group --create-home --home-dir /opt/agent --shell /bin/sh agent
as_agent() { HOME=/opt/agent setpriv --reuid=agent --regid=agent --init-groups "$@"; }
`;

type Register = (agent: string) => string;

/** The token is handed over by the environment or a file that only root reads: a command line is seen by everybody on the machine. */
const registrations: Readonly<Partial<Record<string, Register>>> = {
  "azure-pipelines": (agent) => `if [ ! -f /opt/agent/.agent ]; then
  tar --extract --gzip --file "$(ls "$work"/vsts-agent*.tar.gz)" --directory /opt/agent
  chown -R agent:agent /opt/agent
  /opt/agent/bin/installdependencies.sh
  cd /opt/agent
  export VSTS_AGENT_INPUT_TOKEN="$AGENT_TOKEN"
  as_agent ./config.sh --unattended --acceptTeeEula --replace --url "$SERVER_URL" --auth pat --pool "$POOL" --agent ${agent}
  ./svc.sh install agent
fi
unset AGENT_TOKEN VSTS_AGENT_INPUT_TOKEN
cd /opt/agent
./svc.sh start
`,
  // The runner takes its inputs from ACTIONS_RUNNER_INPUT_*: actions/runner, src/Runner.Listener/CommandSettings.cs.
  "github-actions": (agent) => `if [ ! -f /opt/agent/.runner ]; then
  tar --extract --gzip --file "$(ls "$work"/actions-runner*.tar.gz)" --directory /opt/agent
  chown -R agent:agent /opt/agent
  /opt/agent/bin/installdependencies.sh
  cd /opt/agent
  export ACTIONS_RUNNER_INPUT_TOKEN="$AGENT_TOKEN"
  as_agent ./config.sh --unattended --replace --url "$SERVER_URL" --name ${agent} --labels "$POOL"
  ./svc.sh install agent
fi
unset AGENT_TOKEN ACTIONS_RUNNER_INPUT_TOKEN
cd /opt/agent
./svc.sh start
`,
  jenkins: (
    agent,
  ) => `command -v java > /dev/null || { apt-get update && apt-get install --yes --no-install-recommends default-jre-headless; }
as_agent curl --fail --silent --show-error --output /opt/agent/agent.jar "$SERVER_URL/jnlpJars/agent.jar"
(umask 077 && printf '%s' "$AGENT_TOKEN" > /opt/agent/secret)
chown agent:agent /opt/agent/secret
unset AGENT_TOKEN
cat > /etc/systemd/system/jenkins-agent.service << UNIT
[Unit]
Description=Agent of the pipelines, label $POOL
Wants=network-online.target
After=network-online.target

[Service]
User=agent
EnvironmentFile=-/etc/environment
WorkingDirectory=/opt/agent
ExecStart=/usr/bin/java -jar agent.jar -url "$SERVER_URL" -secret @/opt/agent/secret -name ${agent} -webSocket -workDir /opt/agent
Restart=always

[Install]
WantedBy=multi-user.target
UNIT
systemctl daemon-reload
systemctl enable --now jenkins-agent
`,
};

/** Azure DevOps and GitHub have the organization, or collection, as the first part of a repository's path. */
function serverUrl({ kind, repository }: Delivery): Parameter {
  const about =
    "Address of the pipelines' server: an Azure DevOps organization or collection, a GitHub organization, or a Jenkins controller.";
  const [server] = /^https:\/\/[^/]+\/[^/]+/.exec(repository?.url ?? "") ?? [];
  const isThere =
    (kind === "azure-pipelines" && repository?.kind === "azure-repos") ||
    (kind === "github-actions" && repository?.kind === "github");
  return isThere && server !== undefined
    ? { type: "string", about, value: server }
    : { type: "string", about, fromShell: "$SERVER_URL" };
}

function agentRules(place: HubPlace): readonly SecurityRule[] {
  const { addresses } = place;
  const allow = (rule: Omit<SecurityRule, "access">): SecurityRule => ({ ...rule, access: "Allow" });
  const out = (
    name: string,
    about: string,
    protocol: "Tcp" | "Udp",
    ports: readonly number[],
    to?: readonly string[],
  ) => allow({ name, about, direction: "Outbound", protocol, ports, ...(to === undefined ? {} : { to }) });
  const planned = plannedNetwork(place);
  const others = otherPorts(place);
  return [
    allow({
      name: "allow-operators",
      about: "Operators, by SSH.",
      direction: "Inbound",
      protocol: "Tcp",
      from: [`[${parameter("operatorRange")}]`],
      ports: [22],
    }),
    out("allow-https", "The pipelines' server, the Hub's endpoints, registries and the Kubernetes API.", "Tcp", [443]),
    out("allow-dns-udp", "Names.", "Udp", [53]),
    out("allow-dns-tcp", "Names, when the answer is long.", "Tcp", [53]),
    ...(others.length === 0 ? [] : [out("allow-listed", "Ports of the fleet file's egress and proxy.", "Tcp", others)]),
    ...(planned === undefined
      ? []
      : [
          out(
            "allow-nodes",
            "The cluster's nodes: SSH and the Kubernetes API.",
            "Tcp",
            [...new Set([22, 443, addresses.peering.kubernetesApi?.port ?? 443])],
            [planned.nodes.range],
          ),
        ]),
    nobodyElse("Inbound"),
    nobodyElse("Outbound"),
  ];
}

/** Other than 443, which is open anyway. */
function otherPorts({ network }: HubPlace): readonly number[] {
  const { destinations, proxy } = network.egress;
  const proxies = [proxy?.http, proxy?.https].flatMap((url) => {
    const port = /^https?:\/\/[^/]*:(\d+)/.exec(url ?? "")?.[1];
    return port === undefined ? [] : [Number(port)];
  });
  const ports = new Set([...destinations.map(({ port }) => port), ...proxies]);
  return [...ports].filter((port) => port !== 443).toSorted((a, b) => a - b);
}
