import type { InvoicesApi } from "../api/port.ts";
import { type Customer, customerName } from "../domain/customer.ts";
import { isId } from "../domain/ids.ts";
import type { Invoice } from "../domain/invoice.ts";
import { oneLine } from "../domain/untrusted.ts";
import { PAGE_SIZE } from "./scan.ts";

/**
 * What can be completed while a person types. Names are shown to people, ids go into addresses.
 * - `customer`: a name, or the e-mail where two customers share the name.
 * - `invoice_number`: numbers of recent invoices.
 */
export type Completes = "customer" | "customer_id" | "invoice_number" | "invoice_id";

export interface Completion {
  readonly values: string[];
  readonly hasMore: boolean;
}

const NOTHING: Completion = { values: [], hasMore: false };

const MOST_VALUES = 20;
const LONGEST_INPUT = 100;
/** Typing goes on meanwhile: a late suggestion is worth nothing. */
const PATIENCE_MS = 4_000;

/** One page of the API at most. Never throws: without an answer there is no suggestion. */
export async function complete(
  what: Completes | undefined,
  typed: string,
  connect: () => Promise<InvoicesApi>,
  signal: AbortSignal,
): Promise<Completion> {
  if (what === undefined) return NOTHING;
  const wanted = oneLine(typed.slice(0, LONGEST_INPUT).replace(/^#/, "")).toLowerCase();
  try {
    const api = await connect();
    const options = { signal: AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]) };
    const search = wanted === "" ? {} : { search: wanted };
    const values =
      what === "customer" || what === "customer_id"
        ? customerValues((await api.listCustomers({ ...search, page_size: PAGE_SIZE }, options)).items, what)
        : invoiceValues(
            (await api.listInvoices({ ...search, sort: "-created_at", page_size: PAGE_SIZE }, options)).items,
            what,
          ).filter((value) => value.toLowerCase().includes(wanted));
    return bounded(values, wanted);
  } catch {
    return NOTHING;
  }
}

function customerValues(customers: readonly Customer[], what: "customer" | "customer_id"): string[] {
  if (what === "customer_id") return customers.map((customer) => customer.id);
  const names = customers.map((customer) => oneLine(customer.company || customerName(customer), 80));
  return customers.map((customer, at) => {
    const name = names[at] ?? "";
    const shared = names.filter((one) => one === name).length > 1;
    return shared && customer.email !== null ? oneLine(customer.email, 254) : name;
  });
}

function invoiceValues(invoices: readonly Invoice[], what: "invoice_number" | "invoice_id"): string[] {
  return invoices.flatMap(({ id, number }) => {
    const shown = number === null || number === "" ? null : oneLine(number, 60);
    if (what === "invoice_number") return shown === null ? [] : [shown];
    // An address takes a number as well, where it could be an id; a person recognises it.
    return [shown !== null && isId(shown) ? shown : id];
  });
}

/** Those that begin with what was typed come first. */
function bounded(values: readonly string[], wanted: string): Completion {
  const unique = [...new Set(values)].filter((value) => value !== "");
  const begins = (value: string) => value.toLowerCase().startsWith(wanted);
  const sorted = [...unique.filter(begins), ...unique.filter((value) => !begins(value))];
  return { values: sorted.slice(0, MOST_VALUES), hasMore: sorted.length > MOST_VALUES };
}
