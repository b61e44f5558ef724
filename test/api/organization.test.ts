import { afterEach, describe, expect, it } from "vitest";
import { createHttpApi } from "../../src/api/http.ts";
import { systemClock } from "../../src/domain/clock.ts";
import { type CannedServer, startCannedServer } from "./canned-server.ts";

let server: CannedServer | null = null;
afterEach(async () => {
  await server?.close();
  server = null;
});

function jwt(claims: object): string {
  return ["{}", JSON.stringify(claims), "sig"].map((part) => Buffer.from(part).toString("base64url")).join(".");
}

const user = (active: string | null) => ({
  data: {
    type: "users",
    id: "1",
    relationships: { active_organization: { data: active === null ? null : { type: "organizations", id: active } } },
  },
  included: active === null ? [] : [{ type: "organizations", id: active, attributes: { name: "Acme" } }],
});
const organizations = (...ids: string[]) => ({
  data: ids.map((id) => ({ type: "organizations", id, attributes: { name: `Name "${id}"` } })),
});

async function start(routes: Readonly<Record<string, unknown>>, token: string, organization_id?: string) {
  server = await startCannedServer((request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://x");
    const body = routes[pathname.replace("/api/v1/", "")];
    response.writeHead(body === undefined ? 403 : 200);
    response.end(JSON.stringify(body ?? { errors: [{ status: "403", title: "Unauthorized" }] }));
  });
  const started = server;
  const api = createHttpApi({
    base_url: started.url,
    token,
    clock: systemClock,
    user_agent: "invoicing-mcp/test",
    language: "de-DE",
    ...(organization_id === undefined ? {} : { organization_id }),
  });
  return { api, paths: () => started.requests.map(({ target }) => target.replace("/api/v1/", "")), server: started };
}

const EMPTY = { data: [], meta: {} };

describe("the organization", () => {
  it("is the configured one, without asking", async () => {
    const { api, paths, server: own } = await start({ customers: EMPTY }, "opaque", "org-9");
    await api.listCustomers({});
    expect(paths()).toEqual([expect.stringMatching(/^customers\?o=org-9&/)]);
    expect(own.requests[0]?.headers).toMatchObject({
      accept: "application/vnd.api+json",
      "content-type": "application/vnd.api+json",
      "accept-language": "de-DE",
      authorization: "Bearer opaque",
      "user-agent": "invoicing-mcp/test",
    });
  });

  it("is the token's tenant", async () => {
    const { api, paths } = await start({ customers: EMPTY }, jwt({ tenant: "org-7" }));
    await api.listCustomers({}, { language: "en" });
    expect(paths()).toHaveLength(1);
    expect(paths()[0]).toContain("o=org-7");
  });

  it("is never guessed when setting and token disagree", async () => {
    const { api, paths } = await start({ customers: EMPTY }, jwt({ tenant: "org-7" }), "org-8");
    await expect(api.listCustomers({})).rejects.toMatchObject({
      code: "config",
      message: expect.stringContaining("org-7"),
    });
    expect(await api.sendInvoice("1")).toMatchObject({ kind: "not_sent", error: { code: "config" } });
    expect(paths()).toEqual([]);
  });

  it("is the only one, asked for once by any number of calls", async () => {
    const { api, paths } = await start({ organizations: organizations("org-1"), customers: EMPTY }, "opaque");
    await Promise.all([api.listCustomers({}), api.listCustomers({ page: 2 }), api.organization()]);
    expect(paths().filter((path) => !path.startsWith("customers"))).toEqual(["organizations?page%5Bsize%5D=30"]);
    expect(await api.organization()).toEqual({ id: "org-1", name: 'Name "org-1"' });
  });

  it.each([
    ["may not be listed", {}, "does not let this access token list"],
    ["are listed as none", { organizations: organizations() }, "lists no organization"],
  ])("is never the dashboard's active one, where they %s", async (_name, more, why) => {
    const { api, paths } = await start({ ...more, user: user("org-1"), customers: EMPTY }, "opaque");
    await expect(api.listCustomers({})).rejects.toMatchObject({
      code: "config",
      message: expect.stringContaining(why),
      next: expect.stringMatching(/^Set INVOICES_ORGANIZATION_ID .*just now is org-1 "Acme".*set it to org-1\.$/),
    });
    expect(await api.sendInvoice("1")).toMatchObject({ kind: "not_sent", error: { code: "config" } });
    expect(paths().filter((path) => /customers|send/.test(path))).toEqual([]);
  });

  it("is named when it is not one of the token's, and the permission when it is", async () => {
    const foreign = await start({ organizations: organizations("org-1") }, "opaque", "org-9");
    await expect(foreign.api.listCustomers({})).rejects.toMatchObject({
      code: "permission",
      message: `Organization org-9 (INVOICES_ORGANIZATION_ID) is not one of this token's (403); it sees org-1 "Name 'org-1'".`,
    });
    await foreign.server.close();
    const own = await start({ organizations: organizations("org-9") }, "opaque", "org-9");
    await expect(own.api.listCustomers({})).rejects.toMatchObject({
      code: "permission",
      message: expect.stringMatching(/^The token lacks the permission to [^.]*\.$/),
    });
  });

  it.each([
    ["no user", {}],
    ["no active organization", { user: user(null) }],
  ])("is the only one there is: %s", async (_name, more) => {
    const { api } = await start({ ...more, organizations: organizations("org-3") }, "opaque");
    expect(await api.organization()).toEqual({ id: "org-3", name: 'Name "org-3"' });
  });

  it("must be chosen among several", async () => {
    const { api } = await start({ user: user(null), organizations: organizations("a", "b") }, "opaque");
    await expect(api.organization()).rejects.toMatchObject({
      code: "config",
      message: expect.stringContaining(`a "Name 'a'", b "Name 'b'"`),
      next: expect.stringContaining("INVOICES_ORGANIZATION_ID"),
    });
  });

  it("keeps its id when its name cannot be read, and does not ask again", async () => {
    const { api, paths } = await start({}, "opaque", "org-9");
    expect(await api.organization()).toEqual({ id: "org-9", name: null });
    const asked = paths().length;
    expect(await api.organization()).toEqual({ id: "org-9", name: null });
    expect(paths()).toHaveLength(asked);
  });

  it("is asked for again after a failure", async () => {
    const routes: Record<string, unknown> = { organizations: organizations() };
    const { api } = await start(routes, "opaque");
    await expect(api.organization()).rejects.toMatchObject({ code: "config" });
    routes["organizations"] = organizations("org-5");
    expect((await api.organization()).id).toBe("org-5");
  });
});
