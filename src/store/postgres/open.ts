import type { Scope } from "../../domain/scope.ts";
import type { JournalStore } from "../../journal/store-port.ts";
import { once } from "../../once.ts";
import { Again, Database, type DatabaseSettings } from "./database.ts";
import { journalError, StatementError } from "./failures.ts";
import { requireReady } from "./format.ts";
import { PostgresStore } from "./store.ts";

/** One database for all that an instance serves: its connections are shared, each journal sees its own scope alone. */
export interface Postgres {
  /** Throws `JournalError` where the server, the schema or the role is not as it must be. */
  ready(): Promise<void>;
  /** The journal of one scope. Closing it leaves the connections to the others. */
  journal(scope: Scope): JournalStore;
  close(): Promise<void>;
}

export function openPostgres(settings: DatabaseSettings): Postgres {
  const database = new Database(settings);
  const ready = readiness(database, false);
  return {
    ready,
    journal: (scope) => new PostgresStore(database, scope, ready, async () => {}),
    close: () => database.close(),
  };
}

/** The journal of everybody, for its owner's commands: no wall holds here. */
export function openAsOwner(settings: DatabaseSettings): JournalStore {
  const database = new Database(settings);
  return new PostgresStore(database, null, readiness(database, true), () => database.close());
}

function readiness(database: Database, isOwner: boolean): () => Promise<void> {
  return once(() =>
    database.patiently(() =>
      database.connected(async (connection) => {
        try {
          await requireReady(connection, database.schema, isOwner);
        } catch (error) {
          if (!(error instanceof StatementError)) throw error;
          throw error.failure === "lost" ? new Again(error) : journalError(error);
        }
      }),
    ),
  );
}
