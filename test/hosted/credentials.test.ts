import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { loadPolicy } from "../../src/guard/policy.ts";
import { isOwnerOf, loadAccess } from "../../src/hosted/access.ts";
import { memberBy } from "../../src/hosted/authenticate.ts";
import { openPostgres } from "../../src/store/postgres/open.ts";
import { OF_ORGANIZATION } from "../../src/store/vault-port.ts";
import { freshSchema } from "../harness/postgres.ts";
import { answerOf, bearer, call, type Hosted, organizationId, post, startHosted, staticKey } from "./setup.ts";

/** Credentials that people entered, each working with their own, or with that of the organization. */

const jane = staticKey("jane");
const otto = staticKey("otto");
const vaultKeys = [Buffer.alloc(32, 3)] as const;

let hosted: Hosted;
let database: ReturnType<typeof openPostgres>;
let vault: ReturnType<typeof database.vault>;

beforeAll(async () => {
  const { app } = await freshSchema();
  database = openPostgres(app);
  vault = database.vault(vaultKeys);
  hosted = await startHosted({
    keys: [jane.entry, otto.entry],
    tenants: [{ members: [{ key: "jane" }, { key: "otto" }] }],
    withoutTokens: true,
    instances: 2,
    database: { url: app.url, owner_url: null, schema: app.schema, keys: vaultKeys },
  });
}, 60_000);
afterAll(async () => {
  await hosted?.close();
  await database?.close();
});
beforeEach(async () => {
  hosted.simulators[0]?.faults.clear();
  for (const principal of ["key:jane", "key:otto", OF_ORGANIZATION]) await vault.remove(scopeOf(principal));
});

const scopeOf = (principal: string) => ({
  origin: new URL(hosted.simulators[0]?.url ?? "").origin,
  organization_id: organizationId(0),
  principal,
});
const secret = (token = hosted.simulators[0]?.token ?? "") => ({
  access_token: token,
  refresh_token: null,
  expires_at: null,
});
const stateOf = async (principal: string) => (await vault.get(scopeOf(principal)))?.info;
const requests = () => hosted.simulators[0]?.requests().length ?? 0;

async function ask(key: string, instance = 0, message: object = call("list_invoices", { limit: 1 })) {
  const url = hosted.instances[instance]?.url ?? "";
  const { result, error } = await answerOf(await post(url, message, bearer(key)));
  return { isError: result?.isError === true, text: result?.content?.[0]?.text ?? error?.message ?? "" };
}

it("is the organization's to be entered by people whom the access file names an owner, and by no key", async () => {
  const path = join(hosted.folder, "owners.json");
  const accessOf = async (members: readonly object[]) => {
    await writeFile(path, JSON.stringify({ version: 1, keys: [jane.entry], organizations: [{ id: "o1", members }] }));
    const settings = { path, base_url: "https://b.anny.co", policy: undefined, env: {} };
    return loadAccess(settings, { text: (file) => readFileSync(file, "utf8"), policy: loadPolicy }, null);
  };
  const members = [
    { subject: "jane", owner: true },
    { claim: "groups", value: "finance", owner: true },
    { subject: "*" },
  ];
  const [tenant] = (await accessOf(members)).tenants;
  if (tenant === undefined) throw new Error("no tenant");
  const isOwner = (subject: string, claims: object) => isOwnerOf(tenant, memberBy(subject, { ...claims }));
  expect(isOwner("jane", {})).toBe(true);
  expect(isOwner("otto", { groups: ["finance"] })).toBe(true);
  expect(isOwner("otto", { groups: ["sales"] })).toBe(false);
  await expect(accessOf([{ key: "jane", owner: true }])).rejects.toThrow("not usable");
});

describe("a credential that was entered", () => {
  it("is used for whom it was entered, and its absence is said with whose move it is", async () => {
    expect((await ask(jane.key)).text).toContain("No credential for the invoices API is kept for you");
    await vault.put(scopeOf("key:jane"), secret());
    expect(await ask(jane.key)).toMatchObject({ isError: false });
    expect((await ask(otto.key)).text).toContain("No credential for the invoices API is kept for you");
  });

  it("is the organization's for every member without one of their own", async () => {
    await vault.put(scopeOf(OF_ORGANIZATION), secret());
    expect(await ask(jane.key)).toMatchObject({ isError: false });
    expect(await ask(otto.key, 1)).toMatchObject({ isError: false });
    // Whoever has one works with it, also where it is dead: nobody falls back to what they did not choose.
    await vault.put(scopeOf("key:otto"), secret("revoked-token"));
    expect((await ask(otto.key)).text).toContain("does not work any more");
    expect(await ask(jane.key)).toMatchObject({ isError: false });
    await vault.remove(scopeOf("key:otto"));
    expect(await ask(otto.key)).toMatchObject({ isError: false });
  });

  it("is dead for all instances once the API refuses it, asks the API no more, and lives when entered anew", async () => {
    await vault.put(scopeOf("key:jane"), secret("revoked-token"));
    const refused = await ask(jane.key);
    expect(refused.text).toContain("does not work any more. The invoices API refused it. Nothing was changed.");
    expect(refused.text).not.toContain("INVOICES_API_TOKEN");
    expect(await stateOf("key:jane")).toMatchObject({ state: "dead", version: 2 });
    const before = requests();
    expect((await ask(jane.key, 1)).text).toBe(refused.text);
    expect((await ask(jane.key)).text).toBe(refused.text);
    expect(requests()).toBe(before);
    await vault.put(scopeOf("key:jane"), secret());
    expect(await ask(jane.key)).toMatchObject({ isError: false });
    expect(await ask(jane.key, 1)).toMatchObject({ isError: false });
    expect(hosted.logs()).not.toContain("revoked-token");
    expect(hosted.logs().match(/"event":"credential_dead"/g)).toHaveLength(2);
  });

  it("dies of many calls of one moment once, and of a resource that is read as of a tool", async () => {
    await vault.put(scopeOf("key:jane"), secret("revoked-token"));
    const answers = await Promise.all(Array.from({ length: 8 }, (_, index) => ask(jane.key, index % 2)));
    expect(answers.filter(({ text }) => !text.includes("does not work any more"))).toEqual([]);
    expect(await stateOf("key:jane")).toMatchObject({ state: "dead", version: 2 });
    await vault.put(scopeOf("key:otto"), secret("revoked-token"));
    const read = { jsonrpc: "2.0", id: 1, method: "resources/read", params: { uri: "invoice://181227" } };
    await ask(otto.key, 0, read);
    expect(await stateOf("key:otto")).toMatchObject({ state: "dead" });
  });

  it("dies of a call that would write, which is not made", async () => {
    await vault.put(scopeOf("key:jane"), secret("revoked-token"));
    const before = hosted.simulators[0]?.effects().length;
    const args = { company: "Neu GmbH", email: "neu@example.com", locale: "de" };
    expect((await ask(jane.key, 0, call("create_customer", args))).text).toContain("Nothing was changed");
    expect(await stateOf("key:jane")).toMatchObject({ state: "dead" });
    expect(hosted.simulators[0]?.effects().length).toBe(before);
  });

  it("outlives a refusal that the API does not stay with, and one that is no refusal", async () => {
    await vault.put(scopeOf("key:jane"), secret());
    const faults = hosted.simulators[0]?.faults;
    faults?.add({ kind: "status_before", status: 401, path: "/customers", times: 1 });
    const refused = await ask(jane.key, 0, call("search_customers", { search: "a" }));
    expect(refused).toMatchObject({ isError: true, text: expect.stringContaining("takes it for others") });
    expect(await stateOf("key:jane")).toMatchObject({ state: "alive", version: 1 });
    expect(await ask(jane.key)).toMatchObject({ isError: false });
    // Refused, and then nothing is heard: not known, so not dead.
    faults?.add({ kind: "status_before", status: 401, path: "/customers", times: 1 });
    faults?.add({ kind: "status_before", status: 503, path: "/invoices", times: 20 });
    const unheard = await ask(jane.key, 0, call("search_customers", { search: "b" }));
    expect(unheard).toMatchObject({ isError: true, text: expect.stringContaining("503") });
    expect(await stateOf("key:jane")).toMatchObject({ state: "alive", version: 1 });
  });
});
