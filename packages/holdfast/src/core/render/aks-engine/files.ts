import { engineReleaseOf, isHubSite } from "../../azure-stack-hub/index.ts";
import type { HubSite } from "../../azure-stack-hub/index.ts";
import type { Fleet, SiteName } from "../../spec/index.ts";
import { prettyJson } from "../formats/index.ts";
import type { RenderFamily, RenderedFile, RenderedGroup } from "../rendered-file.ts";
import { buildApiModel } from "./api-model/build-api-model.ts";
import type { ApiModel } from "./api-model/build-api-model.ts";
import { checkApiModel } from "./api-model/check-api-model.ts";
import { clusterSettings } from "./cluster-settings.ts";
import { environmentFile, nodeProxyManifests, proxyEnvironment } from "./proxy.ts";
import { describeCluster, describeRefusal } from "./readme.ts";
import * as scripts from "./scripts/index.ts";
import { sha256 } from "./sha256.ts";

export const aksEngineFamily: RenderFamily = {
  id: "aks-engine",
  what: "Cluster definitions for AKS Engine on Azure Stack Hub, and the scripts that build, scale and upgrade from them.",
  render: renderAksEngine,
};

function* renderAksEngine(fleet: Fleet, sites: ReadonlySet<SiteName>): Generator<RenderedGroup> {
  for (const site of fleet.sites) {
    if (!sites.has(site.name) || !isHubSite(site)) continue;
    const files = filesOf(fleet, site);
    yield { site: site.name, files: files.map((file) => ({ ...file, path: `${site.name}/${file.path}` })) };
  }
}

/** Never a model that the engine would refuse, after an hour of preparations: then only a page that says why. */
function filesOf(fleet: Fleet, site: HubSite): readonly RenderedFile[] {
  const model = buildApiModel(fleet, site);
  const reasons = refusals(site, model);
  if (reasons.length > 0) return [{ path: "README.md", content: describeRefusal(site, reasons) }];
  const text = prettyJson(model);
  const proxy = proxyEnvironment(fleet, site);
  return [
    { path: "apimodel.json", content: text },
    { path: "cluster.sh", content: clusterSettings(fleet, site, sha256(text)) },
    { path: "common.sh", content: scripts.commonScript },
    script("deploy.sh", scripts.deployScript),
    script("attach-network.sh", scripts.attachNetworkScript),
    script("scale.sh", scripts.scaleScript),
    script("upgrade.sh", scripts.upgradeScript),
    script("upgrade-os-image.sh", scripts.upgradeOsImageScript),
    script("rotate-certs.sh", scripts.rotateCertsScript),
    script("get-logs.sh", scripts.getLogsScript),
    script("helper-vm/install-engine.sh", scripts.installEngineScript),
    ...(proxy === undefined
      ? []
      : [
          { path: "helper-vm/environment", content: environmentFile(proxy) },
          { path: "node-proxy.yaml", content: nodeProxyManifests(fleet, proxy) },
        ]),
    { path: "README.md", content: describeCluster(fleet, site, proxy !== undefined) },
  ];
}

function refusals(site: HubSite, model: ApiModel): readonly string[] {
  const release = engineReleaseOf(site.platform.engine.version);
  if (release === undefined) {
    return [
      `release ${site.platform.engine.version} is not known here, so neither are its base image and its versions`,
    ];
  }
  return checkApiModel(model, release);
}

function script(path: string, content: string): RenderedFile {
  return { path, content, executable: true };
}
