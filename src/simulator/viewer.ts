import { html } from "hono/html";
import { amountText, documentTotals } from "./amounts.ts";
import type { InvoiceRecord } from "./records.ts";
import { itemsOf, SELLER } from "./resources.ts";
import type { World } from "./world.ts";

const STYLE = `body{font:15px/1.45 system-ui,sans-serif;margin:2rem auto;max-width:64rem;padding:0 1rem;color-scheme:light dark}
table{border-collapse:collapse;width:100%;margin-bottom:2rem}th,td{text-align:left;padding:.3rem .6rem;border-bottom:1px solid #8884;vertical-align:top}
td.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}pre{white-space:pre-wrap;margin:0;font:inherit}`;

/** Invoices and outbox for a person to look at. Every value is escaped by `html`. */
export function viewerPage(world: World) {
  const invoices = world.store.invoices.all().reverse();
  const mails = world.store.outbox.all().reverse();
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Simulator: ${SELLER.trading_name}</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"><style>${STYLE}</style></head>
<body><h1>${SELLER.trading_name} (simulator)</h1>
<p>Clock: ${new Date(world.now()).toISOString()}. Nothing here is real; no e-mail leaves this machine.</p>
<h2>Outbox (${mails.length})</h2>
<table><thead><tr><th>At</th><th>To</th><th>Subject</th><th>Text</th></tr></thead><tbody>${mails.map(
    (mail) =>
      html`<tr><td>${mail.at}</td><td>${mail.to}</td><td>${mail.subject}</td><td><pre>${mail.text}</pre></td></tr>`,
  )}</tbody></table>
<h2>Invoices (${invoices.length})</h2>
<table><thead><tr><th>Number</th><th>Kind</th><th>Status</th><th>Recipient</th><th>Issued</th><th>Due</th><th>Total</th></tr></thead><tbody>${invoices.map(
    (invoice) => row(world, invoice),
  )}</tbody></table></body></html>`;
}

function row(world: World, invoice: InvoiceRecord) {
  const customer = invoice.customer_id === null ? undefined : world.store.customers.get(invoice.customer_id);
  const name = customer?.company ?? [customer?.given_name, customer?.family_name].filter((part) => part).join(" ");
  const { gross } = documentTotals(itemsOf(world, invoice.id), invoice.currency, world.switches().rounding);
  const kind = invoice.is_quote ? "quote" : invoice.is_cancellation ? "credit note" : "invoice";
  return html`<tr><td>${invoice.number ?? "-"}</td><td>${kind}</td><td>${invoice.status}</td><td>${invoice.recipient?.split("\n")[0] || name || "-"}</td><td>${invoice.issued_at ?? "-"}</td><td>${invoice.due_date ?? "-"}</td><td class="n">${amountText(gross, invoice.currency)}</td></tr>`;
}
