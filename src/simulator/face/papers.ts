import { html } from "hono/html";
import { decimalText, documentTotals } from "../amounts.ts";
import type { CustomerRecord, InvoiceRecord, ItemRecord } from "../records.ts";
import { itemsOf, SELLER } from "../resources.ts";
import { localDay, TIME_ZONE, type World } from "../world.ts";
import { effectRows, mailRows } from "./happened.ts";
import type { Markup } from "./page.ts";
import { money, type Words, when } from "./words.ts";

export function kindOf(invoice: InvoiceRecord, words: Words): string {
  if (invoice.is_cancellation) return words.kind.credit_note;
  if (invoice.is_quote) return words.kind.quote;
  return invoice.status === "draft" ? words.kind.draft : words.kind.invoice;
}

/** The status that matters to a person: one that is sent and late is overdue. */
export function stateOf(
  world: World,
  { status, due_date, is_quote, is_cancellation }: InvoiceRecord,
): keyof Words["status"] {
  if (status === "draft" || status === "paid") return status;
  if (status !== "sent") return "void";
  const isLate = !is_quote && !is_cancellation && due_date !== null && due_date < localDay(world.now());
  return isLate ? "overdue" : "sent";
}

export function stateMark(world: World, invoice: InvoiceRecord, words: Words): Markup {
  const state = stateOf(world, invoice);
  return html`<span class="state ${state}">${words.status[state]}</span>`;
}

export function nameOf(customer: CustomerRecord | undefined): string {
  if (customer === undefined) return "–";
  const person = [customer.given_name, customer.family_name].filter(Boolean).join(" ");
  return customer.company && person !== ""
    ? `${customer.company} (${person})`
    : customer.company || person || customer.email;
}

export function customerOf(world: World, { customer_id }: InvoiceRecord): CustomerRecord | undefined {
  return customer_id === null ? undefined : world.store.customers.get(customer_id);
}

export function grossOf(world: World, invoice: InvoiceRecord, words: Words): string {
  const { gross } = documentTotals(itemsOf(world, invoice.id), invoice.currency, world.switches().rounding);
  return money(decimalText(gross, invoice.currency), invoice.currency, words);
}

/** One invoice as the document it is, with what went out and what became of it. */
export function invoicePaper(world: World, invoice: InvoiceRecord, words: Words): Markup {
  const customer = customerOf(world, invoice);
  const day = (text: string | null) => when(text, words, TIME_ZONE);
  const fact = (label: string, value: Markup | string | null) =>
    value === null ? "" : html`<div><dt>${label}</dt><dd>${value}</dd></div>`;
  const link = (kind: "pdf" | "xml") =>
    `/documents/invoices/${encodeURIComponent(invoice.id)}/${kind}?access_token=${invoice.access_token}`;
  const { pdf_link, xml_link } = world.switches();
  const recipient = invoice.recipient?.trim() ?? "";
  return html`<article class="box sheet"><header>
<div><p class="soft">${words.recipient}</p>${
    recipient === ""
      ? html`<p class="missing">${customer === undefined ? words.noRecipient : words.addressOnSending}</p>`
      : html`<address>${recipient}</address>`
  }</div>
<div class="from"><strong>${SELLER.name}</strong><br>${SELLER.address_line}<br>${SELLER.postal_code} ${SELLER.city}<br>${SELLER.vat_number}<br>${SELLER.contact_email}${
    invoice.invoicing_party ? html`<address>${invoice.invoicing_party}</address>` : ""
  }</div></header>
<h1>${kindOf(invoice, words)} ${invoice.number ?? ""} ${stateMark(world, invoice, words)}</h1>
<dl class="facts">${fact(words.issued, day(invoice.issued_at))}${fact(words.due, day(invoice.due_date))}${fact(
    words.customer,
    customer === undefined
      ? null
      : html`<a href="/_simulator/customers/${encodeURIComponent(customer.id)}">${nameOf(customer)}</a>`,
  )}${fact(words.vatNumber, invoice.vat_number)}${fact(words.reference, referenceOf(world, invoice))}</dl>
${linesOf(world, invoice, words)}
${invoice.notes ? html`<div class="notes"><p class="soft">${words.notes}</p>${invoice.notes}</div>` : ""}</article>
<div class="box after"><div class="buttons">${
    pdf_link === "absent" ? "" : html`<a href="${link("pdf")}">${words.pdf}</a>`
  }${xml_link === "absent" ? "" : html`<a href="${link("xml")}">${words.xml}</a>`}</div>
<h2>${words.mails}</h2>${mailRows(
    world.store.outbox
      .all()
      .filter(({ invoice_id }) => invoice_id === invoice.id)
      .reverse(),
    words,
  )}<h2>${words.history}</h2>${effectRows(
    world,
    world.store.effects
      .all()
      .filter(({ resource_id }) => resource_id === invoice.id)
      .reverse(),
    words,
  )}</div>`;
}

function referenceOf({ store }: World, { reference }: InvoiceRecord): Markup | string | null {
  if (reference === null) return null;
  const original = reference.type === "invoices" ? store.invoices.get(reference.id) : undefined;
  if (original === undefined) return store.references.get(reference.id)?.number ?? `${reference.type} ${reference.id}`;
  return html`<a href="/_simulator/invoices/${encodeURIComponent(original.id)}">${original.number ?? original.id}</a>`;
}

function linesOf(world: World, invoice: InvoiceRecord, words: Words): Markup {
  const items = itemsOf(world, invoice.id);
  const { currency, calculate_from_net: fromNet } = invoice;
  const totals = documentTotals(items, currency, world.switches().rounding);
  const amount = (value: string) => money(value, currency, words);
  const price = (item: ItemRecord) =>
    amount(unitPrice(fromNet ? item.single_net_amount : item.single_gross_amount, currency));
  const lineAmount = (item: ItemRecord) => {
    const { net, gross } = documentTotals([item], currency, world.switches().rounding);
    return decimalText(fromNet ? net : gross, currency);
  };
  if (items.length === 0) return html`<p class="missing">${words.noLines}</p>`;
  return html`<div class="scroll"><table><caption>${fromNet ? words.netPrices : words.grossPrices}</caption>
<thead><tr><th scope="col">${words.description}</th><th scope="col" class="n later">${words.quantity}</th><th scope="col" class="n later">${words.unitPrice}</th><th scope="col" class="n">${words.tax}</th><th scope="col" class="n">${words.amount}</th></tr></thead>
<tbody>${items.map(
    (item) =>
      html`<tr><td>${item.title}${item.subtitle ? html`<br><span class="soft">${item.subtitle}</span>` : ""}<span class="soft narrow">${item.quantity} × ${price(item)}</span></td><td class="n later">${item.quantity}</td><td class="n later">${price(item)}</td><td class="n">${item.tax_rate} %</td><td class="n">${amount(lineAmount(item))}</td></tr>`,
  )}</tbody></table></div>
<dl class="sums"><div><dt>${words.net}</dt><dd>${amount(decimalText(totals.net, currency))}</dd></div>${totals.breakdown.map(
    ({ rate, tax }) =>
      html`<div><dt>${words.tax} ${rate.toFixed()} %</dt><dd>${amount(decimalText(tax, currency))}</dd></div>`,
  )}<div class="gross"><dt>${words.gross}</dt><dd>${amount(decimalText(totals.gross, currency))}</dd></div></dl>`;
}

/** To the cent, and as exact as it was given where it is finer. */
function unitPrice(value: string, currency: string): string {
  const rounded = decimalText(value, currency);
  return value.length > rounded.length ? value : rounded;
}
