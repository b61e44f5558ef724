import { randomBytes } from "node:crypto";
import { afterEach, describe, expect, it } from "vitest";
import { Database, type DatabaseSettings } from "../../../src/store/postgres/database.ts";
import { openPostgres, vaultAsOwner } from "../../../src/store/postgres/open.ts";
import { keyId } from "../../../src/store/postgres/sealed.ts";
import type { Renewal, UpstreamSecret, Vault, VaultKeys } from "../../../src/store/vault-port.ts";
import { freshSchema } from "../../harness/postgres.ts";
import { createTcpProxy } from "../../harness/tcp-proxy.ts";
import { PLACE } from "../rows.ts";

const mine = { ...PLACE, principal: "p" };
const others = [
  { ...mine, principal: "q" },
  { ...mine, organization_id: "other" },
  { ...mine, origin: "https://staging.test" },
];
const [old, current] = [randomBytes(32), randomBytes(32)];
const secret = (access: string, more: Partial<UpstreamSecret> = {}): UpstreamSecret => ({
  access_token: `access-${access}`,
  refresh_token: `refresh-${access}`,
  expires_at: null,
  ...more,
});

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
});

function vaultOn(app: DatabaseSettings, keys: VaultKeys = [current]): Vault {
  const postgres = openPostgres(app);
  opened.push(postgres);
  return postgres.vault(keys);
}

function ownerVault(owner: DatabaseSettings, keys: VaultKeys): Vault {
  const vault = vaultAsOwner(owner, keys);
  opened.push(vault);
  return vault;
}

async function owned(owner: DatabaseSettings, sql: string): Promise<string> {
  const database = new Database(owner);
  opened.push(database);
  return JSON.stringify(
    await database.connected(async (connection) => {
      await connection.query(`SET search_path = ${owner.schema}`);
      return connection.query(sql);
    }),
  );
}

/** An issuer whose refresh tokens are good once: a second use is taken for theft, and everything is over. */
function strictIssuer(first: UpstreamSecret, livesMs: number) {
  let good = first.refresh_token;
  let over = false;
  const issuer = {
    renewals: 0,
    async renew(given: UpstreamSecret): Promise<UpstreamSecret | { readonly dead: string }> {
      await new Promise((resolve) => setTimeout(resolve, 3));
      over ||= given.refresh_token !== good;
      if (over) return { dead: "The sign-in is over. Sign in again." };
      issuer.renewals += 1;
      good = `refresh-${issuer.renewals}`;
      return secret(String(issuer.renewals), { expires_at: Date.now() + livesMs });
    },
  };
  return issuer;
}

describe("a credential", () => {
  it("comes back as it was given, to its own scope alone, and is nowhere in the clear", async () => {
    const { app, owner } = await freshSchema();
    const vault = vaultOn(app);
    const given = secret("one", { expires_at: 17 });
    const info = await vault.put(mine, given);
    expect(info).toMatchObject({ ...mine, state: "alive", version: 1, renewable: true, expires_at: 17 });
    expect(await vault.get(mine)).toEqual({ info, secret: given });
    for (const scope of others) expect(await vault.get(scope)).toBeNull();
    const stored = await owned(
      owner,
      "SELECT *, encode(sealed, 'escape') AS bytes, encode(sealed, 'hex') AS hex FROM credential",
    );
    expect(stored).toContain("hex");
    for (const word of ["access-one", "refresh-one", Buffer.from("access-one").toString("hex")]) {
      expect(stored).not.toContain(word);
    }
    expect(await vault.remove(mine)).toBe(true);
    expect([await vault.get(mine), await vault.remove(mine)]).toEqual([null, false]);
  });

  it("does not open in another row, nor changed, and the refusal tells nothing of it", async () => {
    const { app, owner } = await freshSchema();
    const vault = vaultOn(app);
    await vault.put(mine, secret("one"));
    const told = (scope: typeof mine) => vault.get(scope).then(() => "opened", String);
    for (const [column, value] of [
      ["principal", "q"],
      ["organization_id", "other"],
      ["origin", "https://staging.test"],
    ]) {
      await owned(owner, `UPDATE credential SET ${column} = '${value}'`);
      expect(await told({ ...mine, [column ?? ""]: value })).toMatch(/was changed, or belongs to another/);
      await owned(owner, `UPDATE credential SET principal = 'p', organization_id = 'org', origin = '${PLACE.origin}'`);
    }
    expect(await told(mine)).toBe("opened");
    await owned(owner, "UPDATE credential SET sealed = set_byte(sealed, 20, get_byte(sealed, 20) # 1)");
    expect(await told(mine)).toMatch(/was changed/);
    expect(await told(mine)).not.toContain("access");
  });

  it("moves to a new key, and opens without the old one afterwards", async () => {
    const { app, owner } = await freshSchema();
    for (const [at, scope] of [mine, ...others].entries()) await vaultOn(app, [old]).put(scope, secret(String(at)));
    await expect(vaultOn(app, [current]).get(mine)).rejects.toThrow(keyId(old));
    const both = vaultOn(app, [current, old]);
    expect((await both.get(mine))?.info.key_id).toBe(keyId(old));
    await expect(both.rotateKeys()).rejects.toThrow("Only the owner");
    expect(await ownerVault(owner, [current, old]).rotateKeys()).toBe(4);
    expect(await ownerVault(owner, [current, old]).rotateKeys()).toBe(0);
    const now = await vaultOn(app, [current]).get(mine);
    expect(now).toMatchObject({ secret: secret("0"), info: { version: 1, key_id: keyId(current) } });
  });

  it("is dead as a state, for the version that was refused alone, until a person enters a new one", async () => {
    const { app } = await freshSchema();
    const vault = vaultOn(app);
    const first = await vault.put(mine, secret("one"));
    const second = await vault.put(mine, secret("two"));
    expect(await vault.markDead(mine, first, "refused")).toBe(false);
    expect((await vault.get(mine))?.info).toMatchObject({ state: "alive", version: 2 });
    // Versions begin anew where one was removed: what was refused before is another one.
    expect(await vault.markDead(mine, { version: 2, updated_at: second.updated_at - 1 }, "refused")).toBe(false);
    expect(await vault.markDead(mine, second, "The API no longer takes it.")).toBe(true);
    expect(await vault.markDead(mine, second, "again")).toBe(false);
    expect(await vault.revive(mine, second)).toBe(false);
    const renewal: Renewal = {
      min_left_ms: 1_000,
      refused_version: 9,
      renew: () => Promise.reject(new Error("asked")),
    };
    expect((await vault.fresh(mine, renewal))?.info).toMatchObject({
      state: "dead",
      why: "The API no longer takes it.",
    });
    expect(await vault.put(mine, secret("three"))).toMatchObject({ state: "alive", why: null });
  });
});

describe("renewal", () => {
  it("asks a strict issuer once per expiry, however many clients of two instances need it", async () => {
    const { app } = await freshSchema();
    const vaults = [vaultOn(app), vaultOn(app)];
    const first = secret("0", { expires_at: 0 });
    await vaults[0]?.put(mine, first);
    const issuer = strictIssuer(first, 60_000);
    const renew = (given: UpstreamSecret) => issuer.renew(given);
    const expiries = 100;
    for (let round = 1; round <= expiries; round += 1) {
      const known = await vaults[round % 2]?.get(mine);
      // The API refuses what should have lived: whoever notices asks for a newer one.
      const refused_version = known?.info.version ?? 0;
      const all = await Promise.all(
        Array.from({ length: 8 }, (_, client) =>
          vaults[client % 2]?.fresh(mine, { min_left_ms: 1_000, refused_version, renew }),
        ),
      );
      expect(new Set(all.map((one) => one?.secret.access_token))).toEqual(new Set([`access-${round}`]));
      expect(all.every((one) => one?.info.state === "alive")).toBe(true);
    }
    expect(issuer.renewals).toBe(expiries);
  });

  it.each(["cut", "cut_after"] as const)(
    "does not lose the new pair with the connection that stores it: %s",
    async (fate) => {
      const { app } = await freshSchema();
      const proxy = await createTcpProxy(() => Number(new URL(app.url).port));
      const url = proxy.through(app.url);
      const vault = vaultOn({ ...app, url });
      opened.push(proxy);
      const first = secret("0", { expires_at: 0 });
      await vault.put(mine, first);
      const issuer = strictIssuer(first, 60_000);
      const renewed = await vault.fresh(mine, {
        min_left_ms: 1_000,
        async renew(given) {
          const next = await issuer.renew(given);
          let left = 1;
          proxy.fate = (chunk) => (chunk.includes("COMMIT") && left-- > 0 ? fate : "pass");
          return next;
        },
      });
      expect(renewed?.secret).toMatchObject({ access_token: "access-1", refresh_token: "refresh-1" });
      expect((await vaultOn(app).get(mine))?.secret.refresh_token).toBe("refresh-1");
      expect(issuer.renewals).toBe(1);
    },
  );

  it("leaves the credential as it is when the issuer cannot be asked, and says when it is over", async () => {
    const { app } = await freshSchema();
    const vault = vaultOn(app);
    await vault.put(mine, secret("one", { expires_at: 0 }));
    const before = await vault.get(mine);
    const away = async () => ({ unused: new Error("issuer is away") });
    await expect(vault.fresh(mine, { min_left_ms: 1, renew: away })).rejects.toThrow("issuer is away");
    expect(await vault.get(mine)).toEqual(before);
    const dead = await vault.fresh(mine, { min_left_ms: 1, renew: async () => ({ dead: "Sign in again." }) });
    expect(dead?.info).toMatchObject({ state: "dead", why: "Sign in again." });
    await vault.put(mine, secret("two", { refresh_token: null, expires_at: 0 }));
    expect((await vault.fresh(mine, { min_left_ms: 1, renew: away }))?.secret.access_token).toBe("access-two");
    expect(await vault.fresh({ ...mine, principal: "nobody" }, { min_left_ms: 1, renew: away })).toBeNull();
  });

  it("is written down before it is asked for, so that a pair that was never stored explains why the sign-in is over", async () => {
    const { app } = await freshSchema();
    // The process that asks ends before anything is stored: another one goes on.
    const [first, second] = [vaultOn(app), vaultOn(app)];
    const lost = async (): Promise<never> => {
      const seen = await second.get(mine);
      expect(seen?.info).toMatchObject({ state: "alive", why: expect.stringContaining("its end is not recorded") });
      throw new Error("ended");
    };
    const over = async () => ({ dead: "Sign in again." });
    await first.put(mine, secret("one", { expires_at: 0 }));
    await expect(first.fresh(mine, { min_left_ms: 1, renew: lost })).rejects.toThrow("ended");
    const away = async () => ({ unused: new Error("issuer is away") });
    await expect(second.fresh(mine, { min_left_ms: 1, renew: away })).rejects.toThrow("issuer is away");
    const dead = await second.fresh(mine, { min_left_ms: 1, renew: over });
    expect(dead?.info.why).toMatch(/^Sign in again\. An earlier renewal was begun .* never stored/);
    // One that was stored after all leaves nothing behind.
    await first.put(mine, secret("two", { expires_at: 0 }));
    await expect(first.fresh(mine, { min_left_ms: 1, renew: lost })).rejects.toThrow("ended");
    const renewed = await second.fresh(mine, { min_left_ms: 1, renew: async () => secret("three", { expires_at: 0 }) });
    expect(renewed?.info).toMatchObject({ state: "alive", why: null });
    expect((await second.fresh(mine, { min_left_ms: 1, renew: over }))?.info.why).toBe("Sign in again.");
  });
});

describe("what a principal may act in", () => {
  it("is where it has a credential, reading only until the owner says otherwise", async () => {
    const { app, owner } = await freshSchema();
    const vault = vaultOn(app);
    for (const scope of [mine, ...others]) await vault.put(scope, secret("one"));
    await vault.setMode(PLACE, "full");
    const other = { ...mine, organization_id: "other" };
    await vault.markDead(other, await vault.put(other, secret("two")), "over");
    expect(await vault.organizationsOf("p", PLACE.origin)).toEqual([
      { origin: PLACE.origin, organization_id: "org", mode: "full", credential: "alive" },
      { origin: PLACE.origin, organization_id: "other", mode: "read-only", credential: "dead" },
    ]);
    expect(await vault.organizationsOf("nobody", PLACE.origin)).toEqual([]);
    expect([await vault.modeOf(PLACE), await vault.modeOf({ ...PLACE, origin: "https://staging.test" })]).toEqual([
      "full",
      "read-only",
    ]);
    expect((await vault.list("p")).map(({ organization_id }) => organization_id)).toEqual(["org", "org", "other"]);
    await expect(vault.list()).rejects.toThrow("Only the owner");
    expect(await ownerVault(owner, [current]).list()).toHaveLength(4);
    expect(JSON.stringify(await vault.list("p"))).not.toMatch(/access-|refresh-/);
  });
});
