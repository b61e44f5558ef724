import { UnreadableAnswerError } from "../errors.ts";
import {
  isRecord,
  type JsonRecord,
  type Linkage,
  type Resource,
  type ResourceDocument,
  type ResourceIdentifier,
} from "./document.ts";

/** An answer that is not what the guide describes. `field` is a path such as `data[3].attributes.total`. */
export function unreadable(field: string, found: unknown, expected: string): UnreadableAnswerError {
  return new UnreadableAnswerError(
    `The API's answer cannot be read: ${field} is ${typeName(found)}, expected ${expected}.`,
  );
}

function typeName(value: unknown): string {
  if (value === null) return "null";
  if (value === undefined) return "missing";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "an object";
  if (typeof value === "string") return "other text";
  return `a ${typeof value}`;
}

/** Reads the text of a JSON:API answer. Throws UnreadableAnswerError; never anything else. */
export function decodeDocument(text: string): ResourceDocument {
  const body = parseJson(text);
  if (!isRecord(body)) throw unreadable("the body", body, "a JSON:API document");
  const data = body["data"];
  if (data === undefined) throw unreadable("data", data, "a resource or a list of resources");
  return {
    data: data === null ? null : Array.isArray(data) ? resources(data, "data") : resource(data, "data"),
    included: body["included"] === undefined ? [] : resources(body["included"], "included"),
    meta: recordOf(body["meta"], "meta"),
  };
}

export function parseJson(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    const found = /^\s*</.test(text) ? "a web page" : text.trim() === "" ? "empty" : "not valid JSON";
    throw new UnreadableAnswerError(`The API's answer cannot be read: the body is ${found}, expected JSON.`);
  }
}

/** The one resource of an answer, of the expected type. */
export function oneResource(document: ResourceDocument, type: string): Resource {
  const { data } = document;
  if (data === null || isList(data)) throw unreadable("data", data, "one resource");
  return ofType(data, type);
}

/** The resources of a collection answer, all of the expected type. */
export function manyResources(document: ResourceDocument, type: string): readonly Resource[] {
  const { data } = document;
  if (data === null || !isList(data)) throw unreadable("data", data, "a list of resources");
  return data.map((item) => ofType(item, type));
}

function ofType(found: Resource, type: string): Resource {
  if (found.type !== type) throw unreadable(`${found.at}.type`, found.type, `"${type}"`);
  return found;
}

function isList(data: Resource | readonly Resource[]): data is readonly Resource[] {
  return Array.isArray(data);
}

function resources(value: unknown, at: string): readonly Resource[] {
  if (!Array.isArray(value)) throw unreadable(at, value, "a list of resources");
  return value.map((item: unknown, index) => resource(item, `${at}[${index}]`));
}

function resource(value: unknown, at: string): Resource {
  if (!isRecord(value)) throw unreadable(at, value, "a resource object");
  const relationships: Record<string, Linkage> = {};
  for (const [name, relationship] of Object.entries(recordOf(value["relationships"], `${at}.relationships`))) {
    relationships[name] = isRecord(relationship)
      ? linkage(relationship["data"], `${at}.relationships.${name}.data`)
      : undefined;
  }
  return {
    ...identifier(value, at),
    at,
    attributes: recordOf(value["attributes"], `${at}.attributes`),
    relationships,
    meta: recordOf(value["meta"], `${at}.meta`),
  };
}

function linkage(value: unknown, at: string): Linkage {
  if (value === undefined || value === null) return value;
  return Array.isArray(value)
    ? value.map((item: unknown, index) => identifier(item, `${at}[${index}]`))
    : identifier(value, at);
}

function identifier(value: unknown, at: string): ResourceIdentifier {
  if (!isRecord(value)) throw unreadable(at, value, "an object with type and id");
  const { type, id } = value;
  if (typeof type !== "string" || type === "") throw unreadable(`${at}.type`, type, "text");
  // The specification wants text; a legacy integer id is understood all the same.
  if (typeof id === "number" && Number.isSafeInteger(id)) return { type, id: String(id) };
  if (typeof id !== "string" || id === "") throw unreadable(`${at}.id`, id, "text");
  return { type, id };
}

/** An object; missing, null and PHP's empty `[]` read as empty. */
export function recordOf(value: unknown, at: string): JsonRecord {
  if (value === undefined || value === null) return {};
  if (Array.isArray(value) && value.length === 0) return {};
  if (!isRecord(value)) throw unreadable(at, value, "an object");
  return value;
}

/** The resource an identifier points to, among the included ones. */
export function findIncluded(document: ResourceDocument, target: ResourceIdentifier): Resource | null {
  return document.included.find((item) => item.type === target.type && item.id === target.id) ?? null;
}

/** A to-one relationship. `undefined`: the answer does not say. */
export function toOne(of: Resource, name: string): ResourceIdentifier | null | undefined {
  const value = of.relationships[name];
  if (value === undefined || value === null) return value;
  if (isIdentifierList(value)) {
    if (value.length > 1) throw unreadable(`${of.at}.relationships.${name}.data`, value, "one resource");
    return value[0] ?? null;
  }
  return value;
}

/** A to-many relationship. `undefined`: the answer does not say. */
export function toMany(of: Resource, name: string): readonly ResourceIdentifier[] | undefined {
  const value = of.relationships[name];
  if (value === undefined) return undefined;
  if (value === null) return [];
  return isIdentifierList(value) ? value : [value];
}

function isIdentifierList(
  value: ResourceIdentifier | readonly ResourceIdentifier[],
): value is readonly ResourceIdentifier[] {
  return Array.isArray(value);
}
