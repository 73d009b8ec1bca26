import { describe } from "vitest";
import { ratingsRepositoryConformance } from "../repository/conformance.ts";
import { MemoryRepository } from "./memory-repository.ts";

describe("memory", () => {
  ratingsRepositoryConformance(() => {
    const repository = new MemoryRepository();
    return Promise.resolve([repository, new MemoryRepository(repository)] as const);
  });
});
