import { createHash } from "node:crypto";
import { unitPrices } from "../amounts.ts";
import type { CustomerRecord, InvoiceRecord } from "../records.ts";
import { cancelInvoice } from "../rules/actions.ts";
import { issue } from "../rules/issue.ts";
import { instant, localDay, type World } from "../world.ts";
import { DOCUMENTS, type PlannedDocument } from "./documents.ts";
import { CUSTOM_FIELDS, PEOPLE, type Person, REFERENCES } from "./people.ts";

const DAY = 86_400_000;

/** Fills an empty store with a small firm's books. Ids are the same in every simulator; dates follow its clock. */
export function seedFirm(world: World): void {
  const seeded: World = { ...world, newId: idSequence("firm") };
  const { store } = world;
  for (const field of CUSTOM_FIELDS) store.custom_fields.put(field);
  const customers = new Map(PEOPLE.map((person, index) => [person.key, seedPerson(seeded, person, index)]));
  for (const { customer, ...reference } of REFERENCES) {
    const at = instant(world.now() - 160 * DAY);
    const owner = customers.get(customer);
    if (owner === undefined) throw new Error(`The seed has no customer ${customer}.`);
    store.references.put({ ...reference, customer_id: owner.id, starts_at: at, created_at: at, updated_at: at });
  }
  const cancellations: { readonly at: number; readonly id: string }[] = [];
  for (const document of DOCUMENTS) {
    const at = world.now() - document.ago * DAY;
    // Numbers of credit notes ascend with time among the invoices' own.
    while (cancellations[0] !== undefined && cancellations[0].at <= at) cancelSeeded(seeded, cancellations.shift());
    const invoice = seedDocument(seeded, document, customers);
    if (document.cancelled !== undefined) {
      cancellations.push({ at: world.now() - document.cancelled * DAY, id: invoice.id });
    }
  }
  for (const cancellation of cancellations) cancelSeeded(seeded, cancellation);
  for (const { id } of store.effects.all()) store.effects.delete(id);
}

function seedPerson(world: World, person: Person, index: number): CustomerRecord {
  const created_at = instant(world.now() - (170 - index) * DAY);
  const uuid = world.newId();
  const id = person.legacy_id ?? uuid;
  const { address } = person;
  const address_id = address === null ? null : world.newId();
  if (address !== null && address_id !== null) {
    const [street_address, zip_code, city, country_code] = address;
    world.store.addresses.put({
      id: address_id,
      customer_id: id,
      name: person.company ?? `${person.given_name ?? ""} ${person.family_name ?? ""}`.trim(),
      street_address,
      address_line_2: null,
      zip_code,
      city,
      area: null,
      country_code,
      created_at,
      updated_at: created_at,
    });
  }
  return world.store.customers.put({
    id,
    uuid,
    number: String(10_001 + index),
    locale: person.locale,
    title: null,
    given_name: person.given_name,
    family_name: person.family_name,
    email: person.email,
    mobile: person.mobile ?? null,
    phone: person.phone ?? null,
    company: person.company,
    notes: person.notes ?? null,
    custom: Object.fromEntries(
      CUSTOM_FIELDS.flatMap((field, at) => {
        const value = person.custom?.[at] ?? null;
        return value === null ? [] : [[field.id, value]];
      }),
    ),
    address_id,
    created_at,
    updated_at: created_at,
  });
}

function seedDocument(
  world: World,
  planned: PlannedDocument,
  customers: ReadonlyMap<string, CustomerRecord>,
): InvoiceRecord {
  const at = world.now() - planned.ago * DAY;
  const then: World = { ...world, now: () => at };
  const reference = REFERENCES.find(({ number }) => number === planned.reference);
  const currency = planned.currency ?? "EUR";
  const draft: InvoiceRecord = {
    id: world.newId(),
    number: null,
    status: "draft",
    currency,
    recipient: planned.recipient ?? null,
    invoicing_party: null,
    calculate_from_net: planned.gross !== true,
    issued_at: null,
    due_date: planned.due === undefined ? null : localDay(at + planned.due * DAY),
    notes: planned.notes ?? null,
    vat_number: planned.vat_number ?? null,
    is_quote: planned.quote === true,
    is_cancellation: false,
    is_credit: false,
    locked: false,
    customer_id: planned.customer === null ? null : (customers.get(planned.customer)?.id ?? null),
    reference: reference === undefined ? null : { type: reference.type, id: reference.id },
    buyer_data: null,
    access_token: world.newSecret(),
    created_at: instant(at),
    updated_at: instant(at),
  };
  const invoice = world.store.invoices.put(planned.status === "draft" ? draft : issue(then, draft, planned.status));
  for (const [title, quantity, amount, taxRate, subtitle] of planned.items) {
    world.store.items.put({
      id: world.newId(),
      invoice_id: invoice.id,
      title,
      subtitle: subtitle ?? null,
      quantity,
      tax_rate: taxRate,
      from_net: draft.calculate_from_net,
      ...unitPrices(amount, draft.calculate_from_net, taxRate, currency),
      created_at: instant(at),
      updated_at: instant(at),
    });
  }
  return invoice;
}

function cancelSeeded(world: World, cancellation: { readonly at: number; readonly id: string } | undefined): void {
  const invoice = cancellation && world.store.invoices.get(cancellation.id);
  if (cancellation === undefined || invoice === undefined) return;
  cancelInvoice({ ...world, now: () => cancellation.at }, invoice, (step) => step !== "mail");
}

/** UUIDs that are the same in every run. */
function idSequence(name: string): () => string {
  let count = 0;
  return () => {
    count += 1;
    const hex = createHash("sha256").update(`${name}-${count}`).digest("hex");
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
  };
}
