import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inject } from "vitest";
import { z } from "zod";
import { once } from "../../src/once.ts";
import type { DatabaseSettings } from "../../src/store/postgres/database.ts";
import { migrate } from "../../src/store/postgres/migrate.ts";
import { createPostgres } from "./postgres-server.ts";

/** The role of the server in tests. */
export const APP_ROLE = "invoicing_app";

const note = z.object({ port: z.number(), pid: z.number(), folder: z.string() });

/** Started by the first test of the run that asks, ended with the run. */
const shared = once(async () => {
  const folder = inject("postgresFolder");
  const file = join(folder, "server.json");
  if (isFirst(join(folder, "starting"))) {
    const { port, pid, folder: data } = await createPostgres();
    writeFileSync(`${file}.new`, JSON.stringify({ port, pid, folder: data }));
    renameSync(`${file}.new`, file);
  }
  while (!existsSync(file)) await new Promise((resolve) => setTimeout(resolve, 20));
  return note.parse(JSON.parse(readFileSync(file, "utf8")));
});

function isFirst(folder: string): boolean {
  try {
    mkdirSync(folder);
    return true;
  } catch {
    return false;
  }
}

export interface TestDatabase {
  readonly owner: DatabaseSettings;
  readonly app: DatabaseSettings;
}

let schemas = 0;

/** A new, migrated schema of the run's PostgreSQL. */
export async function freshSchema(): Promise<TestDatabase> {
  const settings = await emptySchema();
  await migrate({ owner: settings.owner, app: { role: APP_ROLE, password: null }, check: false });
  return settings;
}

/** A name for a schema that is not there yet. */
export async function emptySchema(): Promise<TestDatabase> {
  const { port } = await shared();
  schemas += 1;
  const schema = `s${process.pid}_${schemas}`;
  const url = (user: string) => `postgres://${user}@127.0.0.1:${port}/postgres`;
  return { owner: { url: url("postgres"), schema }, app: { url: url(APP_ROLE), schema } };
}
