import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/harness/postgres-setup.ts"],
    pool: "forks",
    testTimeout: 30_000,
    hookTimeout: 30_000,
    reporters:
      process.env["CI"] === undefined ? ["default"] : ["default", ["json", { outputFile: "reports/tests.json" }]],
  },
});
