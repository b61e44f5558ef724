import { journal } from "./001-journal.ts";
import { scope } from "./002-scope.ts";
import { shared } from "./003-shared.ts";
import { trail } from "./004-trail.ts";
import type { Migration } from "./migration.ts";

export const MIGRATIONS: readonly Migration[] = [journal, scope, shared, trail];
