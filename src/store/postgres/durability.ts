import { z } from "zod";
import type { Connected } from "./database.ts";

const settingRow = z.object({ name: z.string(), setting: z.string() });

/** Settings of the server without which a commit may be forgotten. `synchronous_commit` is set by each transaction. */
export async function durabilityProblems(connection: Connected): Promise<readonly string[]> {
  const rows = await connection.query(
    "SELECT name, setting FROM pg_settings WHERE name IN ('fsync', 'full_page_writes') ORDER BY name",
  );
  return z
    .array(settingRow)
    .parse(rows)
    .flatMap(({ name, setting }) =>
      setting === "on"
        ? []
        : [`The database server runs with ${name} = ${setting}: after a power loss it may have forgotten.`],
    );
}
