import { z } from "zod";
import type { SharedBudget } from "../../api/shared-budget.ts";
import { type Clock, systemClock } from "../../domain/clock.ts";
import type { Place } from "../../domain/scope.ts";
import type { JournalStore } from "../../journal/store-port.ts";
import { once } from "../../once.ts";
import { parsed } from "../rows.ts";
import type { Vault, VaultKeys } from "../vault-port.ts";
import { PostgresBudget } from "./budget.ts";
import { Database, type DatabaseSettings } from "./database.ts";
import { requireFormat, requireReady, stateOf } from "./format.ts";
import { PostgresStore } from "./store.ts";
import { PostgresVault, RENEWALS } from "./vault.ts";

/** One database for all that an instance serves: its connections are shared, each journal sees its own place alone. */
export interface Postgres {
  /** Throws `JournalError` where the server, the schema or the role is not as it must be, or nothing can be written now. */
  ready(): Promise<void>;
  /** The journal of one place. Closing it leaves the connections to the others. */
  journal(place: Place): JournalStore;
  /** Credentials and what each organization allows. */
  vault(keys: VaultKeys): Vault;
  /** Places in the API's limits for whatever the name stands for, shared with every instance that names it so. */
  budget(name: string): SharedBudget;
  /** Where operations are open whose owner's time is over by then. */
  abandoned(now: number): Promise<readonly Place[]>;
  /** Lets go of bank lines whose time is over, everywhere; names the places where approvals still keep what they showed. */
  forget(now: number): Promise<readonly Place[]>;
  close(): Promise<void>;
}

/** Renewals hold their row while the issuer is asked, so they have connections and time of their own. */
const RENEWAL_STATEMENT_MS = 60_000;

const placeRow = z.object({ origin: z.string(), organization_id: z.string() });

/** With the role of the server: behind the walls. */
export function openPostgres(settings: DatabaseSettings, clock: Clock = systemClock): Postgres {
  const database = new Database(settings);
  const renewing = new Database({ ...settings, connections: RENEWALS.most, statement_ms: RENEWAL_STATEMENT_MS });
  const ready = readiness(database, false);
  return {
    async ready() {
      await ready();
      await database.writable(async (connection) =>
        requireFormat(await stateOf(connection, database.schema), database.schema),
      );
    },
    journal: (place) => new PostgresStore(database, { ...place, principal: "" }, ready, async () => {}),
    vault: (keys) => new PostgresVault({ database, renewing }, ready, keys, clock),
    budget: (name) => new PostgresBudget(database, ready, name, clock),
    async forget(now) {
      await ready();
      const rows = await database.brief(null, (connection) =>
        connection.query("SELECT * FROM forget_texts($1)", [now]),
      );
      return rows.map((row) => parsed(placeRow, row));
    },
    async abandoned(now) {
      await ready();
      const rows = await database.brief(null, (connection) =>
        connection.query("SELECT * FROM abandoned($1) ORDER BY organization_id, origin", [now]),
      );
      return rows.map((row) => parsed(placeRow, row));
    },
    async close() {
      await database.close();
      await renewing.close();
    },
  };
}

/** The journal of everybody, for its owner's commands: no wall holds here. */
export function openAsOwner(settings: DatabaseSettings): PostgresStore {
  const database = new Database(settings);
  return new PostgresStore(database, null, readiness(database, true), () => database.close());
}

/** Everybody's credentials, for the owner's commands. */
export function vaultAsOwner(
  settings: DatabaseSettings,
  keys: VaultKeys,
  clock: Clock = systemClock,
): Vault & { close(): Promise<void> } {
  const database = new Database({ ...settings, statement_ms: RENEWAL_STATEMENT_MS });
  const vault = new PostgresVault({ database, renewing: database }, readiness(database, true), keys, clock);
  return Object.assign(vault, { close: () => database.close() });
}

function readiness(database: Database, isOwner: boolean): () => Promise<void> {
  return once(() =>
    database.patiently(() => database.connected((connection) => requireReady(connection, database.schema, isOwner))),
  );
}
