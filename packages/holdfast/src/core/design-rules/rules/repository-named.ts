import type { DesignRule } from "../rule.ts";

export const repositoryNamed: DesignRule = {
  id: "repository-named",
  severity: "advice",
  requirements: ["R27", "R79", "R81", "R89"],
  asks: "The file says in which Git repository it and the application are kept.",
  why: "A lost cluster is built again from there. Sites do not copy settings from each other: what is nowhere else is gone.",
  *check({ delivery }) {
    if (delivery.repository !== undefined) return;
    const byHand = delivery.kind === "none";
    yield {
      path: ["delivery", "repository"],
      severity: byHand ? "advice" : "warning",
      message: byHand
        ? "nothing says where this file is kept, so nobody can build a lost site again from it"
        : `${delivery.kind} deploys from a repository, and the file names none`,
      hint: "Add to delivery: repository: { kind: git, url: https://... }",
    };
  },
};
