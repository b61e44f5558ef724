import type { AddressRecord, CustomerRecord, InvoiceRecord, Party } from "../records.ts";
import { instant, localDay, TIME_ZONE, type World } from "../world.ts";

/** What a document gets when it leaves the draft: number, dates, recipient, buyer snapshot, lock. */
export function issue(world: World, invoice: InvoiceRecord, status: string): InvoiceRecord {
  const customer = invoice.customer_id === null ? undefined : world.store.customers.get(invoice.customer_id);
  const address = customer?.address_id ? world.store.addresses.get(customer.address_id) : undefined;
  const issued = invoice.issued_at ?? localDay(world.now());
  const fillDue = invoice.due_date === null && world.switches().due_date_on_send === "fill_14_days";
  return {
    ...invoice,
    status,
    number: invoice.number ?? nextNumber(world, seriesOf(world, invoice), issued.slice(0, 4)),
    issued_at: issued,
    due_date: fillDue ? localDay(Date.parse(`${issued}T12:00:00Z`) + 14 * 86_400_000) : invoice.due_date,
    recipient: invoice.recipient?.trim()
      ? invoice.recipient
      : customer
        ? addressBlock(customer, address) || null
        : null,
    buyer_data: customer ? buyerOf(customer, address, invoice.vat_number) : null,
    locked: true,
    updated_at: instant(world.now()),
  };
}

function seriesOf(world: World, invoice: InvoiceRecord): string {
  if (invoice.is_quote) return "AN";
  return invoice.is_cancellation && world.switches().credit_note_series === "own" ? "ST" : "RE";
}

/** Next free number of a series, `RE-2026-0031`. Numbers given by hand are skipped. */
function nextNumber(world: World, series: string, year: string): string {
  const id = `${series}-${year}`;
  const taken = new Set(world.store.invoices.all().map(({ number }) => number));
  const last = world.store.counters.get(id)?.value;
  let value = typeof last === "number" ? last : 0;
  let number: string;
  do {
    value += 1;
    number = `${id}-${String(value).padStart(4, "0")}`;
  } while (taken.has(number));
  world.store.counters.put({ id, value });
  return number;
}

function personOf(customer: CustomerRecord): string {
  return [customer.given_name, customer.family_name].filter((part) => part).join(" ");
}

function addressBlock(customer: CustomerRecord, address: AddressRecord | undefined): string {
  const place = [address?.zip_code, address?.city].filter((part) => part).join(" ");
  const country = address?.country_code && address.country_code !== "DE" ? address.country_code : null;
  return [customer.company, personOf(customer), address?.street_address, address?.address_line_2, place, country]
    .filter((line) => line)
    .join("\n");
}

function buyerOf(customer: CustomerRecord, address: AddressRecord | undefined, vatNumber: string | null): Party {
  return {
    company_name: customer.company,
    contact_name: personOf(customer) || null,
    address_line: address?.street_address ?? null,
    postal_code: address?.zip_code ?? null,
    city: address?.city ?? null,
    country_code: address?.country_code ?? null,
    timezone: TIME_ZONE,
    vat_number: vatNumber,
    ean: null,
  };
}
