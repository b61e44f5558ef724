import { unitPrices } from "../amounts.ts";
import type { CustomerRecord, InvoiceRecord } from "../records.ts";
import { issue } from "../rules/issue.ts";
import { instant, localDay, type World } from "../world.ts";

const DAY = 86_400_000;
/** Adds `count` invoices with two lines each, and a customer for every `perCustomer` of them. For load tests. */
export function seedMany(world: World, count: number, perCustomer: number): void {
  const { store } = world;
  let customer: CustomerRecord | undefined;
  for (let index = 0; index < count; index += 1) {
    const at = world.now() - (count - index) * 60_000;
    if (customer === undefined || index % perCustomer === 0) customer = store.customers.put(person(world, at));
    const draft: InvoiceRecord = {
      id: world.newId(),
      number: null,
      status: "draft",
      currency: "EUR",
      recipient: null,
      invoicing_party: null,
      calculate_from_net: true,
      issued_at: null,
      due_date: localDay(at + 14 * DAY),
      notes: null,
      vat_number: null,
      is_quote: false,
      is_cancellation: false,
      is_credit: false,
      locked: false,
      customer_id: customer.id,
      reference: null,
      buyer_data: null,
      access_token: world.newSecret(),
      created_at: instant(at),
      updated_at: instant(at),
    };
    // Numbered here: looking for the next free number costs a pass over all invoices.
    const numbered = { ...draft, number: `MA-${String(index + 1).padStart(7, "0")}` };
    store.invoices.put(
      index % 4 === 0 ? draft : issue({ ...world, now: () => at }, numbered, index % 4 === 1 ? "sent" : "paid"),
    );
    for (const [title, amount] of [
      ["Coworking", "119.00"],
      ["Meetingraum", "35.00"],
    ] as const) {
      store.items.put({
        id: world.newId(),
        invoice_id: draft.id,
        title,
        subtitle: null,
        quantity: 1 + (index % 5),
        tax_rate: "19",
        from_net: true,
        ...unitPrices(amount, true, "19", "EUR"),
        created_at: instant(at),
        updated_at: instant(at),
      });
    }
  }
}

function person(world: World, at: number): CustomerRecord {
  const id = world.newId();
  const number = world.store.customers.size + 10_001;
  return {
    id,
    uuid: id,
    number: String(number),
    locale: number % 2 === 0 ? "de" : "en",
    title: null,
    given_name: "Kim",
    family_name: `Kunde ${number}`,
    email: `kunde-${number}@viele.example`,
    mobile: null,
    phone: null,
    company: `Firma ${number} GmbH`,
    notes: null,
    custom: {},
    address_id: null,
    created_at: instant(at),
    updated_at: instant(at),
  };
}
