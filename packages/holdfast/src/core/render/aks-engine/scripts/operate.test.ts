import { cpSync, existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { skipsEngineScripts } from "../../testing/shell-scripts.ts";
import { Sandbox } from "../testing/sandbox.ts";
import {
  STATE,
  authentication,
  deployed,
  expectNothingPlain,
  fleetText,
  forgetDeployed,
  outputIn,
  place,
} from "../testing/seattle.ts";

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = new Sandbox(fleetText);
});
afterEach(() => {
  sandbox.close();
});
afterAll(forgetDeployed);

// They run on the helper VM, which is Linux: they need tmpfs, flock and shred.
describe.skipIf(skipsEngineScripts)("the scripts of a cluster that was built", () => {
  describe("scale.sh", () => {
    const resized = (count: number) => fleetText.replace("name: workers, count: 3", `name: workers, count: ${count}`);
    const call = (count: number, more: readonly string[]) => [
      ...["scale", "--api-model", join(outputIn(sandbox), "apimodel.json"), ...place],
      ...["--node-pool", "workers", "--new-node-count", String(count), ...more, ...authentication],
    ];

    it("brings the pool to the fleet file's number, up and down; down it drains (R41, R48)", async () => {
      await deployed(sandbox);
      sandbox.render(resized(5));
      expect(await sandbox.run("seattle/scale.sh")).toMatchObject({ code: 0 });
      expect(sandbox.calls("engine")).toEqual([call(5, [])]);
      expect(await sandbox.run("seattle/scale.sh")).toMatchObject({ code: 0 });
      expect(sandbox.calls("engine")).toEqual([]);
      sandbox.render(resized(2));
      expect(await sandbox.run("seattle/scale.sh")).toMatchObject({ code: 0 });
      expect(sandbox.calls("engine")).toEqual([call(2, ["--apiserver", "10.100.1.239"])]);
      expectNothingPlain(sandbox);
    });

    it("has to end before anything else begins, and then goes on (R41)", async () => {
      await deployed(sandbox);
      sandbox.render(resized(5).replaceAll("1.34.4", "1.35.0"));
      expect(await sandbox.run("seattle/scale.sh", [], { ENGINE_FAILS: "yes" })).toMatchObject({ code: 1 });
      sandbox.calls("engine");
      expect(await sandbox.run("seattle/upgrade.sh")).toMatchObject({ code: 2 });
      expect(sandbox.calls("engine")).toEqual([]);
      expect(await sandbox.run("seattle/scale.sh")).toMatchObject({ code: 0 });
      expect(await sandbox.run("seattle/upgrade.sh")).toMatchObject({ code: 0 });
      expectNothingPlain(sandbox);
    });

    it("refuses the output of another cluster, and a machine without one (R93)", async () => {
      expect(await sandbox.run("seattle/scale.sh")).toMatchObject({ code: 2 });
      await deployed(sandbox);
      // Orlando's cluster has the same DNS prefix.
      cpSync(join(sandbox.state, STATE), join(sandbox.state, "ratings-hubs/orlando"), { recursive: true });
      const { code, stderr } = await sandbox.run("orlando/scale.sh");
      expect(code).toBe(2);
      expect(stderr).toContain("its location is seattle, and the fleet file's is orlando");
      sandbox.render(fleetText.replace("controlPlane: { count: 3", "controlPlane: { count: 5"));
      expect((await sandbox.run("seattle/scale.sh")).stderr).toContain(
        "control-plane nodes is 3, and the fleet file's is 5",
      );
      expect(sandbox.calls("engine")).toEqual([]);
      expectNothingPlain(sandbox);
    });

    it("says what it needs to open the output", async () => {
      await deployed(sandbox);
      const { code, stderr } = await sandbox.run("seattle/scale.sh", [], { HOLDFAST_AGE_IDENTITY: "" });
      expect(code).toBe(2);
      expect(stderr).toContain("HOLDFAST_AGE_IDENTITY");
      expect(await sandbox.run("seattle/scale.sh", [], { HOLDFAST_AGE_IDENTITY: "/none" })).toMatchObject({
        code: 1,
      });
      expect(sandbox.leftovers()).toEqual([]);
    });
  });

  describe("upgrade.sh and upgrade-os-image.sh", () => {
    const newer = fleetText.replaceAll("1.34.4", "1.35.0");
    const call = (version: string, more: readonly string[]) => [
      ...["upgrade", "--api-model", join(outputIn(sandbox), "apimodel.json"), ...place],
      ...["--upgrade-version", version, ...more, ...authentication],
    ];

    it("upgrades to the fleet file's version, once (R125)", async () => {
      await deployed(sandbox);
      expect(await sandbox.run("seattle/upgrade.sh")).toMatchObject({ code: 0 });
      expect(sandbox.calls("engine")).toEqual([]);
      sandbox.render(newer);
      expect(await sandbox.run("seattle/upgrade.sh")).toMatchObject({ code: 0 });
      expect(sandbox.calls("engine")).toEqual([call("1.35.0", [])]);
      expectNothingPlain(sandbox);
    });

    it("goes on after an interruption, also where the output names the new version already (R125)", async () => {
      await deployed(sandbox);
      sandbox.render(newer);
      const running = sandbox.start("seattle/upgrade.sh", [], { ENGINE_HANGS: "yes", ENGINE_WRITES_FIRST: "yes" });
      await sandbox.until(() => sandbox.engineIsBusy);
      process.kill(-running.process.pid!, "SIGINT");
      expect(await running.ended).toMatchObject({ code: 130 });
      expectNothingPlain(sandbox);
      sandbox.calls("engine");
      sandbox.render(fleetText);
      expect(await sandbox.run("seattle/upgrade.sh"), "no way back half way").toMatchObject({ code: 2 });
      sandbox.render(newer);
      expect(await sandbox.run("seattle/upgrade.sh")).toMatchObject({ code: 0 });
      expect(sandbox.calls("engine")).toEqual([call("1.35.0", ["--force"])]);
    });

    it("renews the nodes from the base image with the same version by force (R126)", async () => {
      await deployed(sandbox);
      expect(await sandbox.run("seattle/upgrade-os-image.sh", ["--control-plane-only"])).toMatchObject({ code: 0 });
      expect(sandbox.calls("engine")).toEqual([call("1.34.4", ["--force", "--control-plane-only"])]);
      sandbox.render(newer);
      expect(await sandbox.run("seattle/upgrade-os-image.sh")).toMatchObject({ code: 2 });
      expect(await sandbox.run("seattle/upgrade-os-image.sh", ["--client-secret"])).toMatchObject({ code: 2 });
      expect(sandbox.calls("engine")).toEqual([]);
      expectNothingPlain(sandbox);
    });
  });

  describe("rotate-certs.sh and get-logs.sh", () => {
    const ssh = (key: string) => ["--ssh-host", "10.100.1.229", "--linux-ssh-private-key", key];

    it("rotates, and goes on with the certificates that it made (R93, R118)", async () => {
      await deployed(sandbox);
      const key = sandbox.file("id", "key");
      const environment = { HOLDFAST_SSH_KEY: key };
      const model = join(outputIn(sandbox), "apimodel.json");
      expect(await sandbox.run("seattle/rotate-certs.sh")).toMatchObject({ code: 2 });
      expect(await sandbox.run("seattle/rotate-certs.sh", [], { ...environment, ENGINE_FAILS: "yes" })).toMatchObject({
        code: 1,
      });
      const first = ["rotate-certs", "--api-model", model, ...place, ...ssh(key)];
      expect(sandbox.calls("engine")).toEqual([[...first, ...authentication]]);
      expect(await sandbox.run("seattle/rotate-certs.sh", [], environment)).toMatchObject({ code: 0 });
      const certificates = join(outputIn(sandbox), "../../certificates.json");
      expect(sandbox.calls("engine")).toEqual([
        [...first, "--certificate-profile", certificates, "--force", ...authentication],
      ]);
      expect(await sandbox.run("seattle/rotate-certs.sh", [], environment)).toMatchObject({ code: 0 });
      expect(sandbox.calls("engine")).toEqual([[...first, ...authentication]]);
      expectNothingPlain(sandbox);
    });

    it("stores the nodes' logs encrypted; the engine wants no login for them (R94)", async () => {
      await deployed(sandbox);
      const key = sandbox.file("id", "key");
      const { code, stderr } = await sandbox.run("seattle/get-logs.sh", [], { HOLDFAST_SSH_KEY: key });
      expect(code, stderr).toBe(0);
      const output = outputIn(sandbox);
      expect(sandbox.calls("engine")).toEqual([
        [
          ...["get-logs", "--api-model", join(output, "apimodel.json"), "--location", "seattle", ...ssh(key)],
          ...["--output-directory", join(output, "../../logs")],
        ],
      ]);
      expect(sandbox.generations(STATE)).toContain("logs-000001.tar.age");
      expectNothingPlain(sandbox);
    });
  });

  describe("attach-network.sh", () => {
    const subnet = ["--resource-group", "ratings-seattle-k8s", "--vnet-name", "ratings-seattle", "--name", "k8s-nodes"];
    const updates = () => sandbox.calls("az").filter((call) => call.includes("update"));

    it("attaches what AKS Engine made to the subnet, once (R21, R72)", async () => {
      await deployed(sandbox);
      expect(await sandbox.run("seattle/attach-network.sh")).toMatchObject({ code: 0 });
      const update = ["network", "vnet", "subnet", "update", ...subnet];
      expect(updates()).toEqual([
        [...update, "--network-security-group", "/x/k8s-master-1-nsg", "--output", "none"],
        [...update, "--route-table", "/x/k8s-master-1-routetable", "--output", "none"],
      ]);
      const attached = { AZ_ATTACHED_GROUP: "/X/k8s-master-1-NSG", AZ_ATTACHED_ROUTES: "/x/k8s-master-1-routetable" };
      expect(await sandbox.run("seattle/attach-network.sh", [], attached)).toMatchObject({ code: 0 });
      expect(updates()).toEqual([]);
      expectNothingPlain(sandbox);
    });

    it("takes its own where another cluster left its security group, by the name in the stored output (R72)", async () => {
      await deployed(sandbox);
      const two = { AZ_SECURITY_GROUPS: "/x/k8s-master-2-nsg\n/x/k8s-master-1-nsg\n/x/k8s-master-10-nsg" };
      expect(await sandbox.run("seattle/attach-network.sh", [], two)).toMatchObject({ code: 0 });
      expect(updates()[0]).toContain("/x/k8s-master-1-nsg");
    });

    it.each([
      ["over a route table that is there", { AZ_ATTACHED_GROUP: "/x/own", AZ_ATTACHED_ROUTES: "/x/own" }],
      ["where it cannot know which", { AZ_SECURITY_GROUPS: "/x/k8s-master-1-nsg\n/x/k8s-master-1-old-nsg" }],
      ["where nothing has the cluster's name", { AZ_SECURITY_GROUPS: "/x/k8s-master-2-nsg" }],
    ])("attaches nothing %s (R72)", async (_what, environment) => {
      await deployed(sandbox);
      expect(await sandbox.run("seattle/attach-network.sh", [], environment)).toMatchObject({ code: 2 });
      expect(updates()).toEqual([]);
    });
  });

  describe("install-engine.sh", () => {
    it("installs the program of an archive only with the sum that was noted down (R19)", async () => {
      const folder = dirname(sandbox.file("bin/none", ""));
      const program = join(folder, "aks-engine-azurestack");
      const archive = sandbox.engineArchive();
      const install = (more: Readonly<Record<string, string>>) =>
        sandbox.run("seattle/helper-vm/install-engine.sh", [archive], { AKSE_INSTALL_DIR: folder, ...more });
      const unknown = await install({});
      expect(unknown.code, unknown.stderr).toBe(2);
      const [, sum = ""] = /SHA-256 is ([0-9a-f]{64}):/.exec(unknown.stderr)!;
      expect(await install({ AKS_ENGINE_SHA256: sum.replace(/./g, "0") })).toMatchObject({ code: 2 });
      expect(existsSync(program)).toBe(false);
      const known = await install({ AKS_ENGINE_SHA256: sum });
      expect(known.code, known.stderr).toBe(0);
      expect(existsSync(program)).toBe(true);
    });
  });
});
