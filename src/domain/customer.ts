/** A customer of the organization (wire facts 4.3). Texts are untrusted and unaltered. */
export interface Customer {
  readonly id: string;
  /** Stable UUID; differs from `id` for legacy customers with integer ids. */
  readonly uuid: string | null;
  readonly number: string | null;
  readonly email: string | null;
  readonly given_name: string | null;
  readonly family_name: string | null;
  readonly full_name: string | null;
  readonly company: string | null;
  readonly locale: string | null;
  readonly mobile: string | null;
  readonly phone: string | null;
  readonly created_at: string | null;
  /** `undefined`: not asked for. `null`: asked for, the customer has none. */
  readonly address: Address | null | undefined;
  readonly custom_fields: readonly CustomField[];
}

export interface CustomField {
  readonly id: string;
  readonly label: string | null;
  readonly value: string | null;
}

/** A postal address (wire facts 4.4). */
export interface Address {
  readonly id: string;
  readonly name: string | null;
  readonly street_address: string | null;
  readonly address_line_2: string | null;
  readonly zip_code: string | null;
  readonly city: string | null;
  readonly country_code: string | null;
}

/** What people call the customer: company and person, else the e-mail, else the id. */
export function customerName(customer: Customer): string {
  const person =
    customer.full_name ?? [customer.given_name, customer.family_name].filter((part) => part !== null).join(" ");
  if (customer.company) return person ? `${customer.company} (${person})` : customer.company;
  return person || (customer.email ?? `customer ${customer.id}`);
}

export interface NewCustomer {
  readonly email: string;
  readonly locale: string;
  readonly given_name?: string;
  readonly family_name?: string;
  readonly company?: string;
  readonly mobile?: string;
}

/** Attributes PATCH may change; the rest stays. */
export type CustomerChanges = Partial<NewCustomer>;

export interface NewAddress {
  readonly name: string;
  readonly street_address: string;
  readonly zip_code: string;
  readonly city: string;
  /** ISO 3166-1 alpha-2. */
  readonly country_code: string;
}

/** The seven operators of the guide's custom-field filter. */
export const FILTER_OPERATORS = ["=", "<>", "<", ">", "<=", ">=", "in"] as const;
export type FilterOperator = (typeof FILTER_OPERATORS)[number];

export interface CustomFieldFilter {
  readonly field_id: string;
  readonly operator: FilterOperator;
  /** As the wire wants it: `true`/`false` for a checkbox, comma-separated for `in`. */
  readonly value: string;
}
