import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { isJsonObject } from "../../src/domain/json.ts";
import type { JournalStore } from "../../src/journal/store-port.ts";
import { openAsOwner } from "../../src/store/postgres/open.ts";
import { openSqlite } from "../../src/store/sqlite/open.ts";
import { freshSchema, type TestDatabase } from "../harness/postgres.ts";
import {
  answerOf,
  bearer,
  type CallResult,
  call,
  type Hosted,
  organizationId,
  post,
  startHosted,
  staticKey,
} from "./setup.ts";

/** What one instance learned and another one has to know: nothing here may depend on who answers. */

const jane = staticKey("jane");
const otto = staticKey("otto");
/** Lines that name no invoice for certain: they are known by their handles all the same. */
const STATEMENT = [
  "Date;Name;Description;Amount;Currency",
  "2026-03-09;Acme;A;+12.34;EUR",
  "2026-03-09;Acme;B;+56.78;EUR",
].join("\n");

const matched = z.object({ not_found: z.array(z.object({ handle: z.string() })) });

describe.each(["a file", "PostgreSQL"])("two instances on %s", (kept) => {
  let hosted: Hosted;
  let database: TestDatabase | null = null;

  beforeAll(async () => {
    database = kept === "PostgreSQL" ? await freshSchema() : null;
    hosted = await startHosted({
      keys: [jane.entry, otto.entry],
      tenants: [{ members: [{ key: "jane" }, { key: "otto" }] }],
      instances: 2,
      env: { INVOICES_HTTP_CALLS_PER_MINUTE: "10000", INVOICES_HTTP_PROXIES: "127.0.0.1" },
      ...(database === null
        ? {}
        : {
            database: {
              url: database.app.url,
              owner_url: null,
              schema: database.app.schema,
              keys: [new Uint8Array(32)],
            },
          }),
    });
  }, 60_000);
  afterAll(() => hosted.close());

  async function at(
    instance: number,
    name: string,
    args: object,
    headers: Readonly<Record<string, string>> = bearer(jane.key),
  ): Promise<CallResult> {
    const url = hosted.instances[instance]?.url ?? expect.unreachable();
    const { result, error } = await answerOf(await post(url, call(name, args), headers));
    return result ?? expect.unreachable(error?.message);
  }

  async function record<T>(work: (store: JournalStore) => Promise<T>): Promise<T> {
    const store =
      database === null ? openSqlite(join(hosted.folder, "state", "journal.sqlite")) : openAsOwner(database.owner);
    try {
      return await work(store);
    } finally {
      await store.close();
    }
  }

  it("know a bank line that either has read, by its handle, and tell nobody else", async () => {
    const { not_found } = matched.parse((await at(0, "match_payments", { statement: STATEMENT })).structuredContent);
    const payments = not_found.map(({ handle }) => ({ line: handle }));
    expect(payments).toHaveLength(2);
    const others = await at(1, "settle_payments", { payments }, bearer(otto.key));
    expect(JSON.stringify(others)).toContain("was read lately");
    for (const instance of [0, 1]) {
      const mine = await at(instance, "settle_payments", { payments });
      expect(JSON.stringify(mine)).toContain("is not sure: name the invoice_id the person chose");
    }
    expect(await record((store) => store.read((tx) => tx.seenLines.all()))).toHaveLength(2);
  });

  it("name the request and the trace with what was done, in the log and in the record, and not to the assistant", async () => {
    const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    const headers = { ...bearer(jane.key), "x-request-id": `req-${kept.length}`, traceparent };
    const made = await at(
      0,
      "create_invoice",
      { currency: "EUR", calculate_from_net: true, customer_id: "181227" },
      headers,
    );
    const id = made.structuredContent["operation_id"];
    const row = await record((store) => store.read((tx) => tx.operations.get(String(id))));
    expect(row).toMatchObject({
      request_id: `req-${kept.length}`,
      trace_id: "0af7651916cd43dd8448eb211c80319c",
      organization_id: organizationId(0),
    });
    const logged = hosted
      .logs()
      .split("\n")
      .filter((line) => line.includes(`"request_id":"req-${kept.length}"`))
      .map((line): unknown => JSON.parse(line));
    expect(logged.some((line) => isJsonObject(line) && line["operation_id"] === id)).toBe(true);
    const shown = JSON.stringify(await at(1, "get_operation", { operation_id: id }));
    expect(shown).toContain(String(id));
    expect(shown).not.toContain(`req-${kept.length}`);
  });
});
