import type { Address, Customer, CustomField, NewAddress, NewCustomer } from "../domain/customer.ts";
import { decodeDocument, findIncluded, manyResources, oneResource, toOne } from "../jsonapi/decode.ts";
import type { Resource, ResourceDocument } from "../jsonapi/document.ts";
import { encodeDocument } from "../jsonapi/encode.ts";
import { type Fields, fieldsOf } from "../jsonapi/fields.ts";
import { customFieldPairs, type QueryPairs } from "../jsonapi/query.ts";
import { evidenceOf } from "./created.ts";
import { createNegotiator } from "./negotiation.ts";
import { pageOf, pagePairs } from "./paging.ts";
import { idOf, path } from "./path.ts";
import type { CallOptions, CustomerQuery, InvoicesApi, Page } from "./port.ts";
import { filled, otherResource } from "./read-fields.ts";
import type { Wire } from "./wire.ts";

type CustomersApi = Pick<InvoicesApi, "listCustomers" | "getCustomer" | "createCustomer" | "createAddress">;

export function createCustomersApi(wire: Wire): CustomersApi {
  const negotiator = createNegotiator();
  const wishes = { filters: [], sort: false, includes: ["address"] };

  async function read(path: string, pairs: QueryPairs, action: string, missing: string | null, call?: CallOptions) {
    const { answer, asked } = await negotiator.run(wishes, ({ includes }) =>
      wire.read(
        { path, query: [...pairs, ["include", includes.join(",") || undefined]], subject: { action, missing } },
        call,
      ),
    );
    return { document: decodeDocument(answer), withAddress: asked.includes.length > 0 };
  }

  return {
    async listCustomers(query: CustomerQuery, call): Promise<Page<Customer>> {
      const conditions = query.custom_fields ?? [];
      for (const { field_id } of conditions) idOf(field_id);
      const { document, withAddress } = await read(
        "/customers",
        [
          ["filter[email]", query.email],
          ["filter[search]", query.search],
          ...customFieldPairs(conditions),
          ...pagePairs(query),
        ],
        "list customers",
        null,
        call,
      );
      const items = manyResources(document, "customers").map((item) => customerOf(item, document, withAddress, false));
      return { items, ...pageOf(document, query), unapplied: [] };
    },

    async getCustomer(id, call) {
      const { document, withAddress } = await read(
        path`/customers/${id}`,
        [],
        `read customer ${id}`,
        `Customer ${id}`,
        call,
      );
      const customer = customerOf(oneResource(document, "customers"), document, withAddress, true);
      // The API answers to the stable UUID of a legacy customer as well (wire facts 2.4).
      if (customer.id !== id && customer.uuid?.toLowerCase() !== id.toLowerCase()) throw otherResource("customer", id);
      return customer;
    },

    async createCustomer(customer: NewCustomer, call) {
      const answer = await wire.write(
        {
          method: "POST",
          path: "/customers",
          body: encodeDocument({ type: "customers", attributes: { ...customer } }),
          subject: { action: "create the customer", missing: null },
        },
        call,
      );
      return evidenceOf(answer, "customers");
    },

    async createAddress(customerId: string, address: NewAddress, call) {
      const answer = await wire.write(
        {
          method: "POST",
          path: "/addresses",
          body: encodeDocument({
            type: "addresses",
            attributes: { ...address },
            relationships: { addressable: { type: "customers", id: idOf(customerId) } },
          }),
          subject: { action: "create the address", missing: `Customer ${customerId}` },
        },
        call,
      );
      return evidenceOf(answer, "addresses");
    },
  };
}

function customerOf(resource: Resource, document: ResourceDocument, withAddress: boolean, alone: boolean): Customer {
  const fields = fieldsOf(resource.attributes, `${resource.at}.attributes`);
  return {
    id: resource.id,
    uuid: fields.word("uuid"),
    number: fields.word("number"),
    email: filled(fields.text("email")),
    given_name: fields.text("given_name"),
    family_name: fields.text("family_name"),
    full_name: filled(fields.text("full_name")),
    company: filled(fields.text("company")),
    locale: filled(fields.text("locale")),
    mobile: fields.word("mobile"),
    phone: fields.word("phone"),
    created_at: fields.text("created_at"),
    address: withAddress ? addressOf(resource, document, alone) : undefined,
    custom_fields: customFieldsOf(fields.object("custom_entry_map")),
  };
}

/** By linkage; else by the address's own link back; else, alone in the answer, the only one there is. */
function addressOf(customer: Resource, document: ResourceDocument, alone: boolean): Address | null | undefined {
  const target = toOne(customer, "address");
  if (target === null) return null;
  const addresses = document.included.filter(({ type }) => type === "addresses");
  if (target !== undefined) {
    const found = findIncluded(document, target);
    return found === null ? undefined : readAddress(found);
  }
  const own = addresses.find((address) => {
    const owner = toOne(address, "addressable");
    return owner?.type === "customers" && owner.id === customer.id;
  });
  const only = alone && addresses.length === 1 ? addresses[0] : undefined;
  const found = own ?? only;
  return found === undefined ? null : readAddress(found);
}

function readAddress(resource: Resource): Address {
  const fields = fieldsOf(resource.attributes, `${resource.at}.attributes`);
  return {
    id: resource.id,
    name: fields.text("name"),
    street_address: fields.text("street_address"),
    address_line_2: fields.text("address_line_2"),
    zip_code: fields.word("zip_code"),
    city: fields.text("city"),
    country_code: fields.text("country_code"),
  };
}

/** `{ id: { label, value, formatted_value } }`; what has another shape is passed over, it is not needed for an invoice. */
function customFieldsOf(map: Fields | null): CustomField[] {
  if (map === null) return [];
  return map.names.flatMap((id) => {
    const entry = map.raw(id);
    if (typeof entry !== "object" || entry === null) return [{ id, label: null, value: plainText(entry) }];
    const label = "label" in entry ? plainText(entry.label) : null;
    const formatted = "formatted_value" in entry ? plainText(entry.formatted_value) : null;
    return [{ id, label, value: formatted ?? ("value" in entry ? plainText(entry.value) : null) }];
  });
}

function plainText(value: unknown): string | null {
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (Array.isArray(value))
    return value
      .map(plainText)
      .filter((text) => text !== null)
      .join(", ");
  return null;
}
