import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { openPostgres } from "../../src/store/postgres/open.ts";
import { OF_ORGANIZATION } from "../../src/store/vault-port.ts";
import { findings } from "../browser/axe.ts";
import { launchChromium } from "../browser/chromium.ts";
import { freshSchema } from "../harness/postgres.ts";
import type { TestIssuer } from "./authorization-server.ts";
import { browserOf } from "./browser.ts";
import { openedCredentials } from "./credentials-browser.ts";
import { answerOf, bearer, call, type Hosted, organizationId, post, staticKey } from "./setup.ts";
import { type HostedWithPage, startWithPage } from "./with-page.ts";

/** The page on which people enter credentials: jane and otto share one organization, which jane owns; mia has the other. */
const vaultKeys = [Buffer.alloc(32, 5)] as const;
const agent = staticKey("agent");
const [shared, other] = [organizationId(0), organizationId(1)];

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
    keys: [agent.entry],
    withoutTokens: true,
    tenants: [
      { members: [{ subject: "jane", owner: true }, { subject: "otto" }, { key: "agent" }] },
      { name: "Acme & <b>Söhne</b>", members: [{ subject: "mia" }, { subject: "max" }] },
      { members: [{ subject: "max" }] },
    ],
  });
  ({ hosted, issuer, origin } = scene);
}, 60_000);
afterAll(async () => {
  await scene?.close();
  await database?.close();
});
beforeEach(async () => {
  const [simulator] = hosted.simulators;
  simulator?.faults.clear();
  simulator?.setSwitches({ abilities: "all" });
  for (const principal of [`${issuer.issuer}|jane`, `${issuer.issuer}|otto`, OF_ORGANIZATION]) {
    await vault.remove(scopeOf(principal));
  }
});

const scopeOf = (principal: string) => ({
  origin: new URL(hosted.simulators[0]?.url ?? "").origin,
  organization_id: shared,
  principal,
});
const own = (person: string) => scopeOf(`${issuer.issuer}|${person}`);
const tokenOf = (index: number) => hosted.simulators[index]?.token ?? "";
const secret = (token = tokenOf(0)) => ({ access_token: token, refresh_token: null, expires_at: null });

async function ask(authorization: string) {
  const { result } = await answerOf(
    await post(`${origin}/mcp`, call("list_invoices", { limit: 1 }), bearer(authorization)),
  );
  return { isError: result?.isError === true, text: result?.content[0]?.text ?? "" };
}
const askAs = async (sub: string) => ask(await issuer.mint({ aud: `${origin}/mcp`, sub }));

const opened = (person: string) => openedCredentials({ issuer, origin }, person, shared);

describe("the page for credentials", () => {
  it("asks the person anew, and shows the organizations of the access file alone", async () => {
    const jane = await opened("jane");
    expect(jane.location.searchParams.get("prompt")).toBe("login");
    expect(jane.location.searchParams.get("max_age")).toBe("0");
    expect(jane.text).toContain(shared);
    expect(jane.text).not.toContain(other);
    expect(jane.text.match(/name="token"/g)).toHaveLength(2);
    const { headers } = (await jane.page()).response;
    expect(headers.get("cache-control")).toBe("no-store");
    expect(headers.get("x-frame-options")).toBe("DENY");
    expect(headers.get("content-security-policy")).toMatch(/default-src 'none'.*form-action 'self'.*frame-ancestors/);
    expect((await opened("otto")).text.match(/name="token"/g)).toHaveLength(1);
    const mia = await opened("mia");
    expect([mia.text.includes(other), mia.text.includes(shared)]).toEqual([true, false]);
    expect(mia.text).toContain("<h2>Acme &amp; &lt;b&gt;Söhne&lt;/b&gt;</h2>");
    expect((await askAs("max")).text).toContain(`/mcp/o/${other} ("Acme & <b>Söhne</b>"), ${origin}/mcp/o/`);
    expect((await opened("nobody")).text).toContain("belong to no organization");
  });

  it("takes a session for approvals alone for nothing", async () => {
    const browser = browserOf({ issuer, origin }, "jane");
    const csrf = await browser.signIn();
    expect((await browser.send(`${origin}/credentials`)).headers.get("location")).toContain(issuer.issuer);
    const body = new URLSearchParams({ csrf, organization: shared, whose: "own", token: tokenOf(0) });
    const response = await browser.send(`${origin}/credentials`, { method: "POST", headers: { origin }, body });
    expect(response.status).toBe(403);
    expect(await response.text()).toContain("Nothing was changed");
    expect(await vault.get(own("jane"))).toBeNull();
  });

  it("stores what the API takes, works with it at the next call, and never shows it again", async () => {
    expect((await askAs("otto")).text).toContain(`Tell the person to enter one at ${origin}/credentials`);
    const otto = await opened("otto");
    const text = await otto.said({ token: ` ${tokenOf(0)}\n` });
    expect(text).toContain("Stored: it opens &quot;Lindenhof Studios&quot;.");
    expect(text).toContain("Stored, as of");
    expect(text).not.toContain(tokenOf(0));
    // Said once.
    expect((await otto.page()).text).not.toContain("it opens");
    expect((await vault.get(own("otto")))?.secret.access_token).toBe(tokenOf(0));
    expect(await askAs("otto")).toMatchObject({ isError: false });
    expect((await askAs("jane")).text).toContain("No credential");
    expect(hosted.logs()).not.toContain(tokenOf(0));
  });

  it("keeps what stands there unless the new one is taken, opens this organization and reads its invoices", async () => {
    const jane = await opened("jane");
    await vault.put(own("jane"), secret());
    const { version } = (await vault.get(own("jane")))?.info ?? {};
    const [simulator] = hosted.simulators;
    expect(await jane.said({ token: "" })).toContain("No token was entered");
    expect(await jane.said({ token: `Bearer ${tokenOf(0)}` })).toContain("That is no token");
    expect(await jane.said({ token: '{"access_token":"cut' })).toContain("That is no token answer");
    expect(await jane.said({ token: "revoked-token" })).toContain("does not take that token");
    expect(await jane.said({ token: tokenOf(1) })).toContain("opens another organization");
    const lapsed = `e30.${Buffer.from(JSON.stringify({ tenant: shared, exp: 1_000 })).toString("base64url")}.x`;
    expect(await jane.said({ token: lapsed })).toContain("has lapsed");
    simulator?.faults.add({ kind: "status_before", status: 403, path: "/invoices", times: 2 });
    expect(await jane.said({ token: tokenOf(0) })).toContain("may not read the invoices");
    simulator?.faults.clear();
    simulator?.faults.add({ kind: "reset_before", path: "/**", times: 20 });
    expect(await jane.said({ token: tokenOf(0) })).toContain("could not be asked");
    expect((await vault.get(own("jane")))?.info).toMatchObject({ version, state: "alive" });
    expect(hosted.logs()).not.toMatch(/revoked-token|eyJ/);
  });

  it("takes many attempts of a minute for too many, and nothing of them", async () => {
    const otto = await opened("otto");
    let text = "";
    for (let attempt = 0; attempt < 60 && !text.includes("Too many attempts"); attempt += 1) {
      text = await otto.said({ token: `wrong-${attempt}` });
    }
    expect(text).toContain("Too many attempts");
    // What asks the API nothing goes on.
    expect(await otto.said({}, "/credentials/remove")).toContain("There was none");
  });

  it("lets an owner alone enter the organization's, for everybody without one and for agents", async () => {
    expect((await ask(agent.key)).text).toContain(
      `An owner of the organization enters one at ${origin}/credentials; until then nothing works here. Tell the person.`,
    );
    const mia = await opened("mia");
    for (const fields of [{ whose: "organization" }, { organization: other, whose: "organization" }, {}]) {
      expect((await mia.submit("/credentials", { token: tokenOf(0), ...fields })).status).toBe(403);
      expect((await mia.submit("/credentials/remove", fields)).status).toBe(403);
    }
    expect(await vault.get(scopeOf(OF_ORGANIZATION))).toBeNull();
    const jane = await opened("jane");
    expect(await jane.said({ whose: "organization", token: tokenOf(0) })).toContain("it opens");
    expect(await ask(agent.key)).toMatchObject({ isError: false });
    expect(await askAs("jane")).toMatchObject({ isError: false });
    expect((await opened("otto")).text).toContain("Stored, as of");
  });

  it("takes no form that was not sent from the page", async () => {
    const jane = await opened("jane");
    const token = tokenOf(0);
    const wrong: [Record<string, string>, Record<string, string>][] = [
      [{ csrf: "" }, {}],
      [{ csrf: "0".repeat(43) }, {}],
      [{}, { origin: "null" }],
      [{}, { origin: "https://elsewhere.example" }],
      [{}, { "sec-fetch-site": "cross-site" }],
    ];
    for (const [fields, headers] of wrong) {
      const response = await jane.submit("/credentials", { token, ...fields }, headers);
      expect(response.status, JSON.stringify([fields, headers])).toBe(403);
    }
    const json = await jane.browser.send(`${origin}/credentials`, {
      method: "POST",
      headers: { origin, "content-type": "application/json" },
      body: JSON.stringify({ token }),
    });
    expect(json.status).toBe(403);
    expect(await vault.get(own("jane"))).toBeNull();
  });

  it("shows one that died, revives it by a new one, and removes it", async () => {
    const jane = await opened("jane");
    await vault.put(own("jane"), secret("revoked-token"));
    expect((await askAs("jane")).text).toContain(`enter one at ${origin}/credentials`);
    expect((await jane.page()).text).toContain("does not take it any more, since");
    await jane.said({ token: tokenOf(0) });
    expect(await askAs("jane")).toMatchObject({ isError: false });
    expect(await jane.said({}, "/credentials/remove")).toContain("Removed. Revoke the token");
    expect((await askAs("jane")).text).toContain("No credential");
    expect(await jane.said({}, "/credentials/remove")).toContain("There was none");
  });

  it("takes up again what the API refused for a time, and nothing that it still refuses", async () => {
    const jane = await opened("jane");
    await vault.put(own("jane"), secret());
    hosted.simulators[0]?.faults.add({ kind: "status_before", status: 401, path: "/**", times: 9 });
    expect((await askAs("jane")).text).toContain("does not work any more");
    expect(await jane.said({}, "/credentials/retry")).toContain("does not take that token");
    expect((await vault.get(own("jane")))?.info.state).toBe("dead");
    hosted.simulators[0]?.faults.clear();
    expect((await jane.page()).text).toContain("Try the stored one again");
    expect(await jane.said({}, "/credentials/retry")).toContain("takes the stored one again");
    expect(await askAs("jane")).toMatchObject({ isError: false });
    expect(await jane.said({}, "/credentials/retry")).toContain("no dead one any more");
    expect((await jane.submit("/credentials/retry", { whose: "organization", csrf: "" })).status).toBe(403);
  });

  it("speaks German where the browser does", async () => {
    const jane = await opened("jane");
    const { text } = await jane.page({ "accept-language": "de-AT,de;q=0.9,en;q=0.5" });
    expect(text).toContain('<html lang="de">');
    expect(text).toContain("Zugänge zur Rechnungs-API");
  });

  it("works in a browser without scripts, and is read aloud rightly", async () => {
    const chromium = await launchChromium();
    try {
      issuer.person = "jane";
      const page = await chromium.newPage();
      await page.setJavaScriptEnabled(false);
      await page.goto(`${origin}/credentials`);
      expect(page.url()).toBe(`${origin}/credentials`);
      await page.type('input[name="token"]', tokenOf(0));
      await Promise.all([page.waitForNavigation(), page.click("form button.approve")]);
      expect(page.url()).toBe(`${origin}/credentials`);
      const text = await page.$eval("main", (main) => main.outerHTML);
      expect(text).toContain("it opens");
      expect(text).not.toContain(tokenOf(0));
      expect((await vault.get(own("jane")))?.secret.access_token).toBe(tokenOf(0));
      await page.setJavaScriptEnabled(true);
      for (const scheme of ["light", "dark"]) {
        await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
        await page.reload();
        await page.click("summary");
        expect(await findings(page.mainFrame()), scheme).toEqual([]);
      }
      await Promise.all([page.waitForNavigation(), page.click("details button")]);
      expect(await page.$eval("main", (main) => main.outerHTML)).toContain("Removed. Revoke the token");
      expect(await vault.get(own("jane"))).toBeNull();
    } finally {
      await chromium.close();
    }
  }, 30_000);
});
