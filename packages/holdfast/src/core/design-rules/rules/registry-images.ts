import type { DesignRule } from "../rule.ts";
import { DOCKER_HUB, endpointOfUrl, registryOf } from "../hosts.ts";

const DOCKER_HUB_NAMES = [DOCKER_HUB, "index.docker.io", "registry-1.docker.io"];

export const registryImages: DesignRule = {
  id: "registry-images",
  severity: "advice",
  requirements: ["R24", "R26"],
  asks: "Every image comes from the fleet's own registry, which mirrors what others publish.",
  why: "Each further registry is one more that must answer when a site starts; Docker Hub also limits how often it does.",
  example: {
    broken: "image: docker.io/contoso/ratings-web:1.0.0",
    fixed: "image: registry.enclave.example/ratings-web:1.0.0",
  },
  *check({ application, registry }) {
    const own = endpointOfUrl(registry.server).host;
    for (const [index, { name, image }] of application.components.entries()) {
      const { host } = registryOf(image);
      if (host === own) continue;
      const dockerHub = DOCKER_HUB_NAMES.includes(host);
      yield {
        path: ["application", "components", index, "image"],
        severity: dockerHub ? "warning" : "advice",
        message: dockerHub
          ? `${name} comes from Docker Hub, which limits pulls: after the loss of a site they are many at once`
          : `${name} comes from ${host}, not from the fleet's registry ${own}`,
        hint: `Copy the image to ${own} and name it there.`,
        related: [{ path: ["registry", "server"], message: "the fleet's registry" }],
      };
    }
  },
};
