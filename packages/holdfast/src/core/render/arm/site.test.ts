import { describe, expect, it } from "vitest";
import type { Fleet } from "../../spec/index.ts";
import { contentOf, exampleFleet, filesOf, policiesOf, templateOf } from "./testing/rendered.ts";
import { aksEngineFamily } from "../aks-engine/index.ts";
import { changed } from "../testing/example-fleets.ts";
import type { Data } from "./testing/rendered.ts";
import { variants } from "./testing/variants.ts";

const filesOfEngine = (fleet: Fleet) =>
  [...aksEngineFamily.render(fleet, new Set(fleet.sites.map(({ name }) => name)))].flatMap(({ files }) => files);

const hubs = exampleFleet("ratings-azure-stack-hub");
const bank = exampleFleet("ratings-three-sites");
const enclave = exampleFleet("ratings-disconnected");

describe("roles", () => {
  it("are given to each Hub's own group, and to the overall group through it alone (R109, R113, R114, R115)", () => {
    for (const [fleet, site, group] of [
      [hubs, "seattle", "Seattle_K8s_Cluster_Contributor"],
      [hubs, "orlando", "Orlando_K8s_Cluster_Contributor"],
      [bank, "denver", "Denver_K8s_Cluster_Contributor"],
    ] as const) {
      const { deployed } = templateOf(fleet, `${site}/access.json`);
      expect(deployed.resources.map(({ properties }) => properties)).toEqual([
        {
          principalId: `given-objectId_${group}`,
          roleDefinitionId: expect.stringMatching(/\/roleDefinitions\/given-roleDefinitionId_Contributor$/),
        },
      ]);
      expect(contentOf(fleet, `${site}/README.md`)).toContain(
        "with it the members of K8s Cluster Contributor: Contributor",
      );
    }
  });

  it("take ids as parameters, from the fleet file where it has them (R109)", () => {
    const objectId = "3b5e4cf6-6a0c-4f0b-8b57-3e8f7ad4a001";
    const fleet = exampleFleet("ratings-azure-stack-hub", [
      [
        "purpose: Builds and repairs the cluster in Seattle",
        `purpose: Builds and repairs the cluster in Seattle\n      objectId: ${objectId}`,
      ],
    ]);
    const { values, template } = templateOf(fleet, "seattle/access.json");
    expect(values.parameters).toEqual({ objectId_Seattle_K8s_Cluster_Contributor: { value: objectId } });
    expect(Object.values<Data>(template.parameters).every(({ defaultValue }) => defaultValue === undefined)).toBe(true);
  });

  it("of two groups whose names differ in a sign are two", () => {
    const fleet = exampleFleet("ratings-azure-stack-hub", [
      [
        "    # A role in Azure gives no access",
        "    - { name: Seattle-K8s Cluster contributor, purpose: Another, roles: [{ plane: azure, role: Reader, sites: [seattle] }] }\n    # A role in Azure gives no access",
      ],
    ]);
    expect(Object.keys(templateOf(fleet, "seattle/access.json").template.parameters)).toEqual([
      "objectId_Seattle_K8s_Cluster_Contributor",
      "roleDefinitionId_Contributor",
      "objectId_Seattle_K8s_Cluster_contributor_2",
      "roleDefinitionId_Reader",
    ]);
  });
});

describe("a site's vault", () => {
  it("is on its own Hub, serves templates, and is opened by those who fill it only (R120, R123)", () => {
    for (const [fleet, site, name] of [
      [hubs, "seattle", "ratings-seattle-kv"],
      [enclave, "fort-east", "ratings-east-kv"],
    ] as const) {
      const [vault] = templateOf(fleet, `${site}/key-vault.json`).deployed.resources;
      expect(vault.name).toBe(name);
      expect(vault.properties.enabledForTemplateDeployment).toBe(true);
      expect(policiesOf(vault)).toEqual({ "given-administratorObjectId": ["get", "list", "set", "delete"] });
    }
  });

  it("lets the pipeline in where the fleet keeps its secrets in it, too (R120, R123)", () => {
    const fleet = changed("ratings-azure-stack-hub", ["vault: ratings-global-kv", "vault: ratings-seattle-kv"]);
    const policies = (site: string) => policiesOf(templateOf(fleet, `${site}/key-vault.json`).deployed.resources[0]);
    expect(policies("seattle")).toMatchObject({ "given-pipelineObjectId": ["get", "list", "set"] });
    expect(Object.keys(policies("orlando"))).toEqual(["given-administratorObjectId"]);
  });
});

describe("machines", () => {
  const machine = (fleet: Fleet, site: string, what: string) => {
    const { deployed } = templateOf(fleet, `${site}/${what}-vm.json`);
    const ofType = (type: string): Data => deployed.resources.find((each) => each.type === type);
    return {
      rules: ofType("Microsoft.Network/networkSecurityGroups").properties.securityRules as Data[],
      nic: ofType("Microsoft.Network/networkInterfaces").properties,
      vm: ofType("Microsoft.Compute/virtualMachines").properties,
      extension: ofType("Microsoft.Compute/virtualMachines/extensions").properties,
      all: deployed.resources,
    };
  };

  it("take a key and no password, have no public address and no diagnostics (R48, R118)", () => {
    for (const [fleet, site, what] of [
      [hubs, "seattle", "helper"],
      [hubs, "orlando", "build-agent"],
      [bank, "denver", "build-agent"],
      [enclave, "fort-west", "helper"],
    ] as const) {
      const { nic, vm, extension, all } = machine(fleet, site, what);
      expect(nic.ipConfigurations[0].properties.publicIPAddress).toBeUndefined();
      expect(all.some(({ type }) => type.endsWith("/publicIPAddresses"))).toBe(false);
      expect(vm.osProfile.linuxConfiguration.disablePasswordAuthentication).toBe(true);
      expect(vm.osProfile.linuxConfiguration.ssh.publicKeys[0].keyData).toBe(fleet.sites[0]!.cluster!.ssh.publicKey);
      expect(vm.osProfile.adminPassword).toBeUndefined();
      expect(vm.diagnosticsProfile).toBeUndefined();
      expect(vm.hardwareProfile.vmSize).toBe("Standard_F2");
      expect(nic.ipConfigurations[0].properties.subnet.id).toMatch(/\/subnets\/helpers$/);
      expect(extension).toMatchObject({
        publisher: "Microsoft.Azure.Extensions",
        type: "CustomScript",
        typeHandlerVersion: "2.0",
      });
      expect(extension.settings).toEqual({});
    }
  });

  it("of pipelines call out by HTTPS and to what the file lists, and are reached by operators only (R133, R137, R138, R139)", () => {
    const { rules } = machine(hubs, "seattle", "build-agent");
    const of = (direction: string) =>
      rules
        .filter(({ properties }) => properties.direction === direction)
        .map(({ name, properties }) => [
          name,
          properties.access,
          properties.destinationPortRange ?? properties.destinationPortRanges,
        ]);
    expect(of("Inbound")).toEqual([
      ["allow-operators", "Allow", "22"],
      ["deny-other-inbound", "Deny", "*"],
    ]);
    expect(of("Outbound")).toEqual([
      ["allow-https", "Allow", "443"],
      ["allow-dns-udp", "Allow", "53"],
      ["allow-dns-tcp", "Allow", "53"],
      ["allow-listed", "Allow", "80"],
      ["allow-nodes", "Allow", ["22", "443"]],
      ["deny-other-outbound", "Deny", "*"],
    ]);
  });

  it("of pipelines get their token from the vault when they are deployed (R120, R123)", () => {
    const { values } = templateOf(hubs, "seattle/build-agent-vm.json");
    expect(values.parameters.agentToken.reference.secretName).toBe("pipeline-agent");
    expect(values.parameters.serverUrl).toEqual({ value: "https://dev.azure.com/contoso" });
    expect(templateOf(enclave, "fort-west/build-agent-vm.json").values.parameters).toMatchObject({
      serverUrl: { value: "https://devops.enclave.example/defence" },
      agentPool: { value: "fort-west-hub" },
    });
  });

  it("are of Jenkins where Jenkins delivers, also by HTTPS alone (R28, R132, R139)", () => {
    const script = contentOf(bank, "seattle/build-agent-vm.sh");
    expect(script).toContain("-webSocket");
    expect(script).not.toContain("vsts-agent-linux");
  });

  it("are GitHub's runners where GitHub Actions delivers, of the organization that has the repository (R28, R132)", () => {
    const fleet = changed("ratings-three-sites", ["kind: jenkins", "kind: github-actions"]);
    const script = contentOf(fleet, "seattle/build-agent-vm.sh");
    expect(script).toContain(
      './config.sh --unattended --replace --url "$SERVER_URL" --name seattle-agent --labels "$POOL"',
    );
    // The token is not on a command line.
    expect(script).not.toMatch(/--token/);
    expect(templateOf(fleet, "seattle/build-agent-vm.json").values.parameters.serverUrl).toEqual({
      value: "https://github.com/bank-example",
    });
  });

  it("have every tool that the engine's scripts call, and trust the authority of the Hub's certificates (R48, R130)", () => {
    const script = contentOf(hubs, "seattle/helper-vm.sh");
    const wanted = /^for tool in (.*); do$/m.exec(script)?.[1]?.split(" ") ?? [];
    const called = filesOfEngine(hubs).flatMap(({ content }) =>
      [...content.matchAll(/^ *need ([a-z0-9 ]+)$/gm)].flatMap(([, tools = ""]) => tools.split(" ")),
    );
    // What Ubuntu has by itself.
    const own = new Set(["flock", "sha256sum", "shred", "tar"]);
    expect(called.length).toBeGreaterThan(5);
    expect(wanted).toEqual(expect.arrayContaining(called.filter((tool) => !own.has(tool))));
    expect(script).toMatch(/\*\.crt\)[^;]*\/usr\/local\/share\/ca-certificates[^;]*update-ca-certificates/);
    expect(contentOf(hubs, "seattle/README.md")).toContain("REQUESTS_CA_BUNDLE=/etc/ssl/certs/ca-certificates.crt");
  });

  it("are told of the proxy, and of what goes around it (R63)", () => {
    const script = contentOf(variants["own network"](), "seattle/helper-vm.sh");
    expect(script).toMatch(/HTTPS_PROXY=http:\/\/proxy\.contoso\.com:3128/);
    const direct = /NO_PROXY=([^'\s]*)/.exec(script)?.[1]?.split(",") ?? [];
    expect(direct).toEqual(
      expect.arrayContaining([
        "169.254.169.254",
        "168.63.129.16",
        "10.100.0.0/16",
        "10.110.0.0/16",
        "10.120.0.0/16",
        "10.101.0.0/16",
        ".svc",
        ".cluster.local",
        "management.seattle.azurestack.contoso.com",
        "intranet.contoso.com",
      ]),
    );
    expect(contentOf(hubs, "seattle/helper-vm.sh")).not.toContain("PROXY");
  });

  it("of pipelines are left out where hosted agents reach the site (R134, R136)", () => {
    const fleet = exampleFleet("ratings-azure-stack-hub", [["    seattle: seattle-hub\n", ""]]);
    expect(filesOf(fleet).some(({ path }) => path.startsWith("seattle/build-agent"))).toBe(false);
    expect(filesOf(fleet).some(({ path }) => path.startsWith("orlando/build-agent"))).toBe(true);
  });
});

describe("the page of a site", () => {
  const page = contentOf(hubs, "seattle/README.md");

  it("registers the Hub by what follows from its portal, in the profile's versions (R130, R131)", () => {
    expect(page).toContain("--endpoint-resource-manager https://management.seattle.azurestack.contoso.com ");
    expect(page).toContain("--suffix-keyvault-dns .vault.seattle.azurestack.contoso.com");
    expect(page).toContain("--profile 2020-09-01-hybrid");
    expect(contentOf(variants["older profile"](), "seattle/README.md")).toContain("--profile 2019-03-01-hybrid");
    expect(contentOf(enclave, "fort-west/README.md")).toContain("--tenant adfs");
  });

  it("deploys each template of the site once, in an order that can work, and gives each value that no file has (R78, R92, R123, R132)", () => {
    for (const fleet of [hubs, bank, enclave, variants["own network"]()]) {
      for (const { name } of fleet.sites) {
        const text = contentOf(fleet, `${name}/README.md`);
        const deployed = [...text.matchAll(/--template-file (\S+)\.json/g)].map(([, file]) => file);
        const rendered = filesOf(fleet).flatMap(
          ({ path }) => /^([^/]+)\/(.*?)(?<!\.parameters)\.json$/.exec(path)?.slice(1) ?? [],
        );
        const own = rendered.filter((_, index) => index % 2 === 1 && rendered[index - 1] === name);
        expect(deployed.toSorted()).toEqual(own.toSorted());
        expect(deployed.filter((file) => /^\d/.test(file!))).toEqual(["1-network", "2-connections"]);
        expect(deployed.indexOf("key-vault")).toBeLessThan(deployed.indexOf("2-connections"));
        for (const file of own) {
          const { template, values } = templateOf(fleet, `${name}/${file}.json`);
          for (const [parameter, { defaultValue }] of Object.entries<Data>(template.parameters)) {
            if (defaultValue === undefined && values.parameters[parameter] === undefined)
              expect(text, file).toContain(`"${parameter}=$`);
          }
        }
      }
    }
  });

  it("puts secrets in from files, so that no command line has one (R121)", () => {
    expect(page).toMatch(/az keyvault secret set .* --file /);
    expect(page).not.toMatch(/--value/);
    expect(page).toContain('--password @"$CLIENT_SECRET_FILE"');
    // az takes a certificate as a password no more.
    expect(contentOf(enclave, "fort-east/README.md")).toContain('--certificate "$CLIENT_CERTIFICATE_FILE"');
  });

  it("copies a tunnel's key from the fleet's vault, so that both ends have one; makes it only where there is none (R120, R123)", () => {
    expect(page).toContain("../../access/seattle/fill-hub-vault.sh");
    expect(page).not.toMatch(/openssl|--name (?:vpn-|aks-engine)/);
    const byHand = contentOf(
      changed("ratings-disconnected", [
        "secrets: { kind: hashicorp-vault, vault: https://vault.enclave.example }",
        "secrets: { kind: kubernetes }",
      ]),
      "fort-east/README.md",
    );
    expect(byHand).not.toContain("fill-hub-vault");
    expect(byHand).toMatch(/openssl rand .* > "\$WORK\/vpn-fort-east-fort-west"/);
    // The script copies client secrets; what a certificate's cluster has is put in by hand.
    expect(contentOf(enclave, "fort-east/README.md")).toContain("--name aks-engine --file");
  });

  it("leaves the cluster's routes to the one script that knows what AKS Engine named them (R72)", () => {
    for (const fleet of [hubs, bank, enclave]) {
      expect(filesOf(fleet).some(({ path }) => path.includes("attach"))).toBe(false);
      const { name } = fleet.sites[0]!;
      expect(contentOf(fleet, `${name}/README.md`)).toMatch(/aks-engine\/\S+ says: .*attach-network\.sh/);
    }
  });

  it("says who may deploy what: a Contributor writes neither locks nor roles (R112, R116)", () => {
    const rightsNeeded = new Set(
      filesOf(hubs)
        .filter(
          ({ path, content }) =>
            /^seattle\/.*\.json$/.test(path) && /Microsoft.Authorization|providers\/locks/.test(content),
        )
        .filter(({ content }) => /"type": "[^"]*(?:\/locks|roleAssignments)"/.test(content))
        .map(({ path }) => path.replace(/^seattle\/|\.json$/g, "")),
    );
    expect([...rightsNeeded].sort()).toEqual(["access", "key-vault", "locks"]);
    for (const name of rightsNeeded) expect(page).toMatch(new RegExp(`\\x60${name}\\x60.* write locks and role`));
  });
});
