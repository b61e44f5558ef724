import { isRecord, type JsonRecord } from "./document.ts";

export interface PageMeta {
  readonly page: number | null;
  readonly last_page: number | null;
  readonly total: number | null;
}

/** Paging as `meta.page` with dash-case keys, or snake or camel case, nested or flat (wire facts 2.7). Unknown reads as `null`. */
export function pageMeta(meta: JsonRecord): PageMeta {
  const nested = meta["page"];
  const sources = isRecord(nested) ? [nested, meta] : [meta];
  const count = (...names: string[]): number | null => {
    for (const source of sources) {
      for (const name of names) {
        const value = source[name];
        if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value;
      }
    }
    return null;
  };
  return {
    page: count("current-page", "current_page", "currentPage"),
    last_page: count("last-page", "last_page", "lastPage"),
    total: count("total"),
  };
}
