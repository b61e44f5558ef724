import { describe, expect, it } from "vitest";
import { z } from "zod";
import { type RunningSimulator, SWITCHES, type Switches, type SwitchName } from "../../src/simulator/index.ts";
import { at, call, customerBody, draftWithItem, idOf, itemBody, NOON, rows, sentInvoice, simulate } from "./client.ts";

type Probe = (simulator: RunningSimulator) => Promise<unknown>;

/** Attribute of an invoice in an answer or read afresh. */
async function attribute(simulator: RunningSimulator, id: string, name: string): Promise<unknown> {
  return at((await call(simulator, "GET", `/invoices/${id}`)).json, "data", "attributes", name);
}

async function newest(simulator: RunningSimulator, query = ""): Promise<unknown> {
  return rows(await call(simulator, "GET", `/invoices?sort=-created_at&page[size]=30${query}`));
}

/** The credit note of a freshly cancelled invoice. */
async function creditNote(simulator: RunningSimulator): Promise<unknown> {
  const { id } = await sentInvoice(simulator);
  await call(simulator, "POST", `/invoices/${id}/cancel`);
  const list = await call(simulator, "GET", "/invoices?include=reference");
  return rows(list).find((row) => at(row, "attributes", "is_cancellation") === true);
}

async function paidInvoice(simulator: RunningSimulator): Promise<string> {
  const { id } = await sentInvoice(simulator);
  await call(simulator, "PUT", `/invoices/${id}/set-paid`, { body: { send_notification: false } });
  return id;
}

async function recipientChange(simulator: RunningSimulator): Promise<unknown[]> {
  const { id } = await sentInvoice(simulator);
  const other = idOf(await call(simulator, "POST", "/customers", { body: customerBody({ company: "Other GmbH" }) }));
  await call(simulator, "POST", `/invoices/${id}/change-recipient`, { body: { customer_id: other } });
  return rows(await call(simulator, "GET", "/invoices")).filter((row) => at(row, "id") !== id);
}

const status = async (answer: Promise<{ readonly status: number }>): Promise<number> => (await answer).status;

async function emptyDraft(simulator: RunningSimulator, attributes: Record<string, unknown> = {}): Promise<string> {
  return idOf(
    await call(simulator, "POST", "/invoices", {
      body: { data: { type: "invoices", attributes: { currency: "EUR", ...attributes } } },
    }),
  );
}

/** For each switch: a probe, and what it must give under each value. */
const PROBES: { readonly [K in SwitchName]: { probe: Probe; gives: Readonly<Record<Switches[K], unknown>> } } = {
  void_status: {
    probe: async (s) => {
      const { id } = await sentInvoice(s);
      await call(s, "POST", `/invoices/${id}/cancel`);
      return attribute(s, id, "status");
    },
    gives: { void: "void", voided: "voided", canceled: "canceled", cancelled: "cancelled" },
  },
  credit_note_status: {
    probe: async (s) => at(await creditNote(s), "attributes", "status"),
    gives: { sent: "sent", paid: "paid" },
  },
  credit_note_sign: {
    probe: async (s) => at(await creditNote(s), "attributes", "total"),
    gives: { negative: -1785, positive: 1785 },
  },
  credit_note_flags: {
    probe: async (s) => at(await creditNote(s), "attributes", "is_credit"),
    gives: { cancellation: false, cancellation_and_credit: true },
  },
  credit_note_series: {
    probe: async (s) => at(await creditNote(s), "attributes", "number"),
    gives: { own: "ST-2026-0001", same: "RE-2026-0002" },
  },
  credit_note_reference: {
    probe: async (s) => at(await creditNote(s), "relationships", "reference", "data", "type") ?? null,
    gives: { present: "invoices", absent: null },
  },
  cancel_paid: {
    probe: async (s) => status(call(s, "POST", `/invoices/${await paidInvoice(s)}/cancel`)),
    gives: { allow: 200, refuse: 422 },
  },
  cancel_mail: {
    probe: async (s) => {
      await creditNote(s);
      return s.outbox().map(({ kind }) => kind);
    },
    gives: { customer: ["invoice", "credit_note"], none: ["invoice"] },
  },
  change_recipient_copy: {
    probe: async (s) =>
      (await recipientChange(s))
        .filter((row) => at(row, "attributes", "is_cancellation") === false)
        .map((row) => [at(row, "attributes", "status"), at(row, "attributes", "recipient")]),
    gives: { sent: [["sent", "Other GmbH"]], draft: [["draft", null]] },
  },
  change_recipient_credit_note: {
    probe: async (s) =>
      (await recipientChange(s)).filter((row) => at(row, "attributes", "is_cancellation") === true).length,
    gives: { created: 1, none: 0 },
  },
  customer_ids: {
    probe: async (s) => {
      const legacy = rows(await call(s, "GET", "/customers")).find((row) => at(row, "id") === "181227");
      return status(call(s, "GET", `/customers/${String(at(legacy, "attributes", "uuid"))}`));
    },
    gives: { either: 200, id: 404 },
  },
  quote_actions: {
    probe: async (s) => {
      const { id } = await draftWithItem(s, { attributes: { is_quote: true } });
      await call(s, "POST", `/invoices/${id}/send`);
      return status(call(s, "PUT", `/invoices/${id}/set-paid`, { body: { send_notification: false } }));
    },
    gives: { refuse: 422, allow: 200 },
  },
  locked_refusal: {
    probe: async (s) => status(call(s, "DELETE", `/invoices/${(await sentInvoice(s)).id}`)),
    gives: { "422": 422, "403": 403 },
  },
  send_without_items: {
    probe: async (s) => status(call(s, "POST", `/invoices/${(await draftWithItem(s, { items: 0 })).id}/send`)),
    gives: { refuse: 422, allow: 200 },
  },
  send_without_recipient: {
    probe: async (s) => {
      const id = await emptyDraft(s);
      await call(s, "POST", "/items", { body: itemBody(id) });
      return status(call(s, "POST", `/invoices/${id}/send`));
    },
    gives: { refuse: 422, allow: 200 },
  },
  due_date_on_send: {
    probe: async (s) => attribute(s, (await sentInvoice(s)).id, "due_date"),
    gives: { keep: null, fill_14_days: "2026-12-07T00:00:00+00:00" },
  },
  draft_number: {
    probe: async (s) => attribute(s, await emptyDraft(s), "number"),
    gives: { null: null, empty: "" },
  },
  create_with_status: {
    probe: async (s) =>
      status(
        call(s, "POST", "/invoices", {
          body: {
            data: { type: "invoices", attributes: { currency: "EUR", status: "sent", issued_at: "2026-11-02" } },
          },
        }),
      ),
    gives: { allow: 201, refuse: 422 },
  },
  action_body: {
    probe: async (s) => {
      const { id } = await sentInvoiceByRead(s);
      const answer = await call(s, "POST", `/invoices/${id}/cancel`);
      return answer.status === 204 ? answer.text : at(answer.json, "data", "id") === id;
    },
    gives: { invoice: true, empty: "", new: false },
  },
  set_paid_put: {
    probe: async (s) =>
      status(call(s, "PUT", `/invoices/${(await sentInvoice(s)).id}/set-paid`, { body: { send_notification: false } })),
    gives: { on: 200, "404": 404, "405": 405 },
  },
  set_paid_post: {
    probe: async (s) =>
      status(call(s, "POST", `/invoices/${(await sentInvoice(s)).id}/set-paid?sendNotification=false`)),
    gives: { on: 200, "404": 404, "405": 405 },
  },
  set_paid_default_notification: {
    probe: async (s) => {
      await call(s, "POST", `/invoices/${(await sentInvoice(s)).id}/set-paid`);
      return s.outbox().length;
    },
    gives: { off: 1, on: 2 },
  },
  item_routes: {
    probe: async (s) => {
      const { id } = await draftWithItem(s, { items: 0 });
      const item = idOf(await call(s, "POST", "/items?calculate_from_net=true", { body: itemBody(id) }));
      const body = { data: { type: "items", id: item, attributes: { quantity: 9 } } };
      return [
        await status(call(s, "PATCH", `/items/${item}?calculate_from_net=true`, { body })),
        await status(call(s, "DELETE", `/items/${item}`)),
      ];
    },
    gives: { on: [200, 204], "404": [404, 404], "405": [405, 405] },
  },
  delete_draft_route: {
    probe: async (s) => status(call(s, "DELETE", `/invoices/${(await draftWithItem(s)).id}`)),
    gives: { on: 204, "404": 404, "405": 405 },
  },
  update_customer_route: {
    probe: async (s) => {
      const id = idOf(await call(s, "POST", "/customers", { body: customerBody() }));
      const body = { data: { type: "customers", id, attributes: { company: "Neu GmbH" } } };
      return status(call(s, "PATCH", `/customers/${id}`, { body }));
    },
    gives: { on: 200, "404": 404, "405": 405 },
  },
  direction_mismatch: {
    probe: async (s) => {
      const { id } = await draftWithItem(s, { net: true, items: 0 });
      const item = await call(s, "POST", "/items?calculate_from_net=false", {
        body: itemBody(id, { single_net_amount: 100, single_gross_amount: 238 }),
      });
      return item.status === 201 ? at(item.json, "data", "attributes", "single_net_amount") : item.status;
    },
    gives: { query: 200, invoice: 100, refuse: 422 },
  },
  negative_amounts: {
    probe: async (s) => {
      const { id } = await draftWithItem(s, { items: 0 });
      return status(
        call(s, "POST", "/items?calculate_from_net=true", { body: itemBody(id, { single_net_amount: -5 }) }),
      );
    },
    gives: { allow: 201, refuse: 422 },
  },
  quantity_below_one: {
    probe: async (s) => {
      const { id } = await draftWithItem(s, { items: 0 });
      return status(call(s, "POST", "/items?calculate_from_net=true", { body: itemBody(id, { quantity: 0 }) }));
    },
    gives: { refuse: 422, allow: 201 },
  },
  rounding: {
    probe: async (s) => {
      const { id } = await draftWithItem(s, { items: 0 });
      for (const title of ["A", "B", "C"]) {
        await call(s, "POST", "/items?calculate_from_net=true", {
          body: itemBody(id, { title, quantity: 1, single_net_amount: 0.03 }),
        });
      }
      return attribute(s, id, "tax_amount");
    },
    gives: { line: 0.03, rate: 0.02 },
  },
  second_address: {
    probe: async (s) => {
      const id = idOf(await call(s, "POST", "/customers", { body: customerBody() }));
      for (const city of ["Köln", "Bonn"]) {
        await call(s, "POST", "/addresses", {
          body: {
            data: {
              type: "addresses",
              attributes: { city },
              relationships: { addressable: { data: { type: "customers", id } } },
            },
          },
        });
      }
      const customer = await call(s, "GET", `/customers/${id}?include=address`);
      return at(customer.json, "included", 0, "attributes", "city");
    },
    gives: { replace: "Bonn", keep_first: "Köln" },
  },
  duplicate_email: {
    probe: async (s) => {
      await call(s, "POST", "/customers", { body: customerBody() });
      return status(call(s, "POST", "/customers", { body: customerBody({ email: "NEW@customer.example" }) }));
    },
    gives: { allow: 201, refuse: 422 },
  },
  locale_required: {
    probe: (s) => status(call(s, "POST", "/customers", { body: customerBody({ locale: undefined }) })),
    gives: { yes: 422, no: 201 },
  },
  status_filter: {
    probe: (s) => status(call(s, "GET", "/invoices?filter[status]=sent")),
    gives: { on: 200, refuse: 400 },
  },
  customer_filter: {
    probe: (s) => status(call(s, "GET", "/invoices?filter[customer_id]=181227")),
    gives: { on: 200, refuse: 400 },
  },
  list_order: {
    probe: async (s) => {
      const dates = rows(await call(s, "GET", "/customers")).map((row) => String(at(row, "attributes", "created_at")));
      return (dates[0] ?? "") < (dates.at(-1) ?? "");
    },
    gives: { oldest_first: true, newest_first: false },
  },
  default_page_size: {
    probe: async (s) => at((await call(s, "GET", "/invoices")).json, "meta", "page", "per-page"),
    gives: { "30": 30, "15": 15 },
  },
  max_page_size: {
    probe: (s) => status(call(s, "GET", "/invoices?page[size]=50")),
    gives: { "50": 200, "30": 400 },
  },
  linkage: {
    probe: async (s) =>
      at((await call(s, "GET", "/customers/181227")).json, "data", "relationships", "address", "data", "type") ?? null,
    gives: { included: null, always: "addresses" },
  },
  flattened_paging: {
    probe: async (s) => {
      const { json } = await call(s, "GET", "/customers", { headers: { accept: "application/json" } });
      return [at(json, "meta", "current_page"), at(json, "meta", "page", "current-page")];
    },
    gives: { snake: [1, undefined], dash: [undefined, 1] },
  },
  date_format: {
    probe: async (s) => attribute(s, await emptyDraft(s, { due_date: "2026-07-14" }), "due_date"),
    gives: {
      utc: "2026-07-14T00:00:00+00:00",
      offset: "2026-07-14T00:00:00+02:00",
      date: "2026-07-14",
      utc_local: "2026-07-13T22:00:00+00:00",
    },
  },
  query_refusal: {
    probe: async (s) => (await call(s, "GET", "/invoices?filter[nothing]=1")).text.slice(0, 9),
    gives: { named: '{"errors"', page: "<!DOCTYPE" },
  },
  put_media_type: {
    probe: async (s) =>
      status(
        call(s, "PUT", `/invoices/${(await sentInvoice(s)).id}/set-paid`, {
          body: { send_notification: false },
          headers: { "content-type": "application/json" },
        }),
      ),
    gives: { any_json: 200, vnd: 415 },
  },
  pdf_link: {
    probe: async (s) => {
      const invoice = await call(s, "GET", `/invoices/${(await sentInvoice(s)).id}`);
      return typeof at(invoice.json, "data", "meta", "download_url");
    },
    gives: { present: "string", absent: "object", late: "object" },
  },
  xml_link: {
    probe: async (s) => {
      const invoice = await call(s, "GET", `/invoices/${(await sentInvoice(s)).id}`);
      return at(invoice.json, "data", "meta", "has_xml");
    },
    gives: { absent: false, present: true },
  },
  seller_data: {
    probe: async (s) => {
      const draft = await call(s, "GET", `/invoices/${await emptyDraft(s)}`);
      const sent = await call(s, "GET", `/invoices/${(await sentInvoice(s)).id}`);
      return [draft, sent].map(({ json }) => typeof at(json, "data", "attributes", "seller_data", "vat_number")).join();
    },
    gives: {
      present: "string,string",
      sent: "undefined,string",
      no_vat_number: "object,object",
      absent: "undefined,undefined",
    },
  },
  missing_organization: {
    probe: (s) => status(call(s, "GET", "/customers?o=")),
    gives: { "403": 403, "400": 400 },
  },
  tenant_conflict: {
    probe: (s) => status(call(s, "GET", "/customers?o=11111111-1111-4111-8111-111111111111")),
    gives: { claim: 200, refuse: 403 },
  },
  organizations: {
    probe: async (s) => rows(await call(s, "GET", "/organizations")).length,
    gives: { one: 1, several: 2 },
  },
  organization_list: {
    probe: async (s) => {
      const answer = await call(s, "GET", "/organizations");
      return answer.status === 200 ? rows(answer).length : answer.status;
    },
    gives: { on: 1, "403": 403, empty: 0 },
  },
  active_organization: {
    probe: async (s) => {
      const { json } = await call(s, "GET", "/user?include=active_organization");
      return at(json, "data", "relationships", "active_organization", "data", "id") ?? null;
    },
    gives: { present: "0b6f3c1e-5a44-4c58-9d3a-8f1c2e7b6a90", null: null },
  },
  abilities: {
    probe: (s) => status(call(s, "POST", "/customers", { body: customerBody() })),
    gives: { all: 201, read_only: 403, invoices_only: 403 },
  },
  rate_limits: {
    probe: async (s) => {
      const seen: number[] = [];
      for (let index = 0; index < 5; index += 1) seen.push(await status(call(s, "GET", "/user")));
      return seen.at(-1);
    },
    gives: { off: 200, on: 429 },
  },
  token_answer: {
    probe: async ({ sign_in }) => {
      const { refresh_token } = sign_in.signIn();
      const body = JSON.stringify({ grant_type: "refresh_token", refresh_token, client_id: "simulator" });
      const response = await fetch(sign_in.url, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body,
      });
      return Object.keys(z.record(z.string(), z.unknown()).parse(await response.json())).sort();
    },
    gives: {
      documented: ["access_token", "expiresAt", "expiresIn", "refresh_token"],
      rfc6749: ["access_token", "expires_in", "refresh_token", "token_type"],
    },
  },
};

/** A sent invoice that is looked at as any client would. */
async function sentInvoiceByRead(simulator: RunningSimulator): Promise<{ readonly id: string }> {
  await sentInvoice(simulator);
  const [first] = rows(await call(simulator, "GET", "/invoices?sort=-created_at&filter[status]=sent"));
  return { id: String(at(first, "id")) };
}

const NEEDS_SEED = new Set(["customer_ids", "list_order", "linkage", "customer_filter"]);

const cases = Object.entries(SWITCHES).flatMap(([name, { values }]) => values.map((value) => ({ name, value })));

describe("switches", () => {
  it.each(cases)("$name = $value", async ({ name, value }) => {
    const entry = new Map<string, { probe: Probe; gives: object }>(Object.entries(PROBES)).get(name);
    if (entry === undefined) throw new Error(`no probe for ${name}`);
    const simulator = await simulate({
      now: () => NOON,
      seed: NEEDS_SEED.has(name) ? "firm" : "empty",
      ...(name === "missing_organization" ? { token: "opaque-token" } : {}),
    });
    simulator.setSwitches(Object.fromEntries([[name, value]]));
    expect(await entry.probe(simulator)).toEqual(new Map<string, unknown>(Object.entries(entry.gives)).get(value));
  });

  it("can be given at the start and refuses what does not exist", async () => {
    const simulator = await simulate({ seed: "empty", switches: { max_page_size: "30" } });
    expect((await call(simulator, "GET", "/customers?page[size]=31")).status).toBe(400);
    expect(await newest(simulator)).toEqual([]);
    expect(() => simulator.setSwitches(JSON.parse('{"max_page_size":"31"}'))).toThrow(/max_page_size/);
    expect(() => simulator.setSwitches(JSON.parse('{"nonsense":"on"}'))).toThrow(/nonsense/);
  });

  it("have a sentence, evidence and a default among their values", () => {
    for (const [name, entry] of Object.entries(SWITCHES)) {
      expect(entry.values, name).toContain(entry.default);
      expect(entry.sentence, name).toMatch(/\.$/);
      expect(entry.rests_on, name).toMatch(/\.$/);
    }
  });
});
