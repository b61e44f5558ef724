import { html } from "hono/html";
import type { AddressRecord, CustomerRecord, InvoiceRecord } from "../records.ts";
import { TIME_ZONE, type World } from "../world.ts";
import { effectRows, mailRows } from "./happened.ts";
import type { Markup } from "./page.ts";
import { customerOf, grossOf, kindOf, nameOf, stateMark, stateOf } from "./papers.ts";
import { type Words, when } from "./words.ts";

/** Rows of a list; a firm of thousands is searched, not scrolled. */
const MOST = 200;
const STATES = ["draft", "sent", "overdue", "paid", "void"] as const;

export function overview(world: World, words: Words): Markup {
  const { store } = world;
  const invoices = store.invoices.all();
  const inState = (...states: readonly (typeof STATES)[number][]) =>
    invoices.filter(
      (invoice) => !invoice.is_quote && !invoice.is_cancellation && states.includes(stateOf(world, invoice)),
    ).length;
  const tile = (label: string, count: number, path: string) =>
    html`<a href="/_simulator/${path}"><b>${count}</b><span>${label}</span></a>`;
  return html`<h1>${words.nav[""]}</h1><div class="tiles">
${tile(words.count.drafts, inState("draft"), "invoices?state=draft")}
${tile(words.count.open, inState("sent", "overdue"), "invoices?state=sent")}
${tile(words.count.overdue, inState("overdue"), "invoices?state=overdue")}
${tile(words.count.paid, inState("paid"), "invoices?state=paid")}
${tile(words.count.customers, store.customers.size, "customers")}
${tile(words.count.mails, store.outbox.size, "mails")}</div>
<section class="box"><h2>${words.lastMails}</h2>${mailRows(store.outbox.all().slice(-5).reverse(), words)}</section>
<section class="box"><h2>${words.lastEffects}</h2>${effectRows(world, store.effects.all().slice(-15).reverse(), words)}</section>`;
}

export function invoiceList(
  world: World,
  asked: { readonly state: string; readonly search: string },
  words: Words,
): Markup {
  const wanted = asked.search.trim().toLowerCase();
  const found = world.store.invoices
    .all()
    .filter(
      (invoice) =>
        // "Open" includes what is late.
        asked.state === "" ||
        stateOf(world, invoice) === asked.state ||
        (asked.state === "sent" && invoice.status === "sent"),
    )
    .filter((invoice) => wanted === "" || searched(world, invoice).includes(wanted))
    .reverse();
  return html`<h1>${words.nav.invoices}</h1><form class="find" role="search">
<div><label for="search">${words.search}</label><input id="search" type="search" name="search" value="${asked.search}"></div>
<div><label for="state">${words.statusColumn}</label><select id="state" name="state"><option value="">${words.all}</option>${STATES.map(
    (state) =>
      html`<option value="${state}"${state === asked.state ? html` selected` : ""}>${words.status[state]}</option>`,
  )}</select></div><button>${words.show}</button></form>
<section class="box">${invoiceTable(world, found.slice(0, MOST), words)}${found.length > MOST ? html`<p class="soft">${words.newest(MOST, found.length)}</p>` : ""}</section>`;
}

function searched(world: World, invoice: InvoiceRecord): string {
  return [invoice.number, invoice.recipient, nameOf(customerOf(world, invoice)), invoice.notes]
    .join("\n")
    .toLowerCase();
}

function invoiceTable(world: World, invoices: readonly InvoiceRecord[], words: Words): Markup {
  if (invoices.length === 0) return html`<p class="soft">${words.nothingFound}</p>`;
  const day = (text: string | null) => when(text, words, TIME_ZONE);
  return html`<div class="scroll"><table class="list" role="table"><thead role="rowgroup"><tr role="row"><th role="columnheader" scope="col">${words.number}</th><th role="columnheader" scope="col">${words.recipient}</th><th role="columnheader" scope="col">${words.statusColumn}</th><th role="columnheader" scope="col" class="later">${words.issued}</th><th role="columnheader" scope="col" class="later">${words.due}</th><th role="columnheader" scope="col" class="n">${words.total}</th></tr></thead><tbody role="rowgroup">${invoices.map(
    (invoice) =>
      html`<tr role="row"><td role="cell"><a href="/_simulator/invoices/${encodeURIComponent(invoice.id)}">${invoice.number ?? kindOf(invoice, words)}</a>${invoice.is_quote || invoice.is_cancellation ? html`<br><span class="soft">${kindOf(invoice, words)}</span>` : ""}</td><td role="cell">${invoice.recipient?.trim().split("\n")[0] || nameOf(customerOf(world, invoice))}</td><td role="cell">${stateMark(world, invoice, words)}</td><td role="cell" class="day later">${day(invoice.issued_at)}</td><td role="cell" class="day later">${day(invoice.due_date)}</td><td role="cell" class="n">${grossOf(world, invoice, words)}</td></tr>`,
  )}</tbody></table></div>`;
}

export function customerList({ store }: World, search: string, words: Words): Markup {
  const wanted = search.trim().toLowerCase();
  const found = store.customers
    .all()
    .filter(
      (customer) =>
        wanted === "" || `${nameOf(customer)}\n${customer.email}\n${customer.number}`.toLowerCase().includes(wanted),
    )
    .reverse();
  return html`<h1>${words.nav.customers}</h1><form class="find" role="search"><div><label for="search">${words.search}</label><input id="search" type="search" name="search" value="${search}"></div><button>${words.show}</button></form>
<section class="box">${
    found.length === 0
      ? html`<p class="soft">${words.nothingFound}</p>`
      : html`<div class="scroll"><table class="list" role="table"><thead role="rowgroup"><tr role="row"><th role="columnheader" scope="col">${words.name}</th><th role="columnheader" scope="col">${words.email}</th><th role="columnheader" scope="col">${words.address}</th></tr></thead><tbody role="rowgroup">${found
          .slice(0, MOST)
          .map(
            (customer) =>
              html`<tr role="row"><td role="cell"><a href="/_simulator/customers/${encodeURIComponent(customer.id)}">${nameOf(customer)}</a></td><td role="cell">${customer.email}</td><td role="cell">${addressLine(addressOf(store, customer), words)}</td></tr>`,
          )}</tbody></table></div>${found.length > MOST ? html`<p class="soft">${words.newest(MOST, found.length)}</p>` : ""}`
  }</section>`;
}

export function customerSheet(world: World, customer: CustomerRecord, words: Words): Markup {
  const { store } = world;
  const address = addressOf(store, customer);
  const invoices = store.invoices.all().filter(({ customer_id }) => customer_id === customer.id);
  const fact = (label: string, value: string | null) =>
    value === null || value === "" ? "" : html`<div><dt>${label}</dt><dd>${value}</dd></div>`;
  return html`<section class="box"><h1>${nameOf(customer)}</h1><dl class="facts">${fact(words.email, customer.email)}${fact(words.number, customer.number)}${fact(words.address, addressLine(address, words))}${fact(words.notes, customer.notes)}${store.custom_fields
    .all()
    .map(({ id, label }) =>
      fact(label, customer.custom[id] === undefined ? null : String(customer.custom[id])),
    )}</dl></section>
<section class="box"><h2>${words.invoicesOf}</h2>${invoiceTable(world, invoices.reverse().slice(0, MOST), words)}</section>`;
}

export function outbox({ store }: World, words: Words): Markup {
  const mails = store.outbox.all().reverse();
  return html`<h1>${words.nav.mails}</h1><section class="box">${mailRows(mails.slice(0, MOST), words)}${mails.length > MOST ? html`<p class="soft">${words.newest(MOST, mails.length)}</p>` : ""}</section>`;
}

function addressOf(store: World["store"], { address_id }: CustomerRecord): AddressRecord | undefined {
  return address_id === null ? undefined : store.addresses.get(address_id);
}

function addressLine(address: AddressRecord | undefined, words: Words): string {
  if (address === undefined) return words.noAddress;
  const { name, street_address, address_line_2, zip_code, city, country_code } = address;
  return [name, street_address, address_line_2, [zip_code, city].filter(Boolean).join(" "), country_code]
    .filter(Boolean)
    .join(", ");
}
