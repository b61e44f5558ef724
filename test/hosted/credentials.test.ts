import { afterAll, beforeAll, expect, it } from "vitest";
import { openPostgres } from "../../src/store/postgres/open.ts";
import { freshSchema } from "../harness/postgres.ts";
import { answerOf, bearer, call, type Hosted, organizationId, post, startHosted, staticKey } from "./setup.ts";

/** Credentials that people entered, each working with their own. */

const jane = staticKey("jane");
const otto = staticKey("otto");
const vaultKeys = [Buffer.alloc(32, 3)] as const;

let hosted: Hosted;
let database: ReturnType<typeof openPostgres>;

beforeAll(async () => {
  const { app } = await freshSchema();
  database = openPostgres(app);
  hosted = await startHosted({
    keys: [jane.entry, otto.entry],
    tenants: [{ members: [{ key: "jane" }, { key: "otto" }] }],
    withoutTokens: true,
    database: { url: app.url, owner_url: null, schema: app.schema, keys: vaultKeys },
  });
}, 60_000);
afterAll(async () => {
  await hosted?.close();
  await database?.close();
});

const scopeOf = (name: string) => ({
  origin: new URL(hosted.simulators[0]?.url ?? "").origin,
  organization_id: organizationId(0),
  principal: `key:${name}`,
});

const reads = async (key: string) => {
  const answer = await answerOf(await post(hosted.served.url, call("list_invoices", { limit: 1 }), bearer(key)));
  return answer.result;
};

it("works with the credential that was entered for the caller, and says so when there is none, or a dead one", async () => {
  const vault = database.vault(vaultKeys);
  const secret = (token: string) => ({ access_token: token, refresh_token: null, expires_at: null });
  expect((await reads(jane.key))?.content[0]?.text).toContain("No credential for the invoices API is kept for you");
  await vault.put(scopeOf("jane"), secret(hosted.simulators[0]?.token ?? ""));
  expect((await reads(jane.key))?.isError).not.toBe(true);
  // What was entered for one is used for nobody else.
  expect((await reads(otto.key))?.content[0]?.text).toContain("No credential for the invoices API is kept for you");
  // A credential that the API refuses: every answer says so, with whose move it is.
  const { version } = await vault.put(scopeOf("jane"), secret("revoked-token"));
  const refused = await reads(jane.key);
  expect(refused?.isError).toBe(true);
  expect(refused?.content[0]?.text).toContain("does not take the credential that is kept here");
  expect(refused?.content[0]?.text).not.toContain("INVOICES_API_TOKEN");
  await vault.markDead(scopeOf("jane"), version, "revoked");
  expect((await reads(jane.key))?.content[0]?.text).toContain("does not work any more");
  // Entered anew, it works at once.
  await vault.put(scopeOf("jane"), secret(hosted.simulators[0]?.token ?? ""));
  expect((await reads(jane.key))?.isError).not.toBe(true);
  expect(hosted.logs()).not.toContain("revoked-token");
});
