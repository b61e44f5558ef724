import type { ActKind } from "../../src/acts/index.ts";
import { ACTS, approvalSubject, type StoredAct } from "../../src/acts/index.ts";
import { createHttpApi } from "../../src/api/http.ts";
import type { InvoicesApi, WriteEvidence } from "../../src/api/port.ts";
import { systemClock } from "../../src/domain/clock.ts";
import type { JsonObject } from "../../src/domain/json.ts";
import { decimal } from "../../src/domain/money.ts";
import { ACTS as ASKED } from "../../src/guard/port.ts";
import type { Ledger } from "../../src/journal/ledger.ts";
import { isOwnerAlive, processOwner } from "../../src/journal/owner-process.ts";
import type { JournalOptions } from "../../src/journal/settings.ts";
import { type EffectKind, ORGANIZATION_ID, type RunningSimulator, startSimulator } from "../../src/simulator/index.ts";
import { type AnyOptions, covering } from "../harness/acts.ts";
import { givenApproval, placeIn } from "../harness/approvals.ts";
import { type FaultProxy, type SeenRequest, startFaultProxy } from "../harness/fault-proxy.ts";
import { journalIn, type TestJournal } from "../harness/journal.ts";

/** Short enough for a test, long enough for a loaded machine: late effects come before the horizon. */
export const TIMES = { response_ms: 800, late_ms: 1200, horizon_ms: 3000 };

/** Setting the scene meets no faults: it may take as long as a loaded machine needs. */
export const STAGING_MS = 20_000;

const BUDGET = { reads_per_minute: 100_000, writes_per_minute: 100_000, identical_per_second: 1000, max_wait_ms: 0 };

/** The simulator behind a proxy that can do what networks do. */
export interface Scene {
  readonly simulator: RunningSimulator;
  readonly proxy: FaultProxy;
  /** Straight to the simulator, for setting the scene. */
  readonly direct: InvoicesApi;
  close(): Promise<void>;
}

export async function openScene(): Promise<Scene> {
  const simulator = await startSimulator({ seed: "empty", switches: { rate_limits: "off" } });
  const proxy = await startFaultProxy(simulator.url);
  return {
    simulator,
    proxy,
    direct: apiAt(simulator.url, simulator.token, STAGING_MS),
    close: async () => {
      await proxy.close();
      await simulator.close();
    },
  };
}

export function apiAt(
  url: string,
  token: string,
  response_ms = TIMES.response_ms,
  organization_id = ORGANIZATION_ID,
): InvoicesApi {
  return createHttpApi({
    base_url: url,
    token,
    organization_id,
    clock: systemClock,
    user_agent: "test",
    timeouts: { connect_ms: 2000, response_ms, body_ms: response_ms },
    budget: BUDGET,
  });
}

export function journalOn(store: Ledger, api: InvoicesApi, more: Partial<JournalOptions> = {}): TestJournal {
  return journalIn(
    { ...placeIn(ORGANIZATION_ID), principal: "p" },
    {
      store,
      api,
      clock: systemClock,
      owner: processOwner(),
      isOwnerAlive,
      // A loaded machine is no reason to let an act go stale.
      settle: { horizon_ms: TIMES.horizon_ms, settle_ms: 8000, budget_ms: 12_000, fresh_ms: 20_000 },
      ...more,
    },
  );
}

/** One act to try: what to call, which request it makes, and which change it is. */
export interface Act {
  readonly kind: ActKind;
  readonly operation: StoredAct;
  readonly args: JsonObject;
  readonly isRequest: (request: Omit<SeenRequest, "fault">) => boolean;
  /** How often the change really happened. */
  effects(): number;
}

let serial = 0;

/** Makes what the act needs and nothing else. Every act has documents of its own. */
export async function stage(kind: ActKind, scene: Scene): Promise<Act> {
  serial += 1;
  const mark = `${process.pid}-${serial}`;
  const { direct, simulator } = scene;
  const customer = async (name: string) =>
    idOf(await direct.createCustomer({ email: `${name}-${mark}@example.com`, locale: "en", given_name: name }));
  const draft = async (customerId: string) => {
    const id = idOf(
      await direct.createInvoice({
        currency: "EUR",
        calculate_from_net: true,
        customer_id: customerId,
        recipient: "A\nB",
      }),
    );
    await direct.addItem(id, { title: "Seeded", quantity: 1, tax_rate: decimal(19), amount: decimal(100) }, true);
    return id;
  };
  const withLine = async (id: string) => {
    const line = { title: mark, quantity: 2, tax_rate: decimal(19), amount: decimal(50) };
    return { id, item: idOf(await direct.addItem(id, line, true)) };
  };
  const sent = async (customerId: string) => {
    const id = await draft(customerId);
    const evidence = await direct.sendInvoice(id);
    if (evidence.kind !== "applied") throw new Error(`staging: ${evidence.kind}`);
    return id;
  };
  const act = (
    args: JsonObject,
    method: string,
    path: string,
    effect: EffectKind,
    about: (resourceId: string) => boolean,
  ): Act => {
    const before = simulator.effects().length;
    return {
      kind,
      operation: ACTS[kind],
      args,
      isRequest: (request) => request.method === method && new URL(request.target, "http://x").pathname.endsWith(path),
      effects: () =>
        simulator
          .effects()
          .slice(before)
          .filter((one) => one.kind === effect && about(one.resource_id)).length,
    };
  };
  const any = () => true;
  switch (kind) {
    case "create_customer":
      return act({ email: `new-${mark}@example.com`, locale: "de" }, "POST", "/customers", "customer.created", any);
    case "create_address": {
      const address = { name: "N", street_address: "S 1", zip_code: "50667", city: "Köln", country_code: "DE" };
      return act({ customer_id: await customer("a"), ...address }, "POST", "/addresses", "address.created", any);
    }
    case "create_invoice": {
      const args = { currency: "EUR", calculate_from_net: true, customer_id: await customer("a"), notes: mark };
      return act(args, "POST", "/invoices", "invoice.created", any);
    }
    case "update_invoice": {
      const id = await draft(await customer("a"));
      return act({ invoice_id: id, changes: { notes: mark } }, "PATCH", `/invoices/${id}`, "invoice.updated", any);
    }
    case "add_item": {
      const id = await draft(await customer("a"));
      const args = { invoice_id: id, title: mark, quantity: 3, tax_rate: "7", amount: "19.99" };
      return act(args, "POST", "/items", "item.created", any);
    }
    case "update_customer": {
      const id = await customer("a");
      const args = { customer_id: id, changes: { company: mark, email: `moved-${mark}@example.com` } };
      return act(args, "PATCH", `/customers/${id}`, "customer.updated", (about) => about === id);
    }
    case "update_item": {
      const { id, item } = await withLine(await draft(await customer("a")));
      const args = { invoice_id: id, item_id: item, changes: { quantity: 9, tax_rate: "7" } };
      return act(args, "PATCH", `/items/${item}`, "item.updated", (about) => about === item);
    }
    case "remove_item": {
      const { id, item } = await withLine(await draft(await customer("a")));
      return act(
        { invoice_id: id, item_id: item },
        "DELETE",
        `/items/${item}`,
        "item.deleted",
        (about) => about === item,
      );
    }
    case "delete_draft": {
      const id = await draft(await customer("a"));
      return act({ invoice_id: id }, "DELETE", `/invoices/${id}`, "invoice.deleted", (about) => about === id);
    }
    case "send_invoice": {
      const id = await draft(await customer("a"));
      return act({ invoice_id: id }, "POST", `/invoices/${id}/send`, "invoice.sent", (about) => about === id);
    }
    case "mark_paid": {
      const id = await sent(await customer("a"));
      const args = { invoice_id: id, send_notification: false };
      return act(args, "PUT", `/invoices/${id}/set-paid`, "invoice.paid", (about) => about === id);
    }
    case "cancel_invoice": {
      const id = await sent(await customer("a"));
      return act({ invoice_id: id }, "POST", `/invoices/${id}/cancel`, "credit_note.created", any);
    }
    case "change_recipient": {
      const id = await sent(await customer("a"));
      const args = { invoice_id: id, customer_id: await customer("b") };
      return act(args, "POST", `/invoices/${id}/change-recipient`, "invoice.copied", any);
    }
  }
}

function idOf(evidence: WriteEvidence<{ readonly id: string }>): string {
  if (evidence.kind === "applied" && evidence.resource) return evidence.resource.id;
  throw new Error(`staging: ${JSON.stringify(evidence)}`);
}

let approvals = 0;

/** Options of a call; for a guarded act with an approval of its own. */
export async function approved(
  store: Ledger,
  { operation, args }: Pick<Act, "operation" | "args">,
): Promise<AnyOptions> {
  const act = ASKED.find((known) => known === operation.kind);
  if (act === undefined) return {};
  approvals += 1;
  const id = `approval-${process.pid}-${approvals}`;
  const now = Date.now();
  await store.approvals.create(
    givenApproval(now, { id, act, organization_id: ORGANIZATION_ID, subject: approvalSubject(operation, args) }),
  );
  return { approval: covering(id) };
}
