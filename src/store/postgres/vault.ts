import { z } from "zod";
import type { Clock } from "../../domain/clock.ts";
import type { Place, Scope } from "../../domain/scope.ts";
import { JournalError } from "../../errors.ts";
import { parsed } from "../rows.ts";
import {
  type Credential,
  type CredentialInfo,
  HOSTED_MODES,
  type HostedMode,
  type OrganizationAccess,
  type Renewal,
  type StoredVersion,
  type UpstreamSecret,
  type Vault,
  type VaultKeys,
} from "../vault-port.ts";
import type { Connected, Database } from "./database.ts";
import { type RenewalLimits, Renewals } from "./renewals.ts";
import { keyId, opened, sealed } from "./sealed.ts";

const PAGE = 100;

const COLUMNS = "origin, organization_id, principal, state, why, version, key_id, renewable, expires_at, updated_at";
const HERE = "WHERE principal = $1 AND organization_id = $2 AND origin = $3";

const infoRow: z.ZodType<CredentialInfo> = z.object({
  origin: z.string(),
  organization_id: z.string(),
  principal: z.string(),
  state: z.enum(["alive", "dead"]),
  why: z.string().nullable(),
  version: z.number(),
  key_id: z.string(),
  renewable: z.boolean(),
  expires_at: z.number().nullable(),
  updated_at: z.number(),
});
const sealedRow = z.object({ sealed: z.instanceof(Buffer) });
const accessRow = z.object({
  origin: z.string(),
  organization_id: z.string(),
  mode: z.enum(HOSTED_MODES),
  credential: z.enum(["alive", "dead"]),
});
const wallRow = z.object({ walled: z.boolean() });
const modeRow = z.object({ mode: z.enum(HOSTED_MODES) });

const BEGUN = "A renewal was begun, and its end is not recorded.";
const LOST =
  "An earlier renewal was begun and what it brought was never stored: the server ended, or the answer was lost.";

/** As many as have a connection of their own; less than a client's patience. */
export const RENEWALS = { most: 4, wait_ms: 8_000 } as const satisfies RenewalLimits;

export class PostgresVault implements Vault {
  readonly #database: Database;
  readonly #renewing: Database;
  readonly #renewals = new Renewals<Credential | null>(RENEWALS);
  readonly #ready: () => Promise<void>;
  readonly #keys: VaultKeys;
  readonly #clock: Clock;

  /** `renewing`: with connections for renewals alone, so that whoever needs none does not wait for the issuer. */
  constructor(
    { database, renewing }: { readonly database: Database; readonly renewing: Database },
    ready: () => Promise<void>,
    keys: VaultKeys,
    clock: Clock,
  ) {
    this.#database = database;
    this.#renewing = renewing;
    this.#ready = ready;
    this.#keys = keys;
    this.#clock = clock;
  }

  async put(scope: Scope, secret: UpstreamSecret): Promise<CredentialInfo> {
    return this.#brief(scope, (connection) => this.#stored(connection, scope, secret));
  }

  async get(scope: Scope): Promise<Credential | null> {
    return this.#brief(scope, (connection) => this.#read(connection, scope));
  }

  async fresh(scope: Scope, renewal: Renewal): Promise<Credential | null> {
    const known = await this.get(scope);
    if (known === null || !this.#isDue(known, renewal)) return known;
    const name = `renewal ${JSON.stringify([scope.origin, scope.organization_id, scope.principal])}`;
    const does = (brought: Credential | null) => brought === null || !this.#isDue(brought, renewal);
    return this.#renewals.of(name, () => this.#renewed(scope, renewal), does);
  }

  async markDead(scope: Scope, refused: StoredVersion, why: string): Promise<boolean> {
    return this.#turned(scope, refused, "dead", why);
  }

  async revive(scope: Scope, dead: StoredVersion): Promise<boolean> {
    return this.#turned(scope, dead, "alive", null);
  }

  async remove(scope: Scope): Promise<boolean> {
    const changes = await this.#brief(scope, (connection) =>
      connection.change(`DELETE FROM credential ${HERE}`, keyOf(scope)),
    );
    return changes > 0;
  }

  async list(principal?: string): Promise<readonly CredentialInfo[]> {
    const wall = principal === undefined ? null : { origin: "", organization_id: "", principal };
    const rows = await this.#brief(wall, async (connection) => {
      if (wall === null) await requireOwner(connection);
      return connection.query(
        `SELECT ${COLUMNS} FROM credential WHERE $1::text IS NULL OR principal = $1 ORDER BY principal, organization_id, origin`,
        [principal ?? null],
      );
    });
    return rows.map((row) => parsed(infoRow, row));
  }

  async rotateKeys(): Promise<number> {
    const current = keyId(this.#keys[0]);
    for (let done = 0; ; ) {
      const changed = await this.#brief(null, async (connection) => {
        await requireOwner(connection);
        const page = await connection.query(
          `SELECT ${COLUMNS}, sealed FROM credential WHERE key_id <> $1 LIMIT ${PAGE} FOR UPDATE`,
          [current],
        );
        for (const row of page) {
          const info = parsed(infoRow, row);
          const secret = opened({ key_id: info.key_id, ...parsed(sealedRow, row) }, info, this.#keys);
          const next = sealed(secret, info, this.#keys);
          await connection.change(`UPDATE credential SET key_id = $4, sealed = $5 ${HERE}`, [
            ...keyOf(info),
            next.key_id,
            next.sealed,
          ]);
        }
        return page.length;
      });
      done += changed;
      if (changed < PAGE) return done;
    }
  }

  async organizationsOf(principal: string, origin: string): Promise<readonly OrganizationAccess[]> {
    const rows = await this.#brief({ origin, organization_id: "", principal }, (connection) =>
      connection.query(
        `SELECT credential.origin, credential.organization_id, credential.state AS credential,
            coalesce(organization.mode, 'read-only') AS mode
          FROM credential LEFT JOIN organization
            ON organization.organization_id = credential.organization_id AND organization.origin = credential.origin
          WHERE credential.principal = $1 AND credential.origin = $2 ORDER BY credential.organization_id`,
        [principal, origin],
      ),
    );
    return rows.map((row) => parsed(accessRow, row));
  }

  async modeOf({ origin, organization_id }: Place): Promise<HostedMode> {
    const [row] = await this.#brief({ origin, organization_id, principal: "" }, (connection) =>
      connection.query("SELECT mode FROM organization WHERE organization_id = $1 AND origin = $2", [
        organization_id,
        origin,
      ]),
    );
    return row === undefined ? "read-only" : parsed(modeRow, row).mode;
  }

  async setMode({ origin, organization_id }: Place, mode: HostedMode): Promise<void> {
    await this.#brief({ origin, organization_id, principal: "" }, (connection) =>
      connection.change(
        `INSERT INTO organization (origin, organization_id, mode, updated_at) VALUES ($1, $2, $3, $4)
          ON CONFLICT (organization_id, origin) DO UPDATE SET mode = excluded.mode, updated_at = excluded.updated_at`,
        [origin, organization_id, mode, this.#clock.now()],
      ),
    );
  }

  async #turned(
    scope: Scope,
    { version, updated_at }: StoredVersion,
    state: CredentialInfo["state"],
    why: string | null,
  ): Promise<boolean> {
    const changes = await this.#brief(scope, (connection) =>
      connection.change(
        `UPDATE credential SET state = $6, why = $7, version = version + 1, updated_at = $8
          ${HERE} AND version = $4 AND updated_at = $5 AND state <> $6`,
        [...keyOf(scope), version, updated_at, state, why, this.#clock.now()],
      ),
    );
    return changes > 0;
  }

  async #brief<T>(wall: Scope | null, work: (connection: Connected) => Promise<T>): Promise<T> {
    await this.#ready();
    return this.#database.brief(wall, work);
  }

  /**
   * Asks the issuer while the row is held, so that no other instance does. What it brought is kept until it is stored: a
   * connection that is lost then must not cost a refresh token that is good once.
   */
  async #renewed(scope: Scope, renewal: Renewal): Promise<Credential | null> {
    let brought: { readonly version: number; readonly answer: Awaited<ReturnType<Renewal["renew"]>> } | null = null;
    const wasBegun = await this.#begun(scope, renewal);
    const renewed = await this.#renewing.brief(scope, async (connection) => {
      const current = await this.#read(connection, scope, "FOR UPDATE");
      if (current === null) return null;
      // Somebody else renewed it, or an earlier run of this very work did.
      if (brought === null ? !this.#isDue(current, renewal) : brought.version !== current.info.version) return current;
      brought ??= { version: current.info.version, answer: await renewal.renew(current.secret) };
      const { answer } = brought;
      if ("unused" in answer) {
        // What an earlier one left behind stays true.
        if (!wasBegun) await connection.change(`UPDATE credential SET why = NULL ${HERE}`, keyOf(scope));
        return answer;
      }
      if ("dead" in answer) {
        await connection.change(
          `UPDATE credential SET state = 'dead', why = $4, version = version + 1, updated_at = $5 ${HERE}`,
          [
            ...keyOf(scope),
            wasBegun && current.info.why !== null ? `${answer.dead} ${LOST}` : answer.dead,
            this.#clock.now(),
          ],
        );
        return this.#read(connection, scope);
      }
      return { info: await this.#stored(connection, scope, answer), secret: answer };
    });
    if (renewed !== null && "unused" in renewed) throw renewed.unused;
    return renewed;
  }

  /**
   * Written down before the issuer is asked: what it brings is lost with a process that ends before it is stored, and then
   * this is how anybody knows why the sign-in is over. True: it stood there already, from one whose end nobody recorded.
   */
  async #begun(scope: Scope, renewal: Renewal): Promise<boolean> {
    return this.#renewing.brief(scope, async (connection) => {
      const current = await this.#read(connection, scope, "FOR UPDATE");
      if (current === null || !this.#isDue(current, renewal)) return false;
      if (current.info.why !== null) return true;
      await connection.change(`UPDATE credential SET why = $4 ${HERE}`, [...keyOf(scope), BEGUN]);
      return false;
    });
  }

  #isDue({ info }: Credential, { min_left_ms, refused_version }: Renewal): boolean {
    if (info.state === "dead" || !info.renewable) return false;
    if (refused_version !== undefined && info.version <= refused_version) return true;
    return info.expires_at !== null && info.expires_at - this.#clock.now() < min_left_ms;
  }

  async #read(connection: Connected, scope: Scope, lock = ""): Promise<Credential | null> {
    const [row] = await connection.query(`SELECT ${COLUMNS}, sealed FROM credential ${HERE} ${lock}`, keyOf(scope));
    if (row === undefined) return null;
    const info = parsed(infoRow, row);
    return { info, secret: opened({ key_id: info.key_id, ...parsed(sealedRow, row) }, scope, this.#keys) };
  }

  async #stored(connection: Connected, scope: Scope, secret: UpstreamSecret): Promise<CredentialInfo> {
    const next = sealed(secret, scope, this.#keys);
    const [row] = await connection.query(
      `INSERT INTO credential (principal, organization_id, origin, key_id, sealed, state, why, version, renewable, expires_at, updated_at)
        VALUES ($1, $2, $3, $4, $5, 'alive', NULL, 1, $6, $7, $8)
        ON CONFLICT (principal, organization_id, origin) DO UPDATE SET key_id = excluded.key_id, sealed = excluded.sealed,
          state = 'alive', why = NULL, version = credential.version + 1, renewable = excluded.renewable,
          expires_at = excluded.expires_at, updated_at = excluded.updated_at
        RETURNING ${COLUMNS}`,
      [...keyOf(scope), next.key_id, next.sealed, secret.refresh_token !== null, secret.expires_at, this.#clock.now()],
    );
    return parsed(infoRow, row);
  }
}

/** Behind a wall "all" would be none, and an unfinished rotation would look finished. */
async function requireOwner(connection: Connected): Promise<void> {
  const [row] = await connection.query("SELECT row_security_active('credential') AS walled");
  if (!parsed(wallRow, row).walled) return;
  throw new JournalError("Only the owner of the schema sees everybody's credentials.", {
    next: "Set INVOICES_DATABASE_OWNER_URL.",
  });
}

function keyOf({ principal, organization_id, origin }: Scope): readonly [string, string, string] {
  return [principal, organization_id, origin];
}
