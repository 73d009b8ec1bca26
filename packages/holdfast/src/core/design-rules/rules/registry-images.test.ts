import { describe } from "vitest";
import { testRule } from "../testing/test-rule.ts";
import { registryImages } from "./registry-images.ts";

const IMAGE = "image: holdfast.example/ratings-web:0.1.0";

describe("registry-images (R24, R26)", () => {
  testRule(registryImages, [
    {
      what: "advises one registry",
      example: "ratings",
      edits: [[IMAGE, "image: quay.io/contoso/ratings-web:0.1.0"]],
      findings: ["advice application.components[0].image"],
    },
    {
      what: "warns of Docker Hub by name",
      example: "ratings",
      edits: [[IMAGE, "image: docker.io/contoso/ratings-web:0.1.0"]],
      findings: ["warning application.components[0].image"],
    },
    {
      what: "knows that an image without a registry is Docker Hub's",
      example: "ratings",
      edits: [[IMAGE, "image: contoso/ratings-web:0.1.0"]],
      findings: ["warning application.components[0].image"],
    },
    {
      what: "takes a project of the registry as the registry, which may be any (R26)",
      example: "ratings",
      edits: [
        ["server: holdfast.example", "server: harbor.example:8443/holdfast"],
        [IMAGE, "image: harbor.example:8443/ratings/web:0.1.0"],
        ["holdfast.example/ratings-api", "harbor.example:8443/ratings/api"],
      ],
      findings: [],
    },
  ]);
});
