import { journal } from "./001-journal.ts";
import { hosted } from "./002-hosted.ts";
import { shared } from "./003-shared.ts";
import { trail } from "./004-trail.ts";
import type { Migration } from "./migration.ts";

export const MIGRATIONS: readonly Migration[] = [journal, hosted, shared, trail];
/** Format that this version reads and writes. */
export const FORMAT = MIGRATIONS.length;
