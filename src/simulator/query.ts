import { badParameter, filterNotAllowed } from "./problems.ts";
import type { Switches } from "./switches.ts";

export interface CustomFieldQuery {
  readonly field_id: string;
  readonly operator: string;
  readonly value: string;
}

/** What a GET asked for besides the path. */
export interface Query {
  /** Dotted include paths. */
  readonly include: readonly string[];
  /** Sparse fieldsets by type. */
  readonly fields: ReadonlyMap<string, ReadonlySet<string>>;
  readonly filters: ReadonlyMap<string, string>;
  readonly custom_fields: readonly CustomFieldQuery[];
  readonly newest_first: boolean;
  readonly page: { readonly number: number; readonly size: number };
}

/** Relationships that may be included, by type; `*` stands for any referenced type. */
const INCLUDABLE: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  customers: { address: "addresses" },
  addresses: { addressable: "customers" },
  invoices: { customer: "customers", items: "items", reference: "*" },
  items: { document: "invoices" },
  orders: { customer: "customers", invoice: "invoices" },
  "plan-subscriptions": { customer: "customers", invoice: "invoices" },
  "booking-passes": { customer: "customers", invoice: "invoices" },
  users: { active_organization: "organizations", organizations: "organizations" },
  organizations: {},
  "*": { customer: "customers" },
};

const OPERATORS = ["=", "<>", "<", ">", "<=", ">=", "in"];

/** Reads the query of a request for resources of `type`. Throws 400 for anything not allowed. */
export function readQuery(
  url: URL,
  type: string,
  allowedFilters: readonly string[],
  switches: Pick<Switches, "list_order" | "default_page_size" | "max_page_size">,
): Query {
  const include = list(url.searchParams.get("include"));
  for (const path of include) checkInclude(type, path);
  const fields = new Map<string, ReadonlySet<string>>();
  const filters = new Map<string, string>();
  const custom = new Map<string, Partial<Record<"f_id" | "o" | "v", string>>>();
  let number = 1;
  let size = Number(switches.default_page_size);
  for (const [key, value] of url.searchParams) {
    const fieldset = /^fields\[([^\]]+)\]$/.exec(key)?.[1];
    if (fieldset !== undefined) fields.set(fieldset, new Set(list(value)));
    else if (key.startsWith("filter")) readFilter(key, value, allowedFilters, filters, custom);
    else if (key === "page[number]") number = positive(value);
    else if (key === "page[size]") size = positive(value);
    else if (key.startsWith("page")) {
      throw badParameter("page", {
        en: `Page parameter ${key} is not allowed.`,
        de: `Der Seitenparameter ${key} ist nicht erlaubt.`,
      });
    }
  }
  const max = Number(switches.max_page_size);
  if (size > max) {
    throw badParameter("page", {
      en: `The page.size may not be greater than ${max}.`,
      de: `page.size darf maximal ${max} sein.`,
    });
  }
  return {
    include,
    fields,
    filters,
    custom_fields: [...custom.entries()].map(([id, parts]) => customFieldQuery(id, parts)),
    newest_first: readSort(url, switches.list_order),
    page: { number, size },
  };
}

function checkInclude(type: string, path: string): void {
  let current = type;
  for (const step of path.split(".")) {
    const allowed = INCLUDABLE[current] ?? {};
    const next = Object.hasOwn(allowed, step) ? allowed[step] : undefined;
    if (next === undefined) {
      throw badParameter("include", {
        en: `Include path ${path} is not allowed.`,
        de: `Der Include-Pfad ${path} ist nicht erlaubt.`,
      });
    }
    current = next;
  }
}

function readFilter(
  key: string,
  value: string,
  allowed: readonly string[],
  filters: Map<string, string>,
  custom: Map<string, Partial<Record<"f_id" | "o" | "v", string>>>,
): void {
  const parts = /^filter((?:\[[^\]]*\])+)$/.exec(key)?.[1]?.slice(1, -1).split("][") ?? [];
  const [name, field, part] = parts;
  if (name === "custom_fields" && allowed.includes(name) && field !== undefined && parts.length === 3) {
    if (part !== "f_id" && part !== "o" && part !== "v") throw filterNotAllowed("custom_fields");
    custom.set(field, { ...custom.get(field), [part]: value });
    return;
  }
  if (name === undefined || parts.length !== 1 || name === "custom_fields" || !allowed.includes(name)) {
    throw filterNotAllowed(name ?? key);
  }
  filters.set(name, value);
}

function customFieldQuery(id: string, parts: Partial<Record<"f_id" | "o" | "v", string>>): CustomFieldQuery {
  const { f_id, o, v } = parts;
  if (f_id === undefined || o === undefined || v === undefined || f_id !== id || !OPERATORS.includes(o)) {
    throw badParameter("filter", {
      en: "A custom field filter needs f_id (the same UUID as its key), o (=, <>, <, >, <=, >=, in) and v.",
      de: "Ein Filter nach eigenem Feld braucht f_id (dieselbe UUID wie sein Schlüssel), o (=, <>, <, >, <=, >=, in) und v.",
    });
  }
  return { field_id: f_id, operator: o, value: v };
}

function readSort(url: URL, order: Switches["list_order"]): boolean {
  const sort = url.searchParams.get("sort");
  if (sort === null) return order === "newest_first";
  if (sort !== "created_at" && sort !== "-created_at") {
    const name = sort.replace(/^-/, "");
    throw badParameter("sort", {
      en: `Sort parameter ${name} is not allowed.`,
      de: `Der Sortierparameter ${name} ist nicht erlaubt.`,
    });
  }
  return sort.startsWith("-");
}

function positive(value: string): number {
  if (/^[1-9]\d{0,8}$/.test(value)) return Number(value);
  throw badParameter("page", {
    en: "Page parameters must be integers of at least 1.",
    de: "Seitenparameter müssen ganze Zahlen ab 1 sein.",
  });
}

function list(value: string | null): string[] {
  return value === null ? [] : value.split(",").filter((part) => part !== "");
}
