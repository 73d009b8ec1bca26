import { changed, examples } from "./example-fleets.ts";

/** Every dialect for every place where secrets are kept. */
const variants = ["azure-pipelines", "github-actions", "jenkins"].flatMap((kind) => {
  const dialect = ["kind: azure-pipelines", `kind: ${kind}`] as const;
  const secretsIn = (place: string) => ["secrets: { kind: azure-key-vault, vault: ratings-global-kv }", place] as const;
  return [
    { name: `${kind}, secrets in key vault`, fleet: changed("ratings-azure-stack-hub", dialect) },
    {
      name: `${kind}, secrets in vault`,
      fleet: changed(
        "ratings-azure-stack-hub",
        dialect,
        secretsIn("secrets: { kind: hashicorp-vault, vault: https://vault.contoso.com }"),
      ),
    },
    {
      name: `${kind}, secrets in the pipeline's own`,
      fleet: changed("ratings-azure-stack-hub", dialect, secretsIn("secrets: { kind: kubernetes }")),
    },
    { name: `${kind}, three sites`, fleet: changed("ratings-three-sites", ["kind: jenkins", `kind: ${kind}`]) },
  ];
});

/** Fleets that a pipeline delivers: what users are given, and what it could be. */
export const deliveredFleets = [
  ...examples.filter(({ fleet }) => fleet.delivery.kind !== "none").map(({ name, fleet }) => ({ name, fleet })),
  ...variants,
];
