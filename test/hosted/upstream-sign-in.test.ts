import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { loadHostedConfig } from "../../src/hosted/settings.ts";
import { openPostgres } from "../../src/store/postgres/open.ts";
import { freshSchema } from "../harness/postgres.ts";
import type { TestIssuer } from "./authorization-server.ts";
import { openedCredentials } from "./credentials-browser.ts";
import { answerOf, bearer, call, type Hosted, organizationId, post } from "./setup.ts";
import { type HostedWithPage, startWithPage } from "./with-page.ts";

/** A credential given by the API's own sign-in, in place of a token that is typed in. */
const vaultKeys = [Buffer.alloc(32, 9)] as const;

let scene: HostedWithPage;
let issuer: TestIssuer;
let hosted: Hosted;
let origin: string;
let database: ReturnType<typeof openPostgres>;
let vault: ReturnType<typeof database.vault>;

beforeAll(async () => {
  const { app } = await freshSchema();
  database = openPostgres(app);
  vault = database.vault(vaultKeys);
  scene = await startWithPage({
    host: "localhost",
    database: { url: app.url, owner_url: null, schema: app.schema, keys: vaultKeys },
    withoutTokens: true,
    tenants: [{ members: [{ subject: "jane" }, { subject: "otto" }] }],
    envOf: ([simulator]) => ({
      INVOICES_HTTP_UPSTREAM_TOKEN_URL: simulator?.sign_in.url ?? "",
      INVOICES_HTTP_UPSTREAM_AUTHORIZE_URL: simulator?.sign_in.authorize_url ?? "",
      INVOICES_HTTP_UPSTREAM_CLIENT_ID: "simulator",
    }),
  });
  ({ hosted, issuer, origin } = scene);
}, 60_000);
afterAll(async () => {
  await scene?.close();
  await database?.close();
});
beforeEach(async () => {
  hosted.simulators[0]?.faults.clear();
  for (const person of ["jane", "otto"]) await vault.remove(scopeOf(person));
});

const scopeOf = (person: string) => ({
  origin: new URL(hosted.simulators[0]?.url ?? "").origin,
  organization_id: organizationId(0),
  principal: `${issuer.issuer}|${person}`,
});
const opened = (person: string) => openedCredentials({ issuer, origin }, person, organizationId(0));
type Opened = Awaited<ReturnType<typeof opened>>;

/** Goes to the API's sign-in as the browser is led there; where that sends it back to. */
async function away({ submit }: Opened): Promise<{ readonly asked: URL; readonly back: URL }> {
  const response = await submit("/credentials/sign-in", {});
  expect(response.status).toBe(200);
  const asked = new URL(/^0; url=(.+)$/.exec(response.headers.get("refresh") ?? "")?.[1] ?? "");
  expect(await response.text()).toContain(`href="${asked.href.replaceAll("&", "&amp;")}"`);
  const answer = await fetch(asked, { redirect: "manual" });
  return { asked, back: new URL(answer.headers.get("location") ?? "") };
}
const saidAt = async ({ browser, page }: Opened, back: URL | string) => {
  const response = await browser.send(back);
  expect(response.headers.get("location")).toBe("/credentials");
  return (await page()).text;
};
const tokenRequests = () => hosted.simulators[0]?.requests().filter(({ path }) => path === "/oauth/token").length;

describe("the sign-in at the invoices API", () => {
  it("gives a pair that is tried, stored, worked with and renewed", async () => {
    const jane = await opened("jane");
    const { asked, back } = await away(jane);
    expect(Object.fromEntries(asked.searchParams)).toMatchObject({
      response_type: "code",
      redirect_uri: `${origin}/credentials/callback`,
      scope: "b.* user:read",
      code_challenge_method: "S256",
    });
    expect(`${back.origin}${back.pathname}`).toBe(`${origin}/credentials/callback`);
    expect(await saidAt(jane, back)).toContain("Stored: it opens");
    expect((await vault.get(scopeOf("jane")))?.info).toMatchObject({ renewable: true, state: "alive" });
    hosted.simulators[0]?.sign_in.lapse();
    const token = await issuer.mint({ aud: `${origin}/mcp` });
    const { result } = await answerOf(await post(`${origin}/mcp`, call("list_invoices", { limit: 1 }), bearer(token)));
    expect(result?.isError).not.toBe(true);
    expect(hosted.simulators[0]?.sign_in.renewals()).toBe(1);
    expect(hosted.logs()).not.toMatch(/code-|refresh-|eyJ/);
  });

  it("takes nobody back but the browser that went, and once", async () => {
    const jane = await opened("jane");
    const { back } = await away(jane);
    const before = tokenRequests();
    // Somebody else is led to what jane's sign-in brought; and has one of their own under way, or none.
    const otto = await opened("otto");
    expect((await otto.browser.send(back)).status).toBe(403);
    await away(otto);
    expect(await saidAt(otto, back)).toContain("was not finished");
    expect(tokenRequests()).toBe(before);
    const forged = new URL(back);
    forged.searchParams.set("state", "0".repeat(43));
    expect(await saidAt(jane, forged)).toContain("was not finished");
    // That one ended with it.
    expect((await jane.browser.send(back)).status).toBe(403);
    expect(tokenRequests()).toBe(before);
    for (const person of ["jane", "otto"]) expect(await vault.get(scopeOf(person))).toBeNull();
  });

  it("says when the person or the API said no, and stores nothing", async () => {
    const jane = await opened("jane");
    const { back } = await away(jane);
    const declined = new URL(back);
    declined.searchParams.delete("code");
    declined.searchParams.set("error", "access_denied");
    expect(await saidAt(jane, declined)).toContain("was not finished");
    for (const fault of [{ kind: "status_before", status: 503 }, { kind: "reset_before" }] as const) {
      const { back: next } = await away(jane);
      hosted.simulators[0]?.faults.add({ ...fault, path: "/oauth/token", times: 1 });
      expect(await saidAt(jane, next)).toContain("was not finished");
    }
    const { back: last } = await away(jane);
    hosted.simulators[0]?.faults.add({ kind: "status_before", status: 403, path: "/invoices", times: 2 });
    expect(await saidAt(jane, last)).toContain("may not read the invoices");
    expect(await vault.get(scopeOf("jane"))).toBeNull();
  });

  it("is asked for by the page's own form alone", async () => {
    const jane = await opened("jane");
    for (const [fields, headers] of [
      [{ csrf: "" }, {}],
      [{}, { origin: "null" }],
      [{ whose: "organization" }, {}],
      [{ organization: organizationId(1) }, {}],
    ] as const) {
      const response = await jane.submit("/credentials/sign-in", fields, headers);
      expect(response.status).toBe(403);
      expect(response.headers.get("refresh")).toBeNull();
    }
  });

  it("takes no address without a client, and none that is not safe", () => {
    const url = "https://auth.example.com/oauth/authorize";
    expect(() => loadHostedConfig({}, { INVOICES_HTTP_UPSTREAM_AUTHORIZE_URL: url })).toThrow("no client");
    expect(() => loadHostedConfig({}, { INVOICES_HTTP_UPSTREAM_AUTHORIZE_URL: "http://auth.example.com/" })).toThrow(
      "INVOICES_HTTP_UPSTREAM_AUTHORIZE_URL",
    );
  });
});
