import { afterEach, describe, expect, it } from "vitest";
import { openPostgres } from "../../src/store/postgres/open.ts";
import { freshSchema } from "../harness/postgres.ts";
import { answerOf, bearer, call, type Hosted, organizationId, post, startHosted, staticKey } from "./setup.ts";

/** Credentials of the API's own sign-in: two instances, one renewal for each time one lapses, nobody signs in again. */
const key = staticKey("jane");
const vaultKeys = [Buffer.alloc(32, 7)] as const;
const CLIENTS = 8;

interface Renewing {
  readonly hosted: Hosted;
  readonly vault: ReturnType<ReturnType<typeof openPostgres>["vault"]>;
  readonly scope: { readonly origin: string; readonly organization_id: string; readonly principal: string };
  /** Every client at every instance calls once. */
  round(name: string, args?: object): Promise<readonly string[]>;
  ask(
    name: string,
    args?: object,
  ): Promise<{ readonly text: string; readonly isError: boolean; readonly code: unknown }>;
}

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function renewing(options: { readonly livesMs?: number; readonly isEntered?: boolean } = {}): Promise<Renewing> {
  const { app } = await freshSchema();
  const hosted = await startHosted({
    keys: [key.entry],
    tenants: [{ members: [{ key: "jane" }] }],
    withoutTokens: true,
    simulator: options.livesMs === undefined ? {} : { token_lives_ms: options.livesMs },
    database: { url: app.url, owner_url: null, schema: app.schema, keys: vaultKeys },
    instances: 2,
    envOf: ([simulator]) => ({
      INVOICES_HTTP_UPSTREAM_TOKEN_URL: simulator?.sign_in.url ?? "",
      INVOICES_HTTP_UPSTREAM_CLIENT_ID: "simulator",
      INVOICES_HTTP_CALLS_PER_MINUTE: "100000",
      INVOICES_HTTP_CONCURRENT: "100",
    }),
  });
  closing.push(() => hosted.close());
  const database = openPostgres(app);
  closing.push(() => database.close());
  const vault = database.vault(vaultKeys);
  const scope = {
    origin: new URL(hosted.simulators[0]?.url ?? "").origin,
    organization_id: organizationId(0),
    principal: "key:jane",
  };
  const signIn = hosted.simulators[0]?.sign_in;
  if (signIn === undefined) throw new Error("no simulator");
  await vault.put(scope, signIn.signIn());
  const at = async (url: string, name: string, args: object) => {
    const { result } = await answerOf(await post(url, call(name, args), bearer(key.key)));
    const error = result?.structuredContent?.["error"];
    return {
      text: result?.content[0]?.text ?? "",
      isError: result?.isError === true,
      code: typeof error === "object" && error !== null && "code" in error ? error.code : null,
    };
  };
  return {
    hosted,
    vault,
    scope,
    ask: (name, args = {}) => at(hosted.served.url, name, args),
    async round(name, args = {}) {
      const calls = hosted.instances.flatMap(({ url }) => Array.from({ length: CLIENTS }, () => at(url, name, args)));
      return (await Promise.all(calls)).flatMap(({ isError, text }) => (isError ? [text] : []));
    },
  };
}

const signInOf = ({ hosted }: Renewing) => {
  const signIn = hosted.simulators[0]?.sign_in;
  if (signIn === undefined) throw new Error("no simulator");
  return signIn;
};

describe("a credential that lapses", () => {
  it("is renewed before the calls of 8 clients at 2 instances, a hundred times, once each", async () => {
    // A credential is renewed within its last minute: here after a few milliseconds.
    const one = await renewing({ livesMs: 60_030 });
    const failures: string[] = [];
    const signIn = signInOf(one);
    for (let rounds = 0; signIn.renewals() < 100 && rounds < 500; rounds += 1) {
      failures.push(...(await one.round("list_operations")));
    }
    expect(failures).toEqual([]);
    expect(signIn.renewals()).toBeGreaterThanOrEqual(100);
    expect(signIn.isOver()).toBe(false);
    // Each renewal is one version more, and nothing else is.
    expect((await one.vault.get(one.scope))?.info).toMatchObject({ state: "alive", version: signIn.renewals() + 1 });
    expect(one.hosted.logs()).not.toMatch(/refresh-|eyJ/);
  }, 120_000);

  it("is renewed once when the API refuses it earlier than it said, and the reading calls are answered", async () => {
    const one = await renewing();
    const signIn = signInOf(one);
    for (let lapse = 1; lapse <= 4; lapse += 1) {
      signIn.lapse();
      expect(await one.round("list_invoices", { limit: lapse })).toEqual([]);
      expect(signIn.renewals()).toBe(lapse);
    }
    expect(signIn.isOver()).toBe(false);
  }, 60_000);

  it("costs a writing call one more, and never makes it twice", async () => {
    const one = await renewing();
    const before = one.hosted.simulators[0]?.effects().length;
    expect(await one.ask("list_invoices", { limit: 1 })).toMatchObject({ isError: false });
    signInOf(one).lapse();
    const args = { company: "Neu GmbH", email: "neu@example.com", locale: "de" };
    const refused = await one.ask("create_customer", args);
    if (refused.isError) {
      expect(refused).toMatchObject({
        code: "authentication",
        text: expect.stringContaining("there is a new one now"),
      });
      expect(await one.ask("create_customer", args)).toMatchObject({ isError: false });
    }
    const made = one.hosted.simulators[0]?.effects().slice(before) ?? [];
    expect(made.filter(({ kind }) => kind === "customer.created")).toHaveLength(1);
  });

  it("goes on to be used while it lives and the sign-in cannot be reached, and says so afterwards", async () => {
    const one = await renewing({ livesMs: 61_000 });
    const signIn = signInOf(one);
    await one.vault.put(one.scope, { ...signIn.signIn(), expires_at: Date.now() + 30_000 });
    const unreachable = [{ kind: "status_before", status: 503 }, { kind: "reset_before" }] as const;
    for (const fault of unreachable) {
      one.hosted.simulators[0]?.faults.add({ ...fault, path: "/oauth/token", times: 20 });
      expect(await one.ask("list_operations")).toMatchObject({ isError: false });
    }
    await one.vault.put(one.scope, { ...signIn.signIn(), expires_at: Date.now() - 1 });
    const lapsed = await one.ask("list_operations");
    expect(lapsed).toMatchObject({ isError: true, code: "unavailable" });
    expect(lapsed.text).toMatch(/could not be renewed.*Nothing was changed.*in a minute/s);
    one.hosted.simulators[0]?.faults.clear();
    expect(await one.ask("list_operations")).toMatchObject({ isError: false });
    expect(signIn.isOver()).toBe(false);
  });

  it("is dead when the sign-in says that it is over, and every answer says whose move it is", async () => {
    const one = await renewing();
    await one.vault.put(one.scope, { access_token: "gone-token", refresh_token: "never-issued", expires_at: 1 });
    for (let call = 0; call < 2; call += 1) {
      const answer = await one.ask("list_invoices", { limit: 1 });
      expect(answer).toMatchObject({ isError: true, code: "authentication" });
      expect(answer.text).toContain("The sign-in at the invoices API is over.");
    }
    expect((await one.vault.get(one.scope))?.info).toMatchObject({ state: "dead" });
    const text = await (await fetch(`${one.hosted.served.adminUrl}/metrics`)).text();
    for (const line of [
      'invoicing_credential_renewals_total{result="over"} 1',
      'invoicing_credentials_died_total{reason="over"} 1',
      'invoicing_calls_without_credential_total{state="dead"} 2',
      "invoicing_credential_renewal_duration_seconds_count 1",
    ]) {
      expect(text).toContain(line);
    }
    // Entered anew, it works at once, at both.
    await one.vault.put(one.scope, signInOf(one).signIn());
    expect(await one.round("list_invoices", { limit: 1 })).toEqual([]);
  });

  it("understands either notation of when the next one lapses", async () => {
    const one = await renewing({ livesMs: 120_000 });
    for (const token_answer of ["documented", "rfc6749"] as const) {
      one.hosted.simulators[0]?.setSwitches({ token_answer });
      await one.vault.put(one.scope, { ...signInOf(one).signIn(), expires_at: Date.now() + 1_000 });
      expect(await one.ask("list_operations")).toMatchObject({ isError: false });
      const left = ((await one.vault.get(one.scope))?.info.expires_at ?? 0) - Date.now();
      expect(left, token_answer).toBeGreaterThan(60_000);
      expect(left, token_answer).toBeLessThanOrEqual(121_000);
    }
  });
});
