import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { kubernetesFamily, renderedSites } from "../core/render/kubernetes/index.ts";
import { fleetNamed } from "../core/render/testing/examples.ts";
import { parseControllerConfig } from "./config.ts";

describe("a controller's configuration", () => {
  const fleet = { sites: [{ name: "a" }], witness: { name: "w" }, traffic: {}, stores: [], application: {} };
  it.each([
    [{ site: "a", role: "site", fleet }, true],
    [{ site: "w", role: "witness", fleet }, true],
    [{ site: "w", role: "site", fleet }, 'the fleet has no site named "w"'],
    [{ site: "a", role: "witness", fleet }, 'the fleet has no witness named "a"'],
    [{ site: "a", role: "king", fleet }, "`role` is neither site nor witness"],
    [{ site: "a", role: "site" }, "`fleet` is no parsed fleet file"],
    [null, "`fleet` is no parsed fleet file"],
  ])("%j", (config, expected) => {
    const parsed = parseControllerConfig(JSON.stringify(config));
    expect(parsed.ok || parsed.error).toBe(expected);
  });

  it("is accepted as it is rendered, at every site and the witness", () => {
    const rendered = fleetNamed("ratings");
    const groups = [...kubernetesFamily.render(rendered, new Set(renderedSites(rendered)))];
    const configs = groups
      .flatMap(({ files }) => files)
      .filter(({ path }) => path.endsWith("config-map-holdfast-config.yaml"))
      .map(({ content }) => (parse(content) as { data: Record<string, string> }).data["config.json"] ?? "");
    expect(configs).toHaveLength(rendered.sites.length + 1);
    for (const config of configs) expect(parseControllerConfig(config)).toMatchObject({ ok: true });
  });

  it("that is no JSON is refused", () => {
    expect(parseControllerConfig("site: a")).toEqual({ ok: false, error: "it is not JSON" });
  });
});
