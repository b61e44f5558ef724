import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  interface ProvidedContext {
    /** Where the first test that needs PostgreSQL says how to reach the one that all share (`harness/postgres.ts`). */
    readonly postgresFolder: string;
  }
}

/** Ends the run's PostgreSQL, if a test started it. */
export default function setup(project: TestProject): () => Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "shared-postgres-"));
  project.provide("postgresFolder", folder);
  return async () => {
    const note = join(folder, "server.json");
    if (existsSync(note)) {
      const server: unknown = JSON.parse(readFileSync(note, "utf8"));
      if (isServer(server)) await ended(server);
    }
    rmSync(folder, { recursive: true, force: true });
  };
}

function isServer(value: unknown): value is { readonly pid: number; readonly folder: string } {
  return typeof value === "object" && value !== null && "pid" in value && "folder" in value;
}

async function ended({ pid, folder }: { readonly pid: number; readonly folder: string }): Promise<void> {
  try {
    process.kill(pid, "SIGQUIT");
    while (process.kill(pid, 0)) await new Promise((resolve) => setTimeout(resolve, 20));
  } catch {
    // Gone.
  }
  rmSync(folder, { recursive: true, force: true });
}
