import { z } from "zod";
import { type Customer, customerName } from "../domain/customer.ts";
import { isId } from "../domain/ids.ts";
import { formatMoney } from "../domain/money.ts";
import { cited, inert, oneLine } from "../domain/untrusted.ts";
import { NotFoundError } from "../errors.ts";
import type { ReadContext } from "./context.ts";
import { PAGE_SIZE } from "./scan.ts";

/** A customer that could be meant, with what tells it apart. */
export const candidateData = z.object({
  customer_id: z.string(),
  name: z.string(),
  email: z.string().optional(),
  city: z.string().optional(),
  last_invoice: z.string().optional(),
});
export type Candidate = z.infer<typeof candidateData>;

export type Resolution =
  | { readonly is: "one"; readonly customer: Customer }
  | { readonly is: "none" }
  /** One comes close, short of certain: it is put to the person, never taken. */
  | { readonly is: "similar"; readonly candidate: Candidate }
  | { readonly is: "several"; readonly candidates: readonly Candidate[] };

const MAX_CANDIDATES = 5;
const SEARCH_PAGES = 3;

/** Finds who is meant by an id, an e-mail or a name. Anything short of certain is a question, never a guess. */
export async function resolveCustomer(wanted: string, context: ReadContext): Promise<Resolution> {
  const text = wanted.trim();
  const options = { signal: context.signal };
  if (looksLikeId(text)) {
    try {
      return { is: "one", customer: await context.api.getCustomer(text, options) };
    } catch (error) {
      if (error instanceof NotFoundError) return { is: "none" };
      throw error;
    }
  }
  if (text.includes("@")) {
    const page = await context.api.listCustomers({ email: text }, options);
    return decide(
      page.items.filter((customer) => customer.email?.toLowerCase() === text.toLowerCase()),
      context,
    );
  }
  const { hits, complete } = await search(text, context);
  const exact = hits.filter((customer) => names(customer).includes(plain(text)));
  // A second one of the same name may stand where nobody looked.
  if (exact.length > 1 || (exact.length === 1 && complete)) return decide(exact, context);
  // A part of a name is enough only when nobody else could be meant; a search may also hit an e-mail or a phone number.
  const words = plain(text).split(" ");
  const close = hits.filter((customer) => {
    const known = names(customer).join(" ");
    return words.every((word) => known.includes(word));
  });
  if (close.length === 1 && hits.length === 1 && complete) return decide(close, context);
  const shown = [exact, close, hits].find((some) => some.length > 0) ?? [];
  const [one, ...others] = await candidates(shown, context);
  if (one === undefined) return { is: "none" };
  return others.length === 0 ? { is: "similar", candidate: one } : { is: "several", candidates: [one, ...others] };
}

/** All hits of a search, up to 90; a name that hits more is no name to bill by. */
async function search(text: string, context: ReadContext): Promise<{ hits: readonly Customer[]; complete: boolean }> {
  const hits: Customer[] = [];
  for (let page = 1; page <= SEARCH_PAGES; page += 1) {
    const found = await context.api.listCustomers(
      { search: text, page, page_size: PAGE_SIZE },
      { signal: context.signal },
    );
    hits.push(...found.items);
    if (found.items.length === 0 || page >= (found.last_page ?? page)) return { hits, complete: true };
  }
  return { hits, complete: false };
}

async function decide(found: readonly Customer[], context: ReadContext): Promise<Resolution> {
  const [only, ...others] = found;
  if (only === undefined) return { is: "none" };
  if (others.length === 0) return { is: "one", customer: only };
  return { is: "several", candidates: await candidates(found, context) };
}

function names(customer: Customer): string[] {
  return [
    customer.company,
    customer.full_name,
    [customer.given_name, customer.family_name].filter((part) => part !== null).join(" "),
  ]
    .filter((name): name is string => name !== null && name.trim() !== "")
    .map(plain);
}

export function plain(text: string): string {
  return text
    .normalize("NFKD")
    .replaceAll(/\p{M}/gu, "")
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, " ")
    .trim();
}

function looksLikeId(text: string): boolean {
  return isId(text) && (/^\d+$/.test(text) || /^[0-9a-f]{8}-[0-9a-f-]{20,}$/i.test(text));
}

/** Evidence for a choice: e-mail, city and the last invoice of each. One page per candidate, at most five. */
async function candidates(customers: readonly Customer[], context: ReadContext): Promise<Candidate[]> {
  const shown: Candidate[] = [];
  for (const customer of customers.slice(0, MAX_CANDIDATES)) {
    const page = await context.api.listInvoices(
      { customer_id: customer.id, sort: "-created_at", page_size: PAGE_SIZE },
      { signal: context.signal },
    );
    const last = page.items.find((invoice) => invoice.customer_id === customer.id && invoice.status !== "draft");
    shown.push({
      customer_id: customer.id,
      name: oneLine(customerName(customer), 80),
      ...(customer.email === null ? {} : { email: oneLine(customer.email, 120) }),
      ...(customer.address?.city ? { city: oneLine(customer.address.city, 60) } : {}),
      ...(last === undefined
        ? {}
        : {
            last_invoice: `${oneLine(last.number ?? last.id, 40)}${last.issued_at === null ? "" : ` of ${last.issued_at}`}${last.total === null ? "" : `, ${formatMoney(last.total, last.currency)}`}`,
          }),
    });
  }
  return shown;
}

export function candidateLine(candidate: Candidate): string {
  return [
    `  ${cited(candidate.name, 80)}`,
    candidate.email && inert(candidate.email, 254),
    candidate.city && inert(candidate.city),
    candidate.last_invoice === undefined ? "no invoice yet" : `last invoice ${candidate.last_invoice}`,
    `id ${candidate.customer_id}`,
  ]
    .filter((part) => part !== undefined)
    .join(" · ");
}
