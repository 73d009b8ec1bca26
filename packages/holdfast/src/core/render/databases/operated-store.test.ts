import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import { membersOf } from "../../spec/index.ts";
import { allFiles, fleetNamed, fleets, reference } from "../testing/examples.ts";
import { databasesFamily, operatedStoresAt } from "./index.ts";

// What a reader of YAML sees; a test that reads a field that is not there fails by itself.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Data = any;

const BUILT_IN = /^(?:v1|batch\/v1|(?:networking|rbac\.authorization)\.k8s\.io\/v1)$/;

describe.each(fleets)("what is known of the stores of $name agrees with what is rendered", ({ name }) => {
  const fleet = fleetNamed(name);
  const files = allFiles(databasesFamily, fleet).filter(({ path }) => path.endsWith(".yaml"));
  const places = membersOf(fleet).flatMap((member) => operatedStoresAt(fleet, member));
  const objectsOf = (site: string, store: string): Data[] =>
    files
      .filter(({ path }) => path.startsWith(`${site}/${store}/`))
      .flatMap(({ content }) => parseAllDocuments(content).map((document): Data => document.toJS()));

  it("every folder, and no other (R10, R74)", () => {
    const folders = new Set(files.map(({ path }) => path.split("/").slice(0, 2).join("/")));
    expect(places.map(({ site, store }) => `${site}/${store.name}`).sort()).toEqual([...folders].sort());
  });

  it.each(places.map((place) => ({ at: `${place.store.name} at ${place.site}`, place })))(
    "$at: kinds, Secrets, certificates and leader",
    ({ place }) => {
      const objects = objectsOf(place.site, place.store.name);
      const kinds = objects
        .filter(({ apiVersion }) => !BUILT_IN.test(apiVersion))
        .map(({ apiVersion, kind }) => `${String(kind).toLowerCase()}s.${String(apiVersion).split("/")[0]}`);
      expect([...place.definitions].sort()).toEqual([...new Set(kinds)].sort());
      const certificates = objects.filter(({ kind }) => kind === "Certificate");
      expect(place.certificates).toEqual(certificates.map(({ metadata }) => metadata.name));
      // Every name in the resources that is a Secret of this store is one that is made here, or asked for before.
      const text = JSON.stringify(objects.filter(({ kind }) => kind !== "ConfigMap"));
      const named = [
        ...text.matchAll(
          /"(?:secretName|credentialsSecret|users|keyFile|encryptionKey|ssl|sslInternal|serverTLSSecret)":"([^"]+)"/g,
        ),
        ...text.matchAll(
          /"(?:passwordSecretRef|secret|storageAccount|storageKey|accessKeyId|secretAccessKey)":\{"(?:name|key)":"([^"]+)"/g,
        ),
      ].map(([, secret]) => secret!);
      const there = [...place.secrets.map((secret) => secret.name), ...place.certificates];
      expect(named.filter((secret) => !there.includes(secret))).toEqual([]);
      expect(place.secrets.every(({ keys }) => keys.length > 0)).toBe(true);
      const [kind, object] = place.resource.split("/");
      const resource = objects.find(
        (each) => `${String(each.kind).toLowerCase()}s.${String(each.apiVersion).split("/")[0]}` === kind,
      );
      expect(resource.metadata.name).toBe(object);
      if (place.leader === undefined) return;
      const value = place.leader.field
        .split(".")
        .slice(1)
        .reduce((data: Data, key) => data[key], resource);
      expect(String(value)).toBe(place.leader.value);
    },
  );

  it("a store begins at one site, after none for PostgreSQL and after all others for MongoDB (R82, R97)", () => {
    for (const place of places) {
      const others = places.filter(({ store, site }) => store === place.store && site !== place.site);
      const isFirst = place.begins === place.site;
      expect(place.after).toEqual(
        place.store.engine === "postgresql"
          ? isFirst
            ? []
            : [place.begins]
          : isFirst
            ? others.map(({ site }) => site)
            : [],
      );
      if (place.pods !== undefined) {
        const resource = objectsOf(place.site, place.store.name).find(({ kind }) => kind === "PerconaServerMongoDB");
        const [replset] = resource.spec.replsets;
        const sizes = [replset, replset.nonvoting, replset.arbiter].map((part) => Number(part?.size ?? 0));
        expect(place.pods.count).toBe(sizes.reduce((sum, size) => sum + size, 0));
      }
    }
  });
});

it.skipIf(reference === undefined && process.env["CI"] === undefined)(
  "waits for what the definitions' status has (skipped where shared/reference is absent)",
  () => {
    const statusOf = (file: string) => {
      const definition: Data = parse(readFileSync(join(reference!, "shared/reference/crds", file), "utf8"));
      return definition.spec.versions[0].schema.openAPIV3Schema.properties;
    };
    const conditions = statusOf("postgresql.cnpg.io_clusters.yaml").status.properties.conditions;
    expect(conditions.items.properties.type.type).toBe("string");
    expect(statusOf("postgresql.cnpg.io_clusters.yaml").spec.properties.replica.properties.primary.type).toBe("string");
    expect(statusOf("psmdb.percona.com_perconaservermongodbs.yaml").status.properties.state.type).toBe("string");
    expect(statusOf("psmdb.percona.com_perconaservermongodbs.yaml").spec.properties.unmanaged.type).toBe("boolean");
  },
);
