import { InputError } from "../errors.ts";
import type { ResourceDocument } from "../jsonapi/document.ts";
import { pageMeta } from "../jsonapi/page.ts";
import type { QueryPairs } from "../jsonapi/query.ts";

/** The size the API's official connector keeps to; larger pages are refused with 400 (wire facts 2.7). */
const LARGEST_PAGE = 30;

interface PageQuery {
  readonly page?: number;
  readonly page_size?: number;
}

/** Pages are asked for by number: the links of an answer drop `o` and `include`. */
export function pagePairs(query: PageQuery): QueryPairs {
  const { page = 1, page_size = LARGEST_PAGE } = query;
  if (!Number.isSafeInteger(page) || page < 1) throw new InputError("The page must be a whole number from 1.");
  if (!Number.isSafeInteger(page_size) || page_size < 1 || page_size > LARGEST_PAGE) {
    throw new InputError(`The page size must be a whole number from 1 to ${LARGEST_PAGE}.`);
  }
  return [
    ["page[number]", page],
    ["page[size]", page_size],
  ];
}

export function pageOf(
  document: ResourceDocument,
  query: PageQuery,
): { readonly page: number; readonly last_page: number | null; readonly total: number | null } {
  const meta = pageMeta(document.meta);
  return { page: meta.page ?? query.page ?? 1, last_page: meta.last_page, total: meta.total };
}
