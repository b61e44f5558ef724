import { journal } from "./001-journal.ts";
import { hosted } from "./002-hosted.ts";
import type { Migration } from "./migration.ts";

export const MIGRATIONS: readonly Migration[] = [journal, hosted];
/** Format that this version reads and writes. */
export const FORMAT = MIGRATIONS.length;
