import { randomBytes } from "node:crypto";
import type { IsoDate } from "../domain/clock.ts";
import type { Invoice } from "../domain/invoice.ts";
import { type InvoicingError, RateLimitedError, UnavailableError } from "../errors.ts";
import type { ReadContext } from "./context.ts";
import { PAGE_SIZE } from "./scan.ts";
import { Seen } from "./seen.ts";

/** Pages asked for side by side. */
const WIDTH = 4;
/** Reading ends in time for the answer: clients give a call up after 60 s. */
const READ_MS = 40_000;
/** Pages that one call reads: what the API's budget gives in a minute, with room for what follows. */
const IN_ONE_CALL = 300;
/** A reading that nobody goes on with is forgotten. */
const KEEP_MS = 15 * 60_000;
const MAX_KEPT = 4;

/** What is made of the documents. Of each document it keeps what the answer shows, no more. */
export interface Fold {
  add(invoice: Invoice): void;
}

/**
 * A reading of the whole list of invoices, newest first, over as many calls as the API's limits demand. What changes
 * while it is read neither hides nor repeats a document: pages that shift towards the front are read again, and every
 * document counts once, as it was when it was first seen. Memory does not grow with the list (`Seen`, `Fold`).
 */
export interface WholeList<T extends Fold> {
  readonly fold: T;
  /** Documents seen. */
  readonly seen: number;
  /** Everything created since then was seen. `null` before the first page. */
  readonly back_to: string | null;
  /** Read to its end, and as many seen as the API said there are. */
  readonly complete: boolean;
  /** Documents that the API counts and no page showed: the list moved under the reading. 0 before its end. */
  readonly hidden: number;
  /** Why this call ended before the list did. */
  readonly stopped: InvoicingError | null;
}

export interface WholeListRequest<T extends Fold> {
  /** What the reading is for: a cursor continues only the same question. */
  readonly purpose: string;
  readonly cursor: string | undefined;
  readonly customer_id: string | undefined;
  /** Only this status, lines left out: what the API does not filter, the fold must. */
  readonly status?: "sent";
  /**
   * A day: what was made before it is seldom asked about. Where the list takes more than one call, the first one ends there,
   * and leaves the API's budget to others; the next ones go on to the end.
   */
  readonly pause_at?: IsoDate;
  begin(): T;
}

/** What reading needs of a call. */
export type ListContext = Pick<ReadContext, "clock" | "organization" | "now" | "signal" | "progress"> & {
  readonly api: Pick<ReadContext["api"], "listInvoices">;
};

interface Reading<T extends Fold> {
  readonly organization_id: string;
  readonly purpose: string;
  readonly fold: T;
  readonly seen: Seen;
  back_to: string | null;
  isAtEnd: boolean;
  stopped: InvoicingError | null;
  next_page: number;
  total: number | null;
  pauses: boolean;
  /** The fewest documents the API said there are. */
  least: number | null;
  touched: number;
}

/**
 * Reads for one kind of question; each keeps its own readings. The function goes on with the reading of `cursor`, or begins
 * one, until its end or as far as this call's time and the API's budget allow. `cursor` is `null` in the answer when the
 * list was read to its end.
 */
export function wholeListReader<T extends Fold>() {
  const readings = new Map<string, Reading<T>>();

  function remember(reading: Reading<T>): string {
    const oldest = readings.keys().next();
    if (readings.size >= MAX_KEPT && !oldest.done) readings.delete(oldest.value);
    const id = randomBytes(12).toString("base64url");
    readings.set(id, reading);
    return id;
  }

  return async (
    request: WholeListRequest<T>,
    context: ListContext,
  ): Promise<{ readonly list: WholeList<T>; readonly cursor: string | null; readonly restarted: boolean }> => {
    const now = context.clock.now();
    for (const [id, { touched }] of readings) if (touched + KEEP_MS <= now) readings.delete(id);
    const former = request.cursor === undefined ? undefined : readings.get(request.cursor);
    const isSame = former?.purpose === request.purpose && former.organization_id === context.organization.id;
    const reading = former !== undefined && isSame ? former : begin(request, context);
    await readOn(reading, request, context, now + READ_MS);
    reading.touched = context.clock.now();
    if (request.cursor !== undefined && isSame) readings.delete(request.cursor);
    const { fold, back_to, isAtEnd, stopped } = reading;
    const seen = reading.seen.count;
    const hidden = isAtEnd ? Math.max(0, (reading.least ?? 0) - seen) : 0;
    return {
      list: { fold, seen, back_to, complete: isAtEnd && hidden === 0, hidden, stopped },
      cursor: isAtEnd ? null : remember(reading),
      restarted: request.cursor !== undefined && !isSame,
    };
  };
}

/** What a caller is told when the list moved under the reading. */
export function hiddenSentence(hidden: number): string {
  const documents =
    hidden === 1 ? "1 document that the API counts was" : `${hidden} documents that the API counts were`;
  return `${documents} on no page, because the list changed while it was read: these sums are of a part. Ask again from the beginning.`;
}

function begin<T extends Fold>({ purpose, begin: made }: WholeListRequest<T>, context: ListContext): Reading<T> {
  return {
    organization_id: context.organization.id,
    purpose,
    fold: made(),
    seen: new Seen(),
    back_to: null,
    isAtEnd: false,
    stopped: null,
    next_page: 1,
    total: null,
    pauses: true,
    least: null,
    touched: context.now,
  };
}

async function readOn<T extends Fold>(
  reading: Reading<T>,
  request: WholeListRequest<T>,
  context: ListContext,
  until: number,
): Promise<void> {
  reading.stopped = null;
  try {
    await readPages(reading, request, context, until);
  } finally {
    reading.pauses = false;
  }
}

async function readPages<T extends Fold>(
  reading: Reading<T>,
  request: WholeListRequest<T>,
  context: ListContext,
  until: number,
): Promise<void> {
  while (!reading.isAtEnd && context.clock.now() < until) {
    context.progress(`page ${reading.next_page}`);
    // The first page says how many there are: until then one page at a time.
    const left = reading.total === null ? 1 : Math.ceil(reading.total / PAGE_SIZE) - reading.next_page + 1;
    const width = Math.min(WIDTH, Math.max(1, left));
    const numbers = Array.from({ length: width }, (_, index) => reading.next_page + index);
    if (reading.pauses && isFarEnough(reading, request.pause_at)) break;
    const pages = await Promise.allSettled(numbers.map((page) => readPage(page, request, context)));
    for (const page of pages) {
      if (page.status === "rejected") {
        if (!isTemporary(page.reason) || reading.seen.count === 0) throw page.reason;
        reading.stopped = page.reason;
        return;
      }
      if (reading.isAtEnd || !take(reading, page.value)) break;
    }
  }
}

function isFarEnough({ total, back_to }: Pick<Reading<Fold>, "total" | "back_to">, day: IsoDate | undefined): boolean {
  return day !== undefined && (total ?? 0) > IN_ONE_CALL * PAGE_SIZE && back_to !== null && back_to.slice(0, 10) < day;
}

function readPage(
  page: number,
  { customer_id, status }: Pick<WholeListRequest<Fold>, "customer_id" | "status">,
  context: ListContext,
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
function take<T extends Fold>(reading: Reading<T>, page: Awaited<ReturnType<typeof readPage>>): boolean {
  const missing = reading.total !== null && page.total !== null ? reading.total - page.total : 0;
  reading.total = page.total;
  if (page.total !== null) reading.least = Math.min(reading.least ?? page.total, page.total);
  if (missing > 0) {
    // Something was deleted: what stood behind it moved to pages that were read before.
    reading.next_page = Math.max(1, reading.next_page - Math.ceil(missing / PAGE_SIZE));
    return false;
  }
  if (page.unapplied.includes("sort")) reading.seen.isUnordered();
  for (const invoice of page.items) {
    if (reading.seen.isNew(invoice)) reading.fold.add(invoice);
  }
  const last = page.items.at(-1);
  if (last?.created_at) reading.back_to = last.created_at;
  reading.isAtEnd = page.items.length === 0 || (page.last_page !== null && page.page >= page.last_page);
  reading.next_page += 1;
  return true;
}

function isTemporary(error: unknown): error is InvoicingError {
  return error instanceof RateLimitedError || error instanceof UnavailableError;
}
