import { planSend } from "../../src/acts/send-invoice.ts";
import type { Clock } from "../../src/domain/clock.ts";
import type { Customer } from "../../src/domain/customer.ts";
import type { Invoice, Item } from "../../src/domain/invoice.ts";
import { decimal } from "../../src/domain/money.ts";
import { createGuard, type GuardDeps } from "../../src/guard/guard.ts";
import type { PlanInput } from "../../src/guard/plan-parts.ts";
import { defaultPolicy } from "../../src/guard/policy.ts";
import type { ApprovalForm, ApprovalStore, Asker, ClientFacts, FormAnswer, RiskContext } from "../../src/guard/port.ts";
import { openStore } from "../../src/store/open.ts";
import { ORIGIN } from "../harness/approvals.ts";

export const START = Date.parse("2026-04-02T09:00:00Z");

/** Time that stands still until it is moved; sleepers wake in order. */
export class HeldClock implements Clock {
  #now = START;
  #sleepers: { at: number; wake: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason);
        return;
      }
      const stop = () => {
        this.#sleepers = this.#sleepers.filter((other) => other !== sleeper);
        reject(signal?.reason);
      };
      const wake = () => {
        signal?.removeEventListener("abort", stop);
        resolve();
      };
      const sleeper = { at: this.#now + ms, wake };
      this.#sleepers.push(sleeper);
      signal?.addEventListener("abort", stop);
    });
  }

  get sleeping(): number {
    return this.#sleepers.length;
  }

  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    for (;;) {
      await settle();
      const next = this.#sleepers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      this.#now = Math.max(this.#now, next.at);
      this.#sleepers = this.#sleepers.filter((other) => other !== next);
      next.wake();
    }
    this.#now = end;
    await settle();
  }
}

/** Lets everything run that only waits for promises. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
}

export function item(changes: Partial<Item> = {}): Item {
  return {
    id: "item-1",
    title: "Consulting — March 2026",
    subtitle: null,
    quantity: decimal(10),
    tax_rate: decimal(19),
    single_net_amount: decimal("150"),
    single_gross_amount: decimal("178.5"),
    ...changes,
  };
}

export function invoice(changes: Partial<Invoice> = {}): Invoice {
  return {
    id: "9b1c2a6e-0001",
    number: "R-2026-0042",
    status: "draft",
    status_word: "draft",
    currency: "EUR",
    total: decimal("1785"),
    net_amount: decimal("1500"),
    tax_amount: decimal("285"),
    vat_breakdown: [
      {
        tax_rate: decimal(19),
        net_amount: decimal(1500),
        tax_amount: decimal(285),
        gross_amount: decimal(1785),
      },
    ],
    is_quote: false,
    is_cancellation: false,
    is_credit: false,
    has_payment: false,
    locked: false,
    calculate_from_net: true,
    recipient: "Acme Inc\nJane Doe\nHauptstraße 42\n50667 Köln",
    invoicing_party: null,
    notes: "Payable within 14 days.",
    vat_number: null,
    issued_at: "2026-04-01",
    due_date: "2026-04-15",
    created_at: "2026-04-01T08:00:00Z",
    updated_at: "2026-04-01T09:00:00Z",
    customer_id: "4711",
    customer: null,
    reference: null,
    items: [item()],
    buyer: null,
    seller: null,
    documents: { pdf: null, xml: null, quote_pdf: null },
    ...changes,
  };
}

export function customer(changes: Partial<Customer> = {}): Customer {
  return {
    id: "4711",
    uuid: null,
    number: null,
    email: "jane@example.com",
    given_name: "Jane",
    family_name: "Doe",
    full_name: null,
    company: "Acme Inc",
    locale: "de",
    mobile: null,
    phone: null,
    created_at: null,
    address: null,
    custom_fields: [],
    ...changes,
  };
}

/** An earlier invoice to the same customer: not the first one, another amount. */
export const earlier: Invoice = invoice({
  id: "earlier-1",
  number: "R-2026-0001",
  status: "paid",
  status_word: "paid",
  total: decimal("100"),
  issued_at: "2026-01-10",
});

export const organization = { id: "org-1", name: "Doe Consulting", origin: ORIGIN, simulator: false };

export function context(changes: Partial<RiskContext> = {}): RiskContext {
  return { today: "2026-04-02", earlier: [earlier], earlier_complete: true, last_email: null, ...changes };
}

export function input(changes: Partial<PlanInput> = {}): PlanInput {
  return {
    invoice: invoice(),
    customer: customer(),
    organization,
    policy: defaultPolicy,
    context: context(),
    locale: "en",
    ...changes,
  };
}

export const sendPlan = (changes: Partial<PlanInput> = {}) => planSend(input(changes));
/** First invoice to the customer: level typed. */
export const typedPlan = () => sendPlan({ context: context({ earlier: [] }) });

export interface ScriptedAsker extends Asker {
  readonly forms: ApprovalForm[];
}

/** A client that answers its forms as told. */
export function asker(
  answer: (form: ApprovalForm) => Promise<FormAnswer> | FormAnswer = () => ({ action: "cancel" }),
  client: Partial<ClientFacts> = {},
  returned: Asker["returned"] = null,
): ScriptedAsker {
  const forms: ApprovalForm[] = [];
  return {
    forms,
    client: { form: true, apps: false, era: "push", progress: false, name: "test", version: "1", ...client },
    returned,
    async ask(form) {
      forms.push(form);
      return answer(form);
    },
  };
}

export interface Bench {
  readonly clock: HeldClock;
  readonly store: ApprovalStore;
  readonly events: string[];
  guard(changes?: Partial<GuardDeps>): ReturnType<typeof createGuard>;
}

/** A guard on a real store. The guards of one bench share it, like processes on one machine. */
export function bench(): Bench {
  const clock = new HeldClock();
  const store = openStore(":memory:").approvals;
  const events: string[] = [];
  return {
    clock,
    store,
    events,
    guard: (changes = {}) =>
      createGuard({
        store,
        clock,
        policy: defaultPolicy,
        confirm: "auto",
        terminalCommand: "invoicing-mcp approve",
        locale: "en",
        timeZone: "Europe/Berlin",
        log: (event) => events.push(event),
        ...changes,
      }),
  };
}

export const SUBJECT = 'send_invoice {"invoice_id":"9b1c2a6e-0001"}';
export const PRINCIPAL = "local:jane";
