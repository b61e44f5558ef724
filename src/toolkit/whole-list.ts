import { randomBytes } from "node:crypto";
import type { Invoice } from "../domain/invoice.ts";
import { type InvoicingError, RateLimitedError, UnavailableError } from "../errors.ts";
import type { ReadContext } from "./context.ts";
import { PAGE_SIZE } from "./scan.ts";

/** Pages asked for side by side. */
const WIDTH = 4;
/** Reading ends in time for the answer: clients give a call up after 60 s. */
const READ_MS = 40_000;
/** A reading that nobody goes on with is forgotten. */
const KEEP_MS = 15 * 60_000;
const MAX_KEPT = 8;

/**
 * A reading of the whole list of invoices, newest first, over as many calls as the API's limits demand. What changes
 * while it is read neither hides nor repeats a document: pages that shift towards the front are read again, and every
 * document counts once, as it was when it was first seen.
 */
export interface WholeList {
  readonly organization_id: string;
  /** What the reading is for: a cursor continues only the same question. */
  readonly purpose: string;
  readonly kept: readonly Invoice[];
  /** Documents seen, whether kept or not. */
  readonly seen: number;
  /** Everything created since then was seen. `null` before the first page. */
  readonly back_to: string | null;
  readonly complete: boolean;
  /** Why this call ended before the list did. */
  readonly stopped: InvoicingError | null;
}

interface Reading extends WholeList {
  readonly kept: Invoice[];
  readonly ids: Set<string>;
  seen: number;
  back_to: string | null;
  complete: boolean;
  stopped: InvoicingError | null;
  next_page: number;
  total: number | null;
  touched: number;
}

const readings = new Map<string, Reading>();

/**
 * Goes on with the reading of `cursor`, or begins one, until its end or as far as this call's time and the API's budget
 * allow. `keep` decides what is remembered. `cursor` is `null` in the answer when the list was read to its end.
 */
export async function readWholeList(
  request: {
    readonly purpose: string;
    readonly cursor: string | undefined;
    readonly customer_id: string | undefined;
    /** Only this status, lines left out: what the API does not filter, `keep` does. */
    readonly status?: "sent";
    keep(invoice: Invoice): boolean;
  },
  context: ReadContext,
): Promise<{ readonly list: WholeList; readonly cursor: string | null; readonly restarted: boolean }> {
  const now = context.clock.now();
  for (const [id, { touched }] of readings) if (touched + KEEP_MS <= now) readings.delete(id);
  const former = request.cursor === undefined ? undefined : readings.get(request.cursor);
  const isSame = former?.purpose === request.purpose && former.organization_id === context.organization.id;
  const reading = former !== undefined && isSame ? former : begin(request.purpose, context);
  await readOn(reading, request, context, now + READ_MS);
  reading.touched = context.clock.now();
  if (request.cursor !== undefined && isSame) readings.delete(request.cursor);
  return {
    list: reading,
    cursor: reading.complete ? null : remember(reading),
    restarted: request.cursor !== undefined && !isSame,
  };
}

function begin(purpose: string, context: ReadContext): Reading {
  return {
    organization_id: context.organization.id,
    purpose,
    kept: [],
    ids: new Set(),
    seen: 0,
    back_to: null,
    complete: false,
    stopped: null,
    next_page: 1,
    total: null,
    touched: context.now,
  };
}

function remember(reading: Reading): string {
  const oldest = readings.keys().next();
  if (readings.size >= MAX_KEPT && !oldest.done) readings.delete(oldest.value);
  const id = randomBytes(12).toString("base64url");
  readings.set(id, reading);
  return id;
}

async function readOn(
  reading: Reading,
  request: Parameters<typeof readWholeList>[0],
  context: ReadContext,
  until: number,
): Promise<void> {
  reading.stopped = null;
  while (!reading.complete && context.clock.now() < until) {
    context.progress(`page ${reading.next_page}`);
    // The first page says how many there are: until then one page at a time.
    const width = reading.total === null ? 1 : WIDTH;
    const numbers = Array.from({ length: width }, (_, index) => reading.next_page + index);
    const pages = await Promise.allSettled(numbers.map((page) => readPage(page, request, context)));
    for (const page of pages) {
      if (page.status === "rejected") {
        if (!isTemporary(page.reason) || reading.seen === 0) throw page.reason;
        reading.stopped = page.reason;
        return;
      }
      if (reading.complete || !take(reading, page.value, request.keep)) break;
    }
  }
}

function readPage(
  page: number,
  { customer_id, status }: Pick<Parameters<typeof readWholeList>[0], "customer_id" | "status">,
  context: ReadContext,
) {
  return context.api.listInvoices(
    {
      sort: "-created_at",
      include_items: status === undefined,
      ...(status === undefined ? {} : { status }),
      ...(customer_id === undefined ? {} : { customer_id }),
      page,
      page_size: PAGE_SIZE,
    },
    { signal: context.signal },
  );
}

/** False when the pages moved and reading has to step back. */
function take(
  reading: Reading,
  page: Awaited<ReturnType<typeof readPage>>,
  keep: (invoice: Invoice) => boolean,
): boolean {
  const missing = reading.total !== null && page.total !== null ? reading.total - page.total : 0;
  reading.total = page.total;
  if (missing > 0) {
    // Something was deleted: what stood behind it moved to pages that were read before.
    reading.next_page = Math.max(1, reading.next_page - Math.ceil(missing / PAGE_SIZE));
    return false;
  }
  for (const invoice of page.items) {
    if (reading.ids.has(invoice.id)) continue;
    reading.ids.add(invoice.id);
    reading.seen += 1;
    if (keep(invoice)) reading.kept.push(lean(invoice));
  }
  const last = page.items.at(-1);
  if (last?.created_at) reading.back_to = last.created_at;
  reading.complete = page.items.length === 0 || (page.last_page !== null && page.page >= page.last_page);
  reading.next_page += 1;
  return true;
}

/** Without the texts and links that no sum is made of: among tens of thousands of documents they are most of the memory. */
function lean(invoice: Invoice): Invoice {
  return {
    ...invoice,
    recipient: invoice.recipient?.split("\n")[0] ?? null,
    invoicing_party: null,
    notes: null,
    seller: null,
    documents: { pdf: null, xml: null, quote_pdf: null },
  };
}

function isTemporary(error: unknown): error is InvoicingError {
  return error instanceof RateLimitedError || error instanceof UnavailableError;
}
