import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { openStore } from "../../src/store/open.ts";
import { openPostgres } from "../../src/store/postgres/open.ts";
import { buildCli, makeHome, runCli, startCli } from "../harness/cli-process.ts";
import { APP_ROLE, emptySchema } from "../harness/postgres.ts";
import { newOperation } from "../store/rows.ts";

beforeAll(buildCli, 120_000);

const TOKEN = "secret-token-of-a-person";
const ORIGIN = "https://b.anny.co";

async function setUp() {
  const { owner, app } = await emptySchema();
  const home = makeHome();
  const keys = randomBytes(32).toString("base64");
  const env = home.env({
    INVOICES_DATABASE_URL: app.url,
    INVOICES_DATABASE_OWNER_URL: owner.url,
    INVOICES_DATABASE_SCHEMA: owner.schema,
    INVOICES_DATABASE_KEYS: keys,
  });
  return { app, home, env, key: Buffer.from(keys, "base64") };
}

async function typed(args: readonly string[], env: Readonly<Record<string, string>>, text: string) {
  const cli = startCli(args, env);
  cli.child.stdin.end(text);
  return cli.finished;
}

describe("the owner's commands", () => {
  it("migrate, say so, take over a file, and answer a second time that nothing is to be done", async () => {
    const { home, env, app } = await setUp();
    const path = join(home.path, "journal.sqlite");
    const ledger = openStore(path);
    await ledger.operations.claim(newOperation({ id: "op" }));
    await ledger.close();
    expect((await runCli(["migrate", "--check"], env)).stdout).toContain("Nothing was changed. To be done:");
    const elsewhere = join(home.path, "elsewhere.sqlite");
    const missed = await runCli(["migrate", "--from-journal", elsewhere], env);
    expect(missed.code).toBe(1);
    expect(missed.stderr).toContain(`There is no journal at ${elsewhere}. Nothing was taken over.`);
    expect(existsSync(elsewhere)).toBe(false);
    const first = await runCli(["migrate", "--from-journal", path], env);
    expect(first).toMatchObject({
      code: 0,
      stdout: expect.stringContaining("Taken over: 1 operations, 0 approvals, 1 audit lines."),
    });
    const second = await runCli(["migrate", "--from-journal", path], env);
    expect(second.stdout).toMatch(
      /is up to date \(format \d\)\.\nThis journal was taken over before; nothing was changed\./,
    );
    expect((await runCli(["journal", "list"], env)).stdout).toMatch(/Organization org at .*\n.*op {2}add_item/);
    expect((await runCli(["journal", "verify"], env)).stdout).toBe(
      "Whole: 1 audit lines, 1 operations, 0 approvals.\n",
    );
    const postgres = openPostgres(app);
    await postgres.ready();
    await postgres.close();
    home.remove();
  });

  it("take a token from stdin alone and never show it", async () => {
    const { env, app, key, home } = await setUp();
    await runCli(["migrate"], env);
    const whose = ["--principal", "https://login.test|jane", "--organization", "org"];
    const said = [
      await typed(["credentials", "add", ...whose], env, `${TOKEN}\n`),
      await typed(
        ["credentials", "add", ...whose],
        env,
        JSON.stringify({ access_token: TOKEN, refresh_token: "next", expires_in: 60 }),
      ),
      await runCli(["credentials", "mode", "full", "--organization", "org"], env),
      await runCli(["credentials", "list"], env),
      await runCli(["credentials", "rotate"], env),
    ];
    expect(said.map(({ code }) => code)).toEqual([0, 0, 0, 0, 0]);
    expect(said[3]?.stdout).toContain(`https://login.test|jane  org  ${ORIGIN}  full  alive, until `);
    expect(JSON.stringify(said)).not.toContain(TOKEN);
    const postgres = openPostgres(app);
    const scope = { origin: ORIGIN, organization_id: "org", principal: "https://login.test|jane" };
    const kept = await postgres.vault([key]).get(scope);
    expect(kept?.secret).toMatchObject({ access_token: TOKEN, refresh_token: "next" });
    expect((await runCli(["credentials", "remove", ...whose], env)).code).toBe(0);
    expect(await postgres.vault([key]).get(scope)).toBeNull();
    await postgres.close();
    home.remove();
  });

  it.each([
    ["a token among the arguments", ["credentials", "add", "--token", TOKEN], {}, /--token/],
    ["no principal", ["credentials", "add", "--organization", "org"], {}, /--principal is missing/],
    ["no owner", ["migrate"], { INVOICES_DATABASE_OWNER_URL: undefined }, /INVOICES_DATABASE_OWNER_URL is not set/],
    ["the owner as the server's role", ["migrate"], { INVOICES_DATABASE_URL: "owner" }, /no wall would hold/],
    ["no keys", ["credentials", "list"], { INVOICES_DATABASE_KEYS: undefined }, /INVOICES_DATABASE_KEYS is not set/],
    ["short keys", ["credentials", "list"], { INVOICES_DATABASE_KEYS: "c2hvcnQ=" }, /no.?t? a list of keys/],
    ["a misspelt variable", ["migrate"], { INVOICES_DATABASE_SHEMA: "x" }, /INVOICES_DATABASE_SHEMA is no setting/],
    ["a flag without its dashes", ["migrate", "check"], {}, /Unexpected argument 'check'\. Nothing was done\./],
    ["a second command", ["credentials", "list", "all"], {}, /Unexpected argument 'all'/],
    ["no address", ["migrate"], { INVOICES_DATABASE_URL: `mysql://${TOKEN}@h/d` }, /begins with postgres:/],
  ])("refuse %s, without quoting a secret", async (_what, args, change, sentence) => {
    const { env, home } = await setUp();
    const given: Record<string, string> = { ...env };
    for (const [name, value] of Object.entries(change)) {
      if (value === undefined) delete given[name];
      else given[name] = value === "owner" ? (env["INVOICES_DATABASE_OWNER_URL"] ?? "") : value;
    }
    const { code, stderr, stdout } = await typed(args, given, TOKEN);
    expect(code).not.toBe(0);
    expect(stderr).toMatch(sentence);
    expect(stderr + stdout).not.toContain(TOKEN);
    home.remove();
  });

  it("refuse a token that is no token, and keep what was stored", async () => {
    const { env, home } = await setUp();
    await runCli(["migrate"], env);
    const whose = ["--principal", APP_ROLE, "--organization", "org"];
    for (const text of ["", `Bearer ${TOKEN}`, `"${TOKEN}"`, "{}", `{"access_token":"${TOKEN}"`]) {
      const { code, stderr } = await typed(["credentials", "add", ...whose], env, text);
      expect([text, code]).not.toEqual([text, 0]);
      expect(stderr).not.toContain(TOKEN);
    }
    expect((await runCli(["credentials", "list"], env)).stdout).toBe("No credentials are stored.\n");
    home.remove();
  });
});
