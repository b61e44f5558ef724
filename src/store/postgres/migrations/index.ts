import { journal } from "./001-journal.ts";
import type { Migration } from "./migration.ts";

export const MIGRATIONS: readonly Migration[] = [journal];
/** Format that this version reads and writes. */
export const FORMAT = MIGRATIONS.length;
