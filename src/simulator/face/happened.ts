import { html } from "hono/html";
import type { Effect, OutboxMail } from "../records.ts";
import { TIME_ZONE, type World } from "../world.ts";
import type { Markup } from "./page.ts";
import { type Words, when } from "./words.ts";

/** E-mails that would have gone out, each in full. */
export function mailRows(mails: readonly OutboxMail[], words: Words): Markup {
  if (mails.length === 0) return html`<p class="soft">${words.noMails}</p>`;
  return html`<ul class="rows">${mails.map(
    (mail) => html`<li><details id="mail${mail.id}"><summary><strong>${mail.subject}</strong>
<div class="line"><span>${words.to} ${mail.to}</span><span class="soft day">${when(mail.at, words, TIME_ZONE)}</span></div></summary>
<pre>${mail.text}</pre><p><a href="/_simulator/invoices/${encodeURIComponent(mail.invoice_id)}">${words.kind.invoice}</a></p></details></li>`,
  )}</ul>`;
}

/** Changes of state, in the words of the API's own events, each with the document or customer it concerns. */
export function effectRows(world: World, effects: readonly Effect[], words: Words): Markup {
  if (effects.length === 0) return html`<p class="soft">${words.noEffects}</p>`;
  return html`<ul class="rows">${effects.map(
    (effect) =>
      html`<li class="line"><span><code>${effect.kind}</code> ${subject(world, effect)}</span><span class="soft day">${when(effect.at, words, TIME_ZONE)}</span></li>`,
  )}</ul>`;
}

function subject({ store }: World, { resource_type, resource_id }: Effect): Markup | string {
  const to = (place: string, id: string, name: string) =>
    html`<a href="/_simulator/${place}/${encodeURIComponent(id)}">${name}</a>`;
  if (resource_type === "items") {
    const item = store.items.get(resource_id);
    return item === undefined ? "" : to("invoices", item.invoice_id, item.title);
  }
  const invoice = store.invoices.get(resource_id);
  if (invoice !== undefined)
    return to("invoices", invoice.id, invoice.number ?? invoice.recipient?.split("\n")[0] ?? invoice.id);
  const customer = store.customers.get(resource_id);
  return customer === undefined ? "" : to("customers", customer.id, customer.company ?? customer.email);
}
