import { existsSync, readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { commands } from "./commands.ts";
import { runCaptured } from "./testing/run-captured.ts";

describe("the command line", () => {
  it("has a folder for each command, and a command for each folder", () => {
    const here = new URL(".", import.meta.url);
    const folders = readdirSync(here, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && existsSync(new URL(`${entry.name}/index.ts`, here)))
      .map((entry) => entry.name);
    expect(folders.toSorted()).toEqual(commands.map((command) => command.name).toSorted());
  });

  it.each([[["--help"]], [["help"]], [[]], [["check", "--help"]], [["--version"]]])(
    "%j prints to stdout and succeeds",
    async (argv) => {
      const { exitCode, out, err } = await runCaptured(argv);
      expect([exitCode, err]).toEqual([0, ""]);
      expect(out).not.toBe("");
    },
  );

  it("suggests the command that was meant", async () => {
    const { exitCode, out, err } = await runCaptured(["chek", "x.yaml"]);
    expect([exitCode, out]).toEqual([2, ""]);
    expect(err).toBe("error[usage]: unknown command 'chek'\n   = help: Did you mean check?\n");
  });

  it("says what is wrong with an option, as JSON where that was asked for", async () => {
    expect((await runCaptured(["check", "x.yaml", "--formt", "json"])).err).toContain("Did you mean --format?");
    expect((await runCaptured(["check"])).err).toContain("missing required argument 'file'");
    const json = await runCaptured(["check", "--format", "json"]);
    expect([json.exitCode, json.err]).toEqual([2, ""]);
    expect(JSON.parse(json.out)).toMatchObject({
      problems: [{ code: "usage", message: "missing required argument 'file'" }],
    });
  });

  it("colours only where it is asked to", async () => {
    expect((await runCaptured(["chek"], { color: true })).err).toContain("\u001b[31m");
    expect((await runCaptured(["chek"])).err).not.toContain("\u001b");
  });
});
