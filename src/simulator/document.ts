import { clientId, documentRequired, invalidJson, nonCompliant, wrongType } from "./problems.ts";
import type { Link } from "./records.ts";

/** The part of a JSON:API request document that the rules read. */
export interface RequestDocument {
  readonly attributes: Readonly<Record<string, unknown>>;
  /** To-one linkage; `null` unlinks, absent leaves alone. */
  readonly relationships: ReadonlyMap<string, Link | null>;
}

/** Reads a request body. `id` is the resource being changed, `null` on creation. Throws 400, 403 or 409. */
export function readDocument(body: string, type: string, id: string | null): RequestDocument {
  if (body.trim() === "") throw documentRequired();
  const document = parseJson(body);
  if (!isObject(document)) throw documentRequired();
  const data = document["data"];
  if (data === undefined) throw nonCompliant(required("data"), "/");
  if (!isObject(data)) throw nonCompliant(mustBeObject("data"), "/data");
  if (typeof data["type"] !== "string") throw nonCompliant(required("type"), "/data");
  if (data["type"] !== type) throw wrongType(data["type"]);
  if (id === null && data["id"] !== undefined) throw clientId(type);
  if (id !== null) {
    if (data["id"] === undefined) throw nonCompliant(required("id"), "/data");
    if (data["id"] !== id) {
      throw nonCompliant(
        { en: "The member id does not match the endpoint.", de: "Das Element id passt nicht zum Pfad." },
        "/data/id",
      );
    }
  }
  const attributes = data["attributes"] ?? {};
  if (!isObject(attributes)) throw nonCompliant(mustBeObject("attributes"), "/data/attributes");
  const relationships = data["relationships"] ?? {};
  if (!isObject(relationships)) throw nonCompliant(mustBeObject("relationships"), "/data/relationships");
  return {
    attributes,
    relationships: new Map(Object.entries(relationships).map(([name, value]) => [name, readLinkage(name, value)])),
  };
}

function readLinkage(name: string, value: unknown): Link | null {
  const pointer = `/data/relationships/${name}`;
  if (!isObject(value) || value["data"] === undefined) throw nonCompliant(required("data"), pointer);
  const data = value["data"];
  if (data === null) return null;
  if (!isObject(data)) throw nonCompliant(mustBeObject("data"), `${pointer}/data`);
  const { type, id } = data;
  if (typeof type !== "string") throw nonCompliant(required("type"), `${pointer}/data`);
  if (typeof id !== "string") throw nonCompliant(required("id"), `${pointer}/data`);
  return { type, id };
}

/** Plain JSON body of an action; an empty body is an empty object. */
export function readPlainObject(body: string): Readonly<Record<string, unknown>> {
  if (body.trim() === "") return {};
  const value = parseJson(body);
  if (!isObject(value)) throw documentRequired();
  return value;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw invalidJson();
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const required = (member: string) => ({
  en: `The member ${member} is required.`,
  de: `Das Element ${member} ist erforderlich.`,
});
const mustBeObject = (member: string) => ({
  en: `The member ${member} must be an object.`,
  de: `Das Element ${member} muss ein Objekt sein.`,
});
