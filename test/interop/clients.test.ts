import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildCli, type Home, makeHome } from "../harness/cli-process.ts";
import { CLIENTS } from "../harness/mcp-clients.ts";
import { LISTED_NAMES } from "../harness/mcp-tools.ts";
import { startStrictApi } from "../harness/strict-api.ts";
import { doTheJob } from "./job.ts";

let home: Home;
beforeAll(() => {
  buildCli();
  home = makeHome();
}, 60_000);
afterAll(() => home.remove());

// Together: each server waits for most of its time (the API takes few identical requests a second, people read).
describe.concurrent.each(Object.entries(CLIENTS))("%s", { timeout: 60_000 }, (name, connect) => {
  it("does the whole job against the simulator, with a person who approves", async () => {
    const client = await connect({ args: ["--demo"], env: home.env() });
    try {
      expect(client.revision).toBe(name === "client 2.x, auto" ? "2026-07-28" : client.revision);
      expect((await client.listTools()).map((tool) => tool["name"])).toEqual(LISTED_NAMES);
      await doTheJob(client);
    } finally {
      await client.close();
    }
  });

  it("does nothing when the person declines", async () => {
    const client = await connect({ args: ["--demo"], env: home.env(), person: "declines" });
    try {
      const answer = await client.callTool("mark_paid", { invoice_id: await someSent(client) });
      expect(answer).toMatchObject({ isError: true, structured: { error: { code: "refused", effect: "none" } } });
      expect(answer.text).toContain("declined");
      expect(client.shown).toHaveLength(1);
    } finally {
      await client.close();
    }
  });
});

describe.concurrent("the client of most hosts", { timeout: 60_000 }, () => {
  const connect = CLIENTS["sdk 1.x"];

  it("does the whole job against another, stricter stand-in of the API", async () => {
    const api = await startStrictApi();
    const own = makeHome();
    const client = await connect({
      args: [],
      env: own.env({
        INVOICES_BASE_URL: api.url,
        INVOICES_API_TOKEN: api.token,
        INVOICES_ORGANIZATION_ID: api.organization_id,
      }),
    });
    try {
      const { invoice_id } = await doTheJob(client);
      expect(api.state.outbox.map(({ kind }) => kind)).toEqual(["invoice"]);
      const sends = api.state.requests.filter((request) => request.includes(`/invoices/${String(invoice_id)}/send`));
      expect(sends).toHaveLength(1);
    } finally {
      await client.close();
      await api.close();
      own.remove();
    }
  });

  it("does nothing where nobody can be asked", async () => {
    const client = await connect({ args: ["--demo", "--confirm", "form"], env: home.env(), person: "none" });
    try {
      const invoice_id = await someSent(client);
      const answer = await client.callTool("mark_paid", { invoice_id });
      expect(answer).toMatchObject({ isError: true, structured: { error: { code: "refused", effect: "none" } } });
      const after = await client.callTool("get_invoice", { invoice_id });
      expect(after.structured).toMatchObject({ invoice: { status: expect.not.stringMatching("paid") } });
    } finally {
      await client.close();
    }
  });
});

async function someSent(client: Awaited<ReturnType<(typeof CLIENTS)["sdk 1.x"]>>): Promise<string> {
  const listed = await client.callTool("list_invoices", { status: "sent", kind: "invoice", limit: 1 });
  const number = /#(\S+) sent/.exec(listed.text)?.[1] ?? /#(\S+) overdue/.exec(listed.text)?.[1];
  if (number === undefined) throw new Error(listed.text);
  return `#${number}`;
}
