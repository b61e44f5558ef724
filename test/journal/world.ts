import type { CustomerQuery, InvoiceQuery, InvoicesApi, Page, WriteEvidence } from "../../src/api/port.ts";
import type { Address, Customer, CustomerChanges, NewAddress, NewCustomer } from "../../src/domain/customer.ts";
import type { Invoice, InvoiceChanges, Item, ItemChanges, NewInvoice, NewItem } from "../../src/domain/invoice.ts";
import { type Decimal, decimal, zero } from "../../src/domain/money.ts";
import { itemTotals } from "../../src/domain/totals.ts";
import {
  type InvoicingError,
  NotFoundError,
  RateLimitedError,
  RejectedError,
  UnavailableError,
} from "../../src/errors.ts";
import type { Random } from "./random.ts";
import type { VirtualClock } from "./virtual-clock.ts";

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type StoredInvoice = Mutable<Omit<Invoice, "items">> & { items: Item[]; visible_at: number };
type StoredCustomer = Mutable<Customer> & { visible_at: number };

/** What one write does, drawn before it. */
export type Fault =
  | "none"
  | "empty_answer"
  | "not_sent"
  | "rejected"
  | "rate_limited"
  | "lost_before"
  | "lost_after"
  | "late";

export interface WorldRules {
  /** Share of writes that meet a fault. */
  readonly faults: number;
  /** Share of reads that fail. */
  readonly readFaults: number;
  /** Longest delay of a late effect. */
  readonly lateMs: number;
  /** Longest time until lists show a new resource. */
  readonly lagMs: number;
}

/**
 * The invoices API without any mercy: a repeated request does everything a second time (only set-paid has the guide's
 * 422), answers get lost, effects come late, lists lag. Counts every effect.
 */
export class World {
  readonly clock: VirtualClock;
  readonly random: Random;
  rules: WorldRules;
  /** Effects by what they did: `send_invoice inv-1`, `create_customer a@b`. */
  readonly effects = new Map<string, number>();
  /** Requests whose effect is still to come. */
  readonly pending = new Map<string, number>();
  /** How often each invoice was voided, by cancelling or by changing its recipient. */
  readonly voided = new Map<string, number>();
  writes = 0;
  faults = 0;
  #sequence = 0;
  readonly #invoices = new Map<string, StoredInvoice>();
  readonly #customers = new Map<string, StoredCustomer>();

  constructor(clock: VirtualClock, random: Random, rules: WorldRules) {
    this.clock = clock;
    this.random = random;
    this.rules = rules;
  }

  seedCustomer(email: string): string {
    return this.#addCustomer({ email, locale: "en" }, 0);
  }

  seedInvoice(customerId: string, status: "draft" | "sent", title: string): string {
    const id = this.#addInvoice({ currency: "EUR", calculate_from_net: true, customer_id: customerId }, 0);
    this.#addLine(id, { title, quantity: 1, tax_rate: decimal(19), amount: decimal(100) });
    const invoice = this.#invoice(id);
    if (status === "sent") {
      invoice.status = "sent";
      invoice.status_word = "sent";
      invoice.number = `R-${id}`;
    }
    return id;
  }

  /** As the dashboard can set a paid invoice back. */
  reopen(id: string): void {
    const invoice = this.#invoice(id);
    invoice.status = "sent";
    invoice.status_word = "sent";
  }

  count(effect: string): number {
    return this.effects.get(effect) ?? 0;
  }

  /** The API as one process sees it. `isAlive` false: its calls never come back. */
  api(isAlive: () => boolean, wrap: WriteWrapper = (_name, write) => write()): InvoicesApi {
    const read = async <T>(work: () => T): Promise<T> => {
      await this.#travel(isAlive);
      if (this.random.chance(this.rules.readFaults)) throw new UnavailableError("The API did not answer.");
      return work();
    };
    const write = <R>(effect: string, work: () => R | InvoicingError): Promise<WriteEvidence<R>> =>
      wrap(effect, () => this.#write(isAlive, effect, work));
    return {
      organization: () => Promise.resolve({ id: "org-1", name: "Org" }),
      listCustomers: (query) => read(() => this.#listCustomers(query)),
      getCustomer: (id) => read(() => this.#customer(id)),
      listInvoices: (query) => read(() => this.#listInvoices(query)),
      getInvoice: (id) => read(() => ({ ...this.#invoice(id), items: [...this.#invoice(id).items] })),
      readyToWrite: () => Promise.resolve({ take: () => true }),
      createCustomer: (customer) =>
        write(`create_customer ${customer.email}`, () => ({ id: this.#addCustomer(customer, this.#lag()) })),
      createAddress: (id, address) =>
        write(`create_address ${id} ${address.name}`, () => ({ id: this.#setAddress(id, address) })),
      createInvoice: (invoice) =>
        write(`create_invoice ${invoice.notes ?? ""}`, () => ({ id: this.#addInvoice(invoice, this.#lag()) })),
      updateInvoice: (id, changes) =>
        write(`update_invoice ${id} ${changes.notes ?? ""}`, () => ({
          id: this.#update(id, changes),
          invoice: { ...this.#invoice(id) },
        })),
      addItem: (id, item) =>
        write(`add_item ${id} ${item.title}`, () => {
          const line = this.#addLine(id, item);
          return { id: line, item: this.#invoice(id).items.find((one) => one.id === line) ?? null };
        }),
      updateCustomer: (id, changes) => write(`update_customer ${id}`, () => ({ id: this.#amend(id, changes) })),
      updateItem: (id, itemId, changes, fromNet) =>
        write(`update_item ${itemId}`, () => ({ id: this.#amendLine(id, itemId, changes, fromNet) })),
      removeItem: (id, itemId) => write(`remove_item ${itemId}`, () => this.#removeLine(id, itemId)),
      deleteInvoice: (id) => write(`delete_draft ${id}`, () => this.#delete(id)),
      sendInvoice: (id) => write(`send_invoice ${id}`, () => this.#send(id)),
      markPaid: (id) => write(`mark_paid ${id}`, () => this.#pay(id)),
      cancelInvoice: (id) => write(`cancel_invoice ${id}`, () => this.#cancel(id)),
      changeRecipient: (id, customer) =>
        write(`change_recipient ${id} ${customer}`, () => this.#transfer(id, customer)),
      fetchDocument: () => Promise.resolve(null),
    };
  }

  async #travel(isAlive: () => boolean): Promise<void> {
    await this.clock.sleep(this.random.between(5, 300));
    if (!isAlive()) await new Promise<never>(() => undefined);
  }

  #draw(): Fault {
    if (!this.random.chance(this.rules.faults)) return this.random.chance(0.3) ? "empty_answer" : "none";
    this.faults += 1;
    return this.random.pick([
      "not_sent",
      "rejected",
      "rate_limited",
      "lost_before",
      "lost_after",
      "lost_after",
      "late",
      "late",
      "empty_answer",
    ]);
  }

  async #write<R>(isAlive: () => boolean, effect: string, work: () => R | InvoicingError): Promise<WriteEvidence<R>> {
    this.writes += 1;
    const fault = this.#draw();
    const apply = (): R | InvoicingError => {
      const outcome = work();
      if (!(outcome instanceof Error)) this.effects.set(effect, this.count(effect) + 1);
      return outcome;
    };
    if (fault === "not_sent") {
      await this.#travel(isAlive);
      return { kind: "not_sent", error: new UnavailableError("Connection refused.") };
    }
    this.pending.set(effect, (this.pending.get(effect) ?? 0) + 1);
    const arrived = () => this.pending.set(effect, (this.pending.get(effect) ?? 1) - 1);
    // What left arrives, whether or not its sender lives on.
    const outcome = await new Promise<R | InvoicingError | null>((resolve) => {
      const processed = ["none", "empty_answer", "lost_after", "late"].includes(fault);
      const delay = fault === "late" ? this.random.between(1, this.rules.lateMs) : this.random.between(5, 300);
      this.clock.at(this.clock.now() + delay, () => {
        arrived();
        const result = processed ? apply() : null;
        if (fault !== "late") resolve(result);
      });
      if (fault === "late") this.clock.at(this.clock.now() + this.random.between(100, 25_000), () => resolve(null));
    });
    await this.#travel(isAlive);
    if (outcome instanceof Error) return { kind: "rejected", status: 422, error: outcome };
    switch (fault) {
      case "none":
        return { kind: "applied", resource: outcome };
      case "empty_answer":
        return { kind: "applied", resource: null };
      case "rejected":
        return {
          kind: "rejected",
          status: this.random.pick([400, 401, 403, 404, 405, 409, 415, 422]),
          error: new RejectedError("The API refused it."),
        };
      case "rate_limited":
        return {
          kind: "rejected",
          status: 429,
          error: new RateLimitedError("Too many requests.", { retry_after_ms: this.random.between(1, 60) * 1000 }),
        };
      default:
        return { kind: "unknown", status: null, reason: "connection lost" };
    }
  }

  #lag(): number {
    return this.random.between(0, this.rules.lagMs);
  }

  #id(kind: string): string {
    this.#sequence += 1;
    return `${kind}-${this.#sequence}`;
  }

  #invoice(id: string): StoredInvoice {
    const invoice = this.#invoices.get(id);
    if (!invoice) throw new NotFoundError("Not found.");
    return invoice;
  }

  #customer(id: string): StoredCustomer {
    const customer = this.#customers.get(id);
    if (!customer) throw new NotFoundError("Not found.");
    return customer;
  }

  #listCustomers(query: CustomerQuery): Page<Customer> {
    const email = query.email?.toLowerCase();
    const items = [...this.#customers.values()].filter(
      (one) => one.visible_at <= this.clock.now() && (email === undefined || one.email?.toLowerCase() === email),
    );
    return { items, page: 1, last_page: 1, total: items.length, unapplied: [] };
  }

  #listInvoices(query: InvoiceQuery): Page<Invoice> {
    const all = [...this.#invoices.values()]
      .filter((one) => one.visible_at <= this.clock.now())
      .filter((one) => query.customer_id === undefined || one.customer_id === query.customer_id)
      .reverse();
    const size = query.page_size ?? 30;
    const page = query.page ?? 1;
    const items = all
      .slice((page - 1) * size, page * size)
      .map((one) => ({ ...one, items: query.include_items ? [...one.items] : null }));
    return { items, page, last_page: Math.max(1, Math.ceil(all.length / size)), total: all.length, unapplied: [] };
  }

  #addCustomer(customer: NewCustomer, lag: number): string {
    const id = this.#id("cus");
    this.#customers.set(id, {
      id,
      uuid: id,
      number: null,
      email: customer.email,
      given_name: null,
      family_name: null,
      full_name: null,
      company: null,
      locale: customer.locale,
      mobile: null,
      phone: null,
      created_at: this.#stamp(),
      address: null,
      custom_fields: [],
      visible_at: this.clock.now() + lag,
    });
    return id;
  }

  #setAddress(id: string, address: NewAddress): string {
    const stored: Address = { ...address, id: this.#id("adr"), address_line_2: null };
    this.#customer(id).address = stored;
    return stored.id;
  }

  #stamp(): string {
    return new Date(Math.floor(this.clock.now() / 1000) * 1000).toISOString();
  }

  #addInvoice(invoice: NewInvoice, lag: number): string {
    const id = this.#id("inv");
    const stored: StoredInvoice = {
      ...blankInvoice(id),
      currency: invoice.currency,
      calculate_from_net: invoice.calculate_from_net,
      is_quote: invoice.is_quote ?? false,
      recipient: invoice.recipient ?? null,
      notes: invoice.notes ?? null,
      customer_id: invoice.customer_id ?? null,
      created_at: this.#stamp(),
      items: [],
      visible_at: this.clock.now() + lag,
    };
    this.#invoices.set(id, stored);
    return id;
  }

  #update(id: string, changes: InvoiceChanges): string {
    const invoice = this.#invoice(id);
    if (changes.notes !== undefined) invoice.notes = changes.notes;
    return id;
  }

  #addLine(id: string, item: NewItem): string {
    const invoice = this.#invoice(id);
    const stored: Item = {
      id: this.#id("item"),
      title: item.title,
      subtitle: item.subtitle ?? null,
      quantity: decimal(item.quantity),
      tax_rate: item.tax_rate,
      single_net_amount: item.amount,
      single_gross_amount: null,
    };
    invoice.items.push(stored);
    invoice.total = grossOf(invoice);
    return stored.id;
  }

  #amend(id: string, changes: CustomerChanges): string {
    Object.assign(this.#customer(id), changes);
    return id;
  }

  #amendLine(id: string, itemId: string, { amount, quantity, ...rest }: ItemChanges, fromNet: boolean): string {
    const invoice = this.#invoice(id);
    invoice.items = invoice.items.map((item) =>
      item.id !== itemId
        ? item
        : {
            ...item,
            ...rest,
            quantity: quantity === undefined ? item.quantity : decimal(quantity),
            ...(amount === undefined ? {} : { [fromNet ? "single_net_amount" : "single_gross_amount"]: amount }),
          },
    );
    invoice.total = grossOf(invoice);
    return itemId;
  }

  #removeLine(id: string, itemId: string): null | InvoicingError {
    const invoice = this.#invoice(id);
    if (!invoice.items.some((item) => item.id === itemId)) return new NotFoundError("Not found.");
    invoice.items = invoice.items.filter((item) => item.id !== itemId);
    invoice.total = grossOf(invoice);
    return null;
  }

  #delete(id: string): null | InvoicingError {
    return this.#invoices.delete(id) ? null : new NotFoundError("Not found.");
  }

  #send(id: string): null {
    const invoice = this.#invoice(id);
    invoice.status = "sent";
    invoice.status_word = "sent";
    invoice.number ??= `R-${id}`;
    return null;
  }

  #pay(id: string): null | InvoicingError {
    const invoice = this.#invoice(id);
    if (invoice.status !== "sent") return new RejectedError("invoice not in SENT status");
    invoice.status = "paid";
    invoice.status_word = "paid";
    return null;
  }

  #void(invoice: StoredInvoice): void {
    invoice.status = "void";
    invoice.status_word = "void";
    this.voided.set(invoice.id, (this.voided.get(invoice.id) ?? 0) + 1);
  }

  #cancel(id: string): null {
    const invoice = this.#invoice(id);
    this.#void(invoice);
    this.#copy(invoice, invoice.customer_id, true);
    return null;
  }

  #transfer(id: string, customerId: string): null {
    const invoice = this.#invoice(id);
    this.#void(invoice);
    this.#copy(invoice, customerId, false);
    return null;
  }

  #copy(original: StoredInvoice, customerId: string | null, credit: boolean): void {
    const id = this.#id("inv");
    this.#invoices.set(id, {
      ...original,
      id,
      number: `R-${id}`,
      status: "sent",
      status_word: "sent",
      is_cancellation: credit,
      customer_id: customerId,
      created_at: this.#stamp(),
      total: credit ? (original.total ?? zero).neg() : original.total,
      items: original.items.map((item) => ({ ...item, id: this.#id("item") })),
      visible_at: this.clock.now() + this.#lag(),
    });
  }
}

/** Stands between the engine and the world, to take one of the engine's safeguards away. */
export type WriteWrapper = <R>(effect: string, write: () => Promise<WriteEvidence<R>>) => Promise<WriteEvidence<R>>;

function grossOf(
  invoice: Pick<Invoice, "currency" | "calculate_from_net"> & { readonly items: readonly Item[] },
): Decimal {
  return itemTotals(invoice.items, invoice.calculate_from_net, invoice.currency)?.gross ?? zero;
}

function blankInvoice(id: string): Omit<Invoice, "items"> {
  return {
    id,
    number: null,
    status: "draft",
    status_word: "draft",
    currency: "EUR",
    total: zero,
    net_amount: null,
    tax_amount: null,
    vat_breakdown: [],
    is_quote: false,
    is_cancellation: false,
    is_credit: false,
    has_payment: false,
    locked: false,
    calculate_from_net: true,
    recipient: null,
    invoicing_party: null,
    notes: null,
    vat_number: null,
    issued_at: null,
    due_date: null,
    created_at: null,
    updated_at: null,
    customer_id: null,
    customer: null,
    reference: null,
    buyer: null,
    seller: null,
    documents: { pdf: null, xml: null, quote_pdf: null },
  };
}
