import type { Page } from "../api/port.ts";
import { markOf, type Position } from "./cursor.ts";

/** The published maximum page size of the API (wire facts 2.7). */
export const PAGE_SIZE = 30;
/** Entries by which a list is found again; more than a person changes between two calls. */
const MARKS = 6;

export interface Scan<T> {
  readonly found: readonly T[];
  /** Where to go on; `null` when the end was reached. */
  readonly next: Position | null;
  /** Entries looked at. */
  readonly scanned: number;
  /** The API's own count, only where it applied every filter itself. */
  readonly total: number | null;
  /** The list changed so much between two calls that where it went on is not certain. */
  readonly shifted: boolean;
}

interface Entry {
  readonly id: string;
  readonly created_at: string | null;
}

export interface ScanRequest<T extends Entry> {
  fetchPage(page: number): Promise<Page<T>>;
  /** Filters are applied on this side as well, because the API may not know them. */
  keep(entry: T): boolean;
  readonly limit: number;
  readonly start: Position;
  readonly max_pages: number;
  /** By `created_at`, as it was asked for; `null`: the API's own order. */
  readonly order: "newest_first" | "oldest_first" | null;
}

/**
 * Collects up to `limit` entries that pass `keep`, page by page. Entries that come or go meanwhile, between two calls or
 * two pages, make none of the others be skipped or told twice: each page is joined to the one before by the entries that
 * were seen last, and pages that moved are read again.
 */
export async function scan<T extends Entry>(request: ScanRequest<T>): Promise<Scan<T>> {
  const { limit, start, max_pages } = request;
  const found: T[] = [];
  const ids = new Set<string>();
  const resumed = await resume(request);
  let { page, from } = resumed;
  let current: Page<T> | null = resumed.current;
  let last: Position = start;
  let scanned = 0;
  let total: number | null = null;
  let size: number | null = null;
  let isCounted = true;
  const end = (next: Position | null): Scan<T> => ({
    found,
    next,
    scanned,
    total: isCounted ? total : null,
    shifted: resumed.shifted,
  });
  for (let read = 0; read < max_pages; read += 1) {
    const shown: Page<T> = current ?? (await request.fetchPage(page));
    current = null;
    const missing = size !== null && shown.total !== null ? size - shown.total : 0;
    size = shown.total;
    if (missing > 0 && page > 1) {
      // Entries went: what stood behind them moved to pages that were read before.
      page = Math.max(1, page - Math.ceil(missing / PAGE_SIZE));
      from = 0;
      continue;
    }
    if (read === 0 && shown.unapplied.length === 0) total = shown.total;
    const isSorted = request.order !== null && !shown.unapplied.includes("sort");
    for (const [index, entry] of shown.items.entries()) {
      // What was seen last may stand on both sides of a page's end by now.
      if (index < from || ids.has(entry.id) || start.seen.includes(markOf(entry.id))) continue;
      const isKept = request.keep(entry);
      if (isKept && found.length === limit) return end(last);
      ids.add(entry.id);
      scanned += 1;
      last = after(last, entry, page, index, isSorted);
      if (isKept) found.push(entry);
      else isCounted = false;
    }
    const lastPage = shown.last_page ?? (shown.items.length < PAGE_SIZE ? page : page + 1);
    if (page >= lastPage || shown.items.length === 0) return end(null);
    page += 1;
    from = 0;
    if (found.length === limit) break;
  }
  return end(last);
}

function after(before: Position, entry: Entry, page: number, index: number, isSorted: boolean): Position {
  const key = isSorted ? entry.created_at : null;
  return { page, offset: index + 1, seen: [...before.seen, markOf(entry.id)].slice(-MARKS), key };
}

interface Resumed<T> {
  readonly page: number;
  /** Index of the first entry that was not looked at. */
  readonly from: number;
  readonly current: Page<T> | null;
  readonly shifted: boolean;
}

/** Finds the entries that were seen last, on their page or on those beside it. */
async function resume<T extends Entry>({ fetchPage, start, order }: ScanRequest<T>): Promise<Resumed<T>> {
  if (start.seen.length === 0) return { page: start.page, from: 0, current: null, shifted: false };
  const read: { readonly page: number; readonly current: Page<T> }[] = [];
  for (const page of [start.page, start.page - 1, start.page + 1, start.page - 2, start.page + 2]) {
    if (page < 1) continue;
    const current: Page<T> = await fetchPage(page);
    read.push({ page, current });
    const at = current.items.findLastIndex(({ id }) => start.seen.includes(markOf(id)));
    if (at >= 0) return { page, from: at + 1, current, shifted: false };
  }
  // All that were seen last are gone, or far away; the order tells where they stood.
  for (const { page, current } of order !== null && start.key !== null ? read : []) {
    const from = placeOf(current.items, start.key ?? "", order === "newest_first" ? -1 : 1);
    if (from !== null) return { page, from, current, shifted: false };
  }
  // Repeating some is better than leaving some out.
  return { page: Math.max(1, start.page - 2), from: 0, current: null, shifted: true };
}

/**
 * Index of the first entry that stands where `key` stood or beyond, behind others; `null` when that may be on another page.
 * `direction`: 1 where later entries follow, -1 where earlier ones do.
 */
function placeOf(items: readonly Entry[], key: string, direction: 1 | -1): number | null {
  const place = items.findIndex(
    ({ created_at }) => created_at !== null && (Date.parse(created_at) - Date.parse(key)) * direction >= 0,
  );
  return place > 0 ? place : null;
}
