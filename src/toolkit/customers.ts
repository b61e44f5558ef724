import { z } from "zod";
import { type Address, type Customer, customerName } from "../domain/customer.ts";
import { cited, inert, oneLine } from "../domain/untrusted.ts";

/** How tools answer with customers. Texts are cleaned for display; what the API holds is not altered. */
export const addressData = z.object({
  id: z.string(),
  name: z.string().optional(),
  street_address: z.string().optional(),
  address_line_2: z.string().optional(),
  zip_code: z.string().optional(),
  city: z.string().optional(),
  country_code: z.string().optional(),
});

export const customerData = z.object({
  id: z.string(),
  name: z.string().describe("Display name."),
  email: z.string().optional(),
  city: z.string().optional(),
  company: z.string().optional(),
  given_name: z.string().optional(),
  family_name: z.string().optional(),
  locale: z.string().optional(),
  mobile: z.string().optional(),
  phone: z.string().optional(),
  number: z.string().optional(),
  created_at: z.string().optional(),
  address: addressData.optional().describe("Absent when there is none."),
  custom_fields: z
    .array(z.object({ field_id: z.string(), label: z.string().optional(), value: z.string() }))
    .optional(),
});
export type CustomerData = z.infer<typeof customerData>;

/** Drops nulls and blanks, so that no token is spent on what is not there. */
function present<T extends Record<string, string | null>>(fields: T, max = 200): { [K in keyof T]?: string } {
  const kept: { [K in keyof T]?: string } = {};
  for (const key in fields) {
    const value = fields[key];
    if (value !== null && value !== undefined && value.trim() !== "") kept[key] = oneLine(value, max);
  }
  return kept;
}

export function addressOf(address: Address): z.infer<typeof addressData> {
  const { id, ...rest } = address;
  return { id, ...present(rest) };
}

/** One row: who it is and enough to tell two of the same name apart. */
export function customerRow(customer: Customer): CustomerData {
  return {
    id: customer.id,
    name: oneLine(customerName(customer), 80),
    ...present({ email: customer.email, city: customer.address?.city ?? null }, 120),
  };
}

export function customerDetails(customer: Customer): CustomerData {
  return {
    ...customerRow(customer),
    ...present({
      company: customer.company,
      given_name: customer.given_name,
      family_name: customer.family_name,
      locale: customer.locale,
      mobile: customer.mobile,
      phone: customer.phone,
      number: customer.number,
      created_at: customer.created_at,
    }),
    ...(customer.address ? { address: addressOf(customer.address) } : {}),
    ...(customer.custom_fields.length === 0
      ? {}
      : {
          custom_fields: customer.custom_fields.slice(0, 30).map((field) => ({
            field_id: field.id,
            ...present({ label: field.label }, 80),
            value: oneLine(field.value ?? "", 200),
          })),
        }),
  };
}

/** `"Acme Inc (Jane Doe)" · jane@example.com · Köln · id 9b1c…` */
export function customerLine(customer: CustomerData): string {
  return [
    cited(customer.name),
    customer.email && inert(customer.email, 254),
    customer.city && inert(customer.city),
    `id ${customer.id}`,
  ]
    .filter((part) => part !== undefined)
    .join(" · ");
}

export function customerText(customer: CustomerData): string {
  const address = customer.address;
  const rows: [string, string | undefined][] = [
    ["Company", customer.company],
    ["Given name", customer.given_name],
    ["Family name", customer.family_name],
    ["Locale", customer.locale],
    ["Mobile", customer.mobile],
    ["Phone", customer.phone],
    ["Number", customer.number],
    ["Created", customer.created_at],
    [
      "Address",
      address &&
        [
          address.name,
          address.street_address,
          address.address_line_2,
          [address.zip_code, address.city].filter((part) => part !== undefined).join(" "),
          address.country_code,
          `id ${address.id}`,
        ]
          .filter((part) => part !== undefined && part !== "")
          .join(", "),
    ],
    ...(customer.custom_fields ?? []).map((field): [string, string] => [
      `Field ${field.label === undefined ? field.field_id : cited(field.label, 80)} (${field.field_id})`,
      cited(field.value),
    ]),
  ];
  return [
    customerLine(customer),
    ...rows.filter((row) => row[1] !== undefined).map(([label, value]) => `  ${label}: ${value}`),
  ].join("\n");
}
