import { defineConfig } from "vitest/config";

// Two projects: `unit` is fast, deterministic and needs nothing but Node (plus loopback sockets);
// `end-to-end` starts the lab with real processes and databases, one file at a time.
export default defineConfig({
  test: {
    // By default one of two cores stays unused.
    maxWorkers: "100%",
    projects: [
      {
        test: {
          name: "unit",
          include: ["{packages,apps,scripts}/**/*.test.ts", "tests/simulation/**/*.test.ts"],
          exclude: ["**/node_modules/**", "**/dist/**"],
          testTimeout: 20_000,
          // Nearly all of it is pure: loading the rooms anew for each file would take longer than the tests.
          isolate: false,
        },
      },
      {
        test: {
          name: "end-to-end",
          include: ["tests/end-to-end/**/*.test.ts"],
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
