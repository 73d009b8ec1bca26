import { describe, expect, it } from "vitest";
import { unwrap } from "../../base/index.ts";
import { parseFleet } from "../spec/index.ts";
import { exampleText } from "../spec/testing/examples.ts";
import { endpointOfUrl, hostMatches, registryOf, siteOfHost } from "./hosts.ts";

describe("registryOf", () => {
  it.each([
    ["nginx", "docker.io", 443],
    ["library/nginx:1", "docker.io", 443],
    ["contoso.azurecr.io/web:1", "contoso.azurecr.io", 443],
    ["registry:5000/web", "registry", 5000],
    ["localhost/web", "localhost", 443],
  ])("%s is of %s:%i", (image, host, port) => {
    expect(registryOf(image)).toEqual({ host, port });
  });
});

describe("endpointOfUrl", () => {
  it.each([
    ["https://Vault.example/x", "vault.example", 443],
    ["https://vault.example:8200", "vault.example", 8200],
    ["oci://r.example/helm", "r.example", 443],
    ["ssh://git@git.example/a/b", "git.example", 22],
    ["nfs://files.example/backups", "files.example", 2049],
    ["r.example:5000/web", "r.example", 5000],
  ])("%s is %s:%i", (url, host, port) => {
    expect(endpointOfUrl(url)).toEqual({ host, port });
  });
});

describe("hostMatches", () => {
  it.each([
    ["*.azurecr.io", "contoso.azurecr.io", true],
    ["*.azurecr.io", "a.b.azurecr.io", true],
    ["*.azurecr.io", "azurecr.io", false],
    ["*.azurecr.io", "notazurecr.io", false],
    ["Dev.Azure.com", "dev.azure.com", true],
    ["azure.com", "dev.azure.com", false],
  ])("%s lets through %s: %s", (pattern, host, yes) => {
    expect(hostMatches(pattern, host)).toBe(yes);
  });
});

describe("siteOfHost", () => {
  const fleet = unwrap(parseFleet(exampleText("ratings-azure-stack-hub"), "holdfast.yaml"));
  it.each([
    ["10.101.7.7", "orlando"],
    ["10.102.0.1", undefined],
    ["ratings.seattle.cloudapp.azurestack.contoso.com", "seattle"],
    ["registry.seattle.azurestack.contoso.com", "seattle"],
    ["registry.seattle2.azurestack.contoso.com", undefined],
    ["ratingscontoso.azurecr.io", undefined],
  ])("%s stands at %s", (host, site) => {
    expect(siteOfHost(fleet, host)?.name).toBe(site);
  });
});
