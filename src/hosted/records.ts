import type { SharedBudget } from "../api/shared-budget.ts";
import type { Place, Scope } from "../domain/scope.ts";
import { ConfigError } from "../errors.ts";
import { type Ledger, ledgerOn } from "../journal/ledger.ts";
import { openStore } from "../store/open.ts";
import { openPostgres } from "../store/postgres/open.ts";
import type { Credential, HostedMode, Renewal, Vault } from "../store/vault-port.ts";
import { type DatabaseConfig, missing } from "./database-settings.ts";

/** What is kept for everybody: the record of every organization, and what instances share. */
export interface Records {
  /** The record of one place. */
  of(place: Place): Ledger;
  /** Of these places, those with operations that no living process works on. */
  abandoned(places: readonly Place[], now: number): Promise<readonly Place[]>;
  /** Lets go of texts whose time is over, wherever they are. */
  forget(places: readonly Place[], now: number): Promise<void>;
  /** The API's limits, counted over all instances; `null`: this process counts for itself. */
  budget(place: Place): SharedBudget | null;
  /**
   * The credential that somebody entered for this principal, renewed where that is due and can be done; `null`: nobody
   * did. Throws where it would be due and it is not known what became of it.
   */
  credential(scope: Scope, renewal: Renewal | null): Promise<Credential | null>;
  /** What people enter; `null`: nothing of that kind can be kept here. */
  readonly vault: Pick<Vault, "get" | "put" | "list" | "remove" | "markDead" | "revive"> | null;
  /** What the organization's owner allows, where the access file does not say it. */
  modeOf(place: Place): Promise<HostedMode>;
  /** Throws where nothing can be recorded. */
  ready(): Promise<void>;
  close(): Promise<void>;
}

/** In one file, for instances on one computer. */
export function recordsInFile(path: string): Records {
  const ledger = openStore(path);
  return {
    of: () => ledger,
    async abandoned(places) {
      const open = await Promise.all(places.map(async (place) => (await ledger.operations.open(place)).length > 0));
      return places.filter((_place, index) => open[index] === true);
    },
    async forget(_places, now) {
      await ledger.approvals.tidy(now);
    },
    budget: () => null,
    credential: async () => null,
    vault: null,
    modeOf: async () => "read-only",
    ready: async () => void (await ledger.operations.places()),
    close: () => ledger.close(),
  };
}

/** In PostgreSQL, for any number of instances. */
export function recordsInDatabase({ url, schema, keys }: DatabaseConfig): Records {
  if (url === null) throw missing("url");
  const postgres = openPostgres({ url, schema });
  const vault = keys === null ? null : postgres.vault(keys);
  const ledgers = new Map<string, Ledger>();
  function ledgerOf(place: Place): Ledger {
    if (place.organization_id === "") {
      throw new ConfigError("The database keeps records of named organizations, and this start names none.", {
        next: "Set INVOICES_ORGANIZATION_ID, or name organizations in the file of INVOICES_HTTP_ACCESS.",
      });
    }
    const name = `${place.origin} ${place.organization_id}`;
    const ledger = ledgers.get(name) ?? ledgerOn(postgres.journal(place));
    ledgers.set(name, ledger);
    return ledger;
  }

  return {
    of: ledgerOf,
    async abandoned(places, now) {
      return among(places, await postgres.abandoned(now));
    },
    async forget(places, now) {
      for (const place of among(places, await postgres.forget(now))) await ledgerOf(place).approvals.tidy(now);
    },
    budget: ({ origin, organization_id }) => postgres.budget(`${origin} ${organization_id}`),
    async credential(scope, renewal) {
      if (vault === null) return null;
      return renewal === null ? vault.get(scope) : vault.fresh(scope, renewal);
    },
    vault,
    modeOf: async (place) => (await vault?.modeOf(place)) ?? "read-only",
    ready: () => postgres.ready(),
    close: () => postgres.close(),
  };
}

function among(places: readonly Place[], found: readonly Place[]): readonly Place[] {
  return places.filter((place) =>
    found.some((one) => one.origin === place.origin && one.organization_id === place.organization_id),
  );
}
