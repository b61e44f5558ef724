import type { RequestDocument } from "../document.ts";
import { Fields, sentence } from "../fields.ts";
import { badParameter, invalid, notDeletable, notFound, relatedMissing } from "../problems.ts";
import type { CustomFieldQuery, Query } from "../query.ts";
import type { AddressRecord, CustomerRecord, CustomFieldRecord, CustomValue } from "../records.ts";
import { instant, noteEffect, type World } from "../world.ts";

const LOCALE = /^[a-z]{2}([-_][A-Z]{2})?$/;
const COUNTRY = /^[A-Z]{2}$/;
const TEXTS = ["title", "given_name", "family_name", "mobile", "phone", "company", "notes"] as const;

/** A customer by id, or by uuid where the switch allows it. */
export function findCustomer(world: World, id: string): CustomerRecord | undefined {
  const direct = world.store.customers.get(id);
  if (direct !== undefined || world.switches().customer_ids === "id") return direct;
  return world.store.customers.all().find(({ uuid }) => uuid === id);
}

export function customerOr404(world: World, id: string): CustomerRecord {
  const customer = findCustomer(world, id);
  if (customer === undefined) throw notFound();
  return customer;
}

export function createCustomer(world: World, document: RequestDocument): CustomerRecord {
  const fields = new Fields(document.attributes, true);
  const email = fields.email("email", true);
  const locale = fields.matching("locale", LOCALE, world.switches().locale_required === "yes");
  const texts = readTexts(fields);
  checkEmail(world, fields, email, null);
  fields.done();
  if (email === undefined) throw invalid([]);
  const now = instant(world.now());
  const id = world.newId();
  const customer = world.store.customers.put({
    id,
    uuid: id,
    number: String(10_001 + world.store.customers.size),
    title: null,
    given_name: null,
    family_name: null,
    mobile: null,
    phone: null,
    company: null,
    notes: null,
    ...texts,
    email,
    locale: locale ?? null,
    custom: {},
    address_id: null,
    created_at: now,
    updated_at: now,
  });
  noteEffect(world, "customer.created", "customers", id);
  return customer;
}

export function updateCustomer(world: World, customer: CustomerRecord, document: RequestDocument): CustomerRecord {
  const fields = new Fields(document.attributes, false);
  const email = fields.has("email") ? fields.email("email", true) : customer.email;
  const locale = fields.matching("locale", LOCALE, world.switches().locale_required === "yes");
  const texts = readTexts(fields);
  checkEmail(world, fields, email, customer.id);
  fields.done();
  const changed = world.store.customers.put({
    ...customer,
    ...texts,
    email: email ?? customer.email,
    locale: locale === undefined ? customer.locale : locale,
    updated_at: instant(world.now()),
  });
  noteEffect(world, "customer.updated", "customers", customer.id);
  return changed;
}

export function deleteCustomer(world: World, customer: CustomerRecord): void {
  if (world.store.invoices.all().some(({ customer_id }) => customer_id === customer.id)) throw notDeletable();
  for (const address of world.store.addresses.all()) {
    if (address.customer_id === customer.id) world.store.addresses.delete(address.id);
  }
  world.store.customers.delete(customer.id);
  noteEffect(world, "customer.deleted", "customers", customer.id);
}

function readTexts(fields: Fields): Partial<Record<(typeof TEXTS)[number], string | null>> {
  return Object.fromEntries(
    TEXTS.flatMap((name) => {
      const value = fields.text(name, name === "notes" ? {} : { max: 255 });
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

function checkEmail(world: World, fields: Fields, email: string | undefined, own: string | null): void {
  if (email === undefined || world.switches().duplicate_email === "allow") return;
  const taken = world.store.customers.all().some((row) => row.id !== own && sameText(row.email, email));
  if (taken) fields.fail("email", { en: "The email has already been taken.", de: "email ist schon vergeben." });
}

const ADDRESS_TEXTS = ["name", "street_address", "address_line_2", "zip_code", "city", "area"] as const;

export function createAddress(world: World, document: RequestDocument): AddressRecord {
  const fields = new Fields(document.attributes, true);
  const texts = readAddressTexts(fields);
  const country = fields.matching("country_code", COUNTRY, false);
  const owner = document.relationships.get("addressable");
  if (!owner) {
    fields.failRelationship("addressable", sentence("addressable", "field is required", "muss ausgefüllt werden"));
  } else if (owner.type !== "customers") {
    fields.failRelationship("addressable", sentence("addressable", "is invalid", "ist ungültig"));
  }
  fields.done();
  const customer = owner ? findCustomer(world, owner.id) : undefined;
  if (customer === undefined) throw relatedMissing("addressable");
  const now = instant(world.now());
  const address = world.store.addresses.put({
    id: world.newId(),
    customer_id: customer.id,
    name: null,
    street_address: null,
    address_line_2: null,
    zip_code: null,
    city: null,
    area: null,
    ...texts,
    country_code: country ?? null,
    created_at: now,
    updated_at: now,
  });
  if (customer.address_id === null || world.switches().second_address === "replace") {
    world.store.customers.put({ ...customer, address_id: address.id, updated_at: now });
  }
  noteEffect(world, "address.created", "addresses", address.id);
  return address;
}

export function updateAddress(world: World, address: AddressRecord, document: RequestDocument): AddressRecord {
  const fields = new Fields(document.attributes, false);
  const texts = readAddressTexts(fields);
  const country = fields.matching("country_code", COUNTRY, false);
  fields.done();
  const changed = world.store.addresses.put({
    ...address,
    ...texts,
    country_code: country === undefined ? address.country_code : country,
    updated_at: instant(world.now()),
  });
  noteEffect(world, "address.updated", "addresses", address.id);
  return changed;
}

function readAddressTexts(fields: Fields): Partial<Record<(typeof ADDRESS_TEXTS)[number], string | null>> {
  return Object.fromEntries(
    ADDRESS_TEXTS.flatMap((name) => {
      const value = fields.text(name, { max: 255 });
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

export const CUSTOMER_FILTERS = ["email", "search", "custom_fields"] as const;

export function listCustomers(world: World, query: Query): CustomerRecord[] {
  const email = query.filters.get("email");
  const search = query.filters.get("search");
  const tests = query.custom_fields.map((filter) => customFieldTest(world, filter));
  return world.store.customers
    .all()
    .filter(
      (customer) =>
        (email === undefined || sameText(customer.email, email)) &&
        (search === undefined || found(search, customerTexts(customer))) &&
        tests.every((test) => test(customer)),
    );
}

export function customerTexts(customer: CustomerRecord): (string | null)[] {
  const { given_name, family_name, company, email, mobile, phone, number } = customer;
  return [`${given_name ?? ""} ${family_name ?? ""}`, company, email, mobile, phone, number];
}

/** Every word of the search must occur in some text: case and accents do not matter. */
export function found(search: string, texts: readonly (string | null)[]): boolean {
  const haystack = texts.map((text) => folded(text ?? "")).join("\n");
  return folded(search)
    .split(/\s+/)
    .every((word) => haystack.includes(word));
}

function folded(text: string): string {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
}

function sameText(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

function customFieldTest(world: World, filter: CustomFieldQuery): (customer: CustomerRecord) => boolean {
  const field = world.store.custom_fields.get(filter.field_id);
  if (field === undefined) {
    throw badParameter("filter", {
      en: `There is no custom field ${filter.field_id}.`,
      de: `Es gibt kein eigenes Feld ${filter.field_id}.`,
    });
  }
  return (customer) => matches(field, customer.custom[field.id], filter.operator, filter.value);
}

function matches(field: CustomFieldRecord, value: CustomValue | undefined, operator: string, wanted: string): boolean {
  if (operator === "<>") return value === undefined || !matches(field, value, "=", wanted);
  if (value === undefined) return false;
  if (operator === "in") {
    const choices = wanted.split(",").map((choice) => choice.trim());
    return choices.some((choice) => matches(field, value, "=", choice));
  }
  if (Array.isArray(value)) return operator === "=" && value.includes(wanted);
  const order = compare(field, value, wanted);
  if (order === null) return false;
  switch (operator) {
    case "=":
      return order === 0;
    case "<":
      return order < 0;
    case ">":
      return order > 0;
    case "<=":
      return order <= 0;
    default:
      return order >= 0;
  }
}

function compare(field: CustomFieldRecord, value: string | number | boolean, wanted: string): number | null {
  if (field.type === "checkbox") {
    const flag = wanted === "true" || wanted === "1" ? true : wanted === "false" || wanted === "0" ? false : null;
    return flag === null ? null : Number(value) - Number(flag);
  }
  if (field.type === "number") {
    const number = wanted.trim() === "" ? Number.NaN : Number(wanted);
    return Number.isNaN(number) ? null : Number(value) - number;
  }
  const [a, b] = [String(value).toLowerCase(), wanted.toLowerCase()];
  return a < b ? -1 : a > b ? 1 : 0;
}
