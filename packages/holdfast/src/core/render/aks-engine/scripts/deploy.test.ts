import { cpSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { skipsEngineScripts } from "../../testing/shell-scripts.ts";
import { textOf } from "../testing/fleets.ts";
import { CLIENT_SECRET, PRIVATE_KEY, Sandbox, ids } from "../testing/sandbox.ts";
import {
  STATE,
  authentication,
  deployed,
  expectNothingPlain,
  fleetText,
  forgetDeployed,
  hasStored,
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
describe.skipIf(skipsEngineScripts)("deploy.sh", () => {
  it("calls AKS Engine with exactly these flags, and stores its output encrypted (R19, R93, R94)", async () => {
    const { code, stderr } = await sandbox.run("seattle/deploy.sh");
    expect(code, stderr).toBe(0);
    const output = outputIn(sandbox);
    expect(sandbox.calls("engine")).toEqual([
      [
        ...["deploy", "--api-model", join(output, "../../apimodel.json"), ...place],
        ...["--output-directory", output, ...authentication],
      ],
    ]);
    expect(sandbox.generations(STATE).length).toBeGreaterThan(0);
    expectNothingPlain(sandbox);
    const recipients = sandbox
      .calls("age")
      .at(-1)!
      .filter((argument) => argument.startsWith("age1"));
    expect(recipients).toHaveLength(2);
    expect(stderr).toContain("7 VMs and");
  });

  it("fills in ids that the fleet file does not have, and no secret (R121, R123)", async () => {
    const running = sandbox.start("seattle/deploy.sh", [], { ENGINE_HANGS: "yes" });
    await sandbox.until(() => sandbox.engineIsBusy);
    const model = readFileSync(join(outputIn(sandbox), "apimodel.json"), "utf8");
    expect(model).toContain(`/subscriptions/${ids.subscription}/resourceGroups/ratings-seattle-k8s/`);
    expect(model).toContain(`"clientId": "${ids.client}"`);
    expect(model).not.toMatch(/SUBSCRIPTION_ID|CLIENT_ID/);
    expect(model).not.toContain(CLIENT_SECRET);
    process.kill(-running.process.pid!, "SIGTERM");
    expect(await running.ended).toMatchObject({ code: 143 });
    expectNothingPlain(sandbox);
  });

  it("hands the secret to az on its standard input, and signs in at this Hub (R121, R131)", async () => {
    await sandbox.run("seattle/deploy.sh");
    const calls = sandbox.calls("az");
    expect(sandbox.azInput).toBe(CLIENT_SECRET);
    expect(calls.flat()).not.toContain(CLIENT_SECRET);
    expect(calls[0]).toEqual([
      ...["cloud", "register", "--name", "holdfast-seattle"],
      ...["--endpoint-resource-manager", "https://management.seattle.azurestack.contoso.com"],
      ...["--suffix-storage-endpoint", "seattle.azurestack.contoso.com"],
      ...["--suffix-keyvault-dns", ".vault.seattle.azurestack.contoso.com"],
      ...["--endpoint-sql-management", "https://notsupported", "--profile", "2020-09-01-hybrid", "--output", "none"],
    ]);
    expect(calls.find(([command]) => command === "login")).toEqual([
      ...["login", "--service-principal", "--username", ids.client, "--output", "none"],
      ...["--tenant", ids.tenant, "--password", "@-"],
    ]);
  });

  it("takes a certificate by its path: then no process has a secret in its arguments (R112, R121)", async () => {
    sandbox.render(textOf("ratings-disconnected"));
    const certificate = sandbox.file("sp.crt", "certificate");
    const key = sandbox.file("sp.key", "key");
    const { code, stderr } = await sandbox.run("fort-west/deploy.sh", [], {
      ...{ AZURE_CLIENT_CERTIFICATE_PATH: certificate, AZURE_CLIENT_PRIVATE_KEY_PATH: key },
      ...{ AZURE_TENANT_ID: "", AZURE_CLIENT_SECRET: "" },
    });
    expect(code, stderr).toBe(0);
    const [engine] = sandbox.calls("engine");
    expect(engine!.slice(engine!.indexOf("--azure-env"))).toEqual([
      ...["--azure-env", "AzureStackCloud", "--subscription-id", ids.subscription, "--identity-system", "adfs"],
      ...["--auth-method", "client_certificate", "--client-id", ids.client],
      ...["--certificate-path", certificate, "--private-key-path", key],
    ]);
    expect(sandbox.calls("az").find(([a, b]) => a === "login" && b !== "--help")).toEqual(
      expect.arrayContaining(["--tenant", "adfs", "--certificate"]),
    );
    expect(sandbox.leftovers()).toEqual([]);
  });

  it("leaves a cluster alone that was built from this model", async () => {
    await deployed(sandbox);
    expect(await sandbox.run("seattle/deploy.sh")).toMatchObject({ code: 0 });
    expect(sandbox.calls("engine")).toEqual([]);
  });

  it.each([
    [
      "a model that someone changed",
      {},
      () => {
        writeFileSync(sandbox.path("seattle/apimodel.json"), "{}");
      },
      "not the one that was rendered",
    ],
    ["another release of AKS Engine", { ENGINE_VERSION_FOUND: "0.84.2" }, undefined, "0.84.2"],
    ["a Hub without the base image (R127)", { AZ_IMAGES: "0" }, undefined, "2026.139.1"],
    [
      "a resource group with nodes whose keys are not here",
      { AZ_CONTROL_PLANE_NODES: "3" },
      undefined,
      "control-plane nodes",
    ],
    ["a disk for the keys (R94)", { HOLDFAST_WORK_DIR: "/proc" }, undefined, "not in memory"],
    ["no subscription", { AZURE_SUBSCRIPTION_ID: "ratings-seattle" }, undefined, "AZURE_SUBSCRIPTION_ID"],
    ["no client", { AZURE_CLIENT_ID: "" }, undefined, "AZURE_CLIENT_ID"],
    ["no secret", { AZURE_CLIENT_SECRET: "" }, undefined, "AZURE_CLIENT_SECRET"],
    ["no directory", { AZURE_TENANT_ID: "" }, undefined, "AZURE_TENANT_ID"],
    [
      "nobody who could open the output (R93)",
      {},
      () => {
        sandbox.render(fleetText.replace(/ {2}stateRecipients:\n(?: {4}- .*\n)+/, ""));
      },
      "access.stateRecipients",
    ],
  ] as const)("refuses %s", async (_what, environment, arrange, message) => {
    arrange?.();
    const { code, stderr } = await sandbox.run("seattle/deploy.sh", [], environment);
    expect(code, stderr).toBe(2);
    expect(stderr).toContain(message);
    expect(sandbox.calls("engine")).toEqual([]);
    expect(sandbox.generations(STATE)).toEqual([]);
    expect(sandbox.leftovers()).toEqual([]);
  });

  it("refuses to build a cluster from a second model (R93)", async () => {
    await deployed(sandbox);
    sandbox.render(fleetText.replace("etcdDiskGiB: 128", "etcdDiskGiB: 256"));
    expect(await sandbox.run("seattle/deploy.sh")).toMatchObject({ code: 2 });
    expect(sandbox.calls("engine")).toEqual([]);
  });

  it("stores what there is on Ctrl-C, and goes on with the same keys when it is run again (R93, R94)", async () => {
    const running = sandbox.start("seattle/deploy.sh", [], { ENGINE_HANGS: "yes" });
    await sandbox.until(() => sandbox.engineIsBusy);
    const engine = sandbox.enginePid();
    const keys = readFileSync(join(outputIn(sandbox), "ca.key"), "utf8");
    process.kill(-running.process.pid!, "SIGINT");
    expect(await running.ended).toMatchObject({ code: 130 });
    expect(isAlive(engine)).toBe(false);
    expectNothingPlain(sandbox);
    sandbox.calls("engine");

    const again = sandbox.start("seattle/deploy.sh", [], { ENGINE_HANGS: "yes" });
    await sandbox.until(() => sandbox.engineIsBusy && sandbox.enginePid() !== engine);
    expect(readFileSync(join(outputIn(sandbox), "ca.key"), "utf8")).toBe(keys);
    const [call] = sandbox.calls("engine");
    expect(call).toEqual(expect.arrayContaining(["--force-overwrite", join(outputIn(sandbox), "apimodel.json")]));
    process.kill(-again.process.pid!, "SIGHUP");
    expect(await again.ended).toMatchObject({ code: 143 });
    expect(await sandbox.run("seattle/deploy.sh")).toMatchObject({ code: 0 });
    expectNothingPlain(sandbox);
  });

  it("stores the keys before the cluster is built, and what a killed run left (R93, R96)", async () => {
    const running = sandbox.start("seattle/deploy.sh", [], { ENGINE_HANGS: "yes" });
    await sandbox.until(() => sandbox.engineIsBusy && hasStored(sandbox));
    process.kill(running.process.pid!, "SIGKILL");
    await running.ended;
    // The engine lives on, and keeps the lock: nobody starts a second one beside it.
    const beside = await sandbox.run("seattle/deploy.sh");
    expect(beside).toMatchObject({ code: 2 });
    expect(beside.stderr).toContain("another command works on seattle");
    sandbox.killEngine();
    const output = outputIn(sandbox);
    expect(existsSync(output)).toBe(true);
    writeFileSync(join(output, "later"), "written after the last checkpoint");
    const before = sandbox.generations(STATE).length;
    await sandbox.until(() => !isAlive(sandbox.enginePid()));
    sandbox.calls("engine");

    const { code, stderr } = await sandbox.run("seattle/deploy.sh");
    expect(code, stderr).toBe(0);
    expect(stderr).toContain("when it was killed");
    expect(sandbox.generations(STATE).length).toBeGreaterThan(before);
    expect(sandbox.calls("engine")[0]).toContain("--force-overwrite");
    expectNothingPlain(sandbox);
  });

  it("does not store over what is newer than a killed run's leftovers", async () => {
    const running = sandbox.start("seattle/deploy.sh", [], { ENGINE_HANGS: "yes" });
    await sandbox.until(() => sandbox.engineIsBusy && hasStored(sandbox));
    process.kill(running.process.pid!, "SIGKILL");
    await running.ended;
    sandbox.killEngine();
    await sandbox.until(() => !isAlive(sandbox.enginePid()));
    const folder = join(sandbox.state, STATE);
    cpSync(join(folder, "state-000001.tar.age"), join(folder, "state-000009.tar.age"));
    expect(await sandbox.run("seattle/deploy.sh")).toMatchObject({ code: 2 });
    expect(existsSync(outputIn(sandbox))).toBe(true);
  });

  it("removes the plain output when AKS Engine fails, and says so with its exit code (R94)", async () => {
    const { code, stderr } = await sandbox.run("seattle/deploy.sh", [], { ENGINE_FAILS: "yes" });
    expect(code).toBe(1);
    expect(stderr).toContain("deploy ended with 3");
    expect(sandbox.generations(STATE)).toHaveLength(1);
    expectNothingPlain(sandbox);
  });

  it("keeps the plain output in memory when it cannot be stored, and stores it with the next command", async () => {
    const { code, stderr } = await sandbox.run("seattle/deploy.sh", [], { AGE_FAILS: "yes" });
    expect(code).toBe(1);
    expect(stderr).toContain("could not store the output encrypted");
    expect(sandbox.generations(STATE)).toEqual([]);
    expect(sandbox.filesWith(PRIVATE_KEY, [sandbox.state])).toEqual([]);
    expect(sandbox.filesWith(PRIVATE_KEY, [sandbox.memory])).not.toEqual([]);
    expect(await sandbox.run("seattle/deploy.sh")).toMatchObject({ code: 0 });
    expect(sandbox.generations(STATE).length).toBeGreaterThan(0);
    expectNothingPlain(sandbox);
  });
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
