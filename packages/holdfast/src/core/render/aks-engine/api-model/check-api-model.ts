import type { EngineRelease } from "../../../azure-stack-hub/index.ts";
import { checkKubernetesConfig } from "./check-kubernetes-config.ts";
import { checkNodes } from "./check-nodes.ts";
import { ModelReader, unknownKeys } from "./model-reader.ts";

/**
 * Why `aks-engine-azurestack deploy` would refuse this model; empty: it takes it. As the program itself decides at commit ff9dfe9
 * (pkg/api/vlabs/validate.go); check-api-model.test.ts replays its recorded verdicts. What the program lets pass but does not
 * work, such as a hundred nodes or two pools, is a matter of the design rules.
 */
export function checkApiModel(model: unknown, release: EngineRelease): readonly string[] {
  const reader = new ModelReader(model);
  return [
    ...unknownKeys(model).map((name) => `unknown key ${name}`),
    ...checkVersion(reader.at("properties", "orchestratorProfile"), release),
    ...checkCloud(reader),
    ...checkLinux(reader.at("properties", "linuxProfile")),
    ...checkServicePrincipal(reader.at("properties")),
    ...checkKubernetesConfig(reader.at("properties", "orchestratorProfile", "kubernetesConfig")),
    ...checkNodes(reader.at("properties")),
  ];
}

function checkVersion(profile: ModelReader, { version, kubernetesVersions }: EngineRelease): string[] {
  const wanted = { release: profile.at("orchestratorRelease").text, version: profile.at("orchestratorVersion").text };
  const fits = kubernetesVersions.some(
    (known) =>
      (wanted.version === "" || wanted.version === known) &&
      (wanted.release === "" || known.startsWith(`${wanted.release}.`)),
  );
  if (fits) return [];
  const asked = [...new Set([wanted.release, wanted.version])].filter((text) => text !== "").join(", ");
  return [`AKS Engine ${version} deploys Kubernetes ${kubernetesVersions.join(", ")}, not ${asked}`];
}

function* checkCloud(model: ModelReader): Iterable<string> {
  const profile = model.at("properties", "customCloudProfile");
  const location = model.at("location").text;
  if (location === "") yield "location is missing";
  const portal = profile.at("portalURL").text;
  if (!portal.startsWith(`https://portal.${location}.`)) {
    yield `portalURL has to begin with https://portal.${location}.`;
  }
  yield* oneOf(profile, "identitySystem", ["azure_ad", "adfs"]);
  yield* oneOf(profile, "authenticationMethod", ["client_secret", "client_certificate"]);
  yield* oneOf(profile, "dependenciesLocation", ["public", "china", "german", "usgovernment"]);
}

function* oneOf(profile: ModelReader, key: string, values: readonly string[]): Iterable<string> {
  const value = profile.at(key).text;
  if (value !== "" && !values.includes(value)) yield `${key} is ${value}, not one of ${values.join(", ")}`;
}

function* checkLinux(profile: ModelReader): Iterable<string> {
  if (profile.at("adminUsername").text === "") yield "linuxProfile.adminUsername is missing";
  const keys = profile.at("ssh", "publicKeys").items();
  if (keys.length === 0) yield "linuxProfile.ssh.publicKeys has no key";
  if (keys.some((key) => key.at("keyData").text === "")) yield "an SSH key has no keyData";
}

const VAULT_ID = /^\/subscriptions\/\S+\/resourceGroups\/\S+\/providers\/Microsoft.KeyVault\/vaults\/[^/\s]+$/;

/** The program looks at this only where managed identity is turned off in so many words. */
function* checkServicePrincipal(properties: ModelReader): Iterable<string> {
  const managed = properties.at("orchestratorProfile", "kubernetesConfig", "useManagedIdentity");
  if (!managed.present || managed.isTrue) return;
  const profile = properties.at("servicePrincipalProfile");
  const reference = profile.at("keyvaultSecretRef");
  if (profile.at("clientId").text === "") yield "servicePrincipalProfile.clientId is missing";
  if ((profile.at("secret").text === "") !== reference.present) {
    yield "servicePrincipalProfile takes either secret or keyvaultSecretRef";
  }
  if (reference.present && !VAULT_ID.test(reference.at("vaultID").text))
    yield "keyvaultSecretRef.vaultID is no vault's id";
}
