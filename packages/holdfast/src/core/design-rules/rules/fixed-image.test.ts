import { describe } from "vitest";
import { testRule } from "../testing/test-rule.ts";
import { fixedImage } from "./fixed-image.ts";

describe("fixed-image (R81, R95)", () => {
  testRule(fixedImage, [
    {
      what: "warns of a tag that moves",
      example: "ratings",
      edits: [["ratings-web:0.1.0", "ratings-web:latest"]],
      findings: ["warning application.components[0].image"],
    },
    {
      what: "warns of no tag; a registry's port is none",
      example: "ratings",
      edits: [["holdfast.example/ratings-api:0.1.0", "holdfast.example:5000/ratings-api"]],
      findings: ["warning application.components[1].image"],
    },
    {
      what: "takes a digest",
      example: "ratings",
      edits: [
        ["ratings-web:0.1.0", "ratings-web@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"],
      ],
      findings: [],
    },
  ]);
});
