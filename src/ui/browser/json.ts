import type { InvoiceView, PlanView } from "../plan-view.ts";

/** Guards for what arrives as JSON from our own server by way of a host or a socket: the shape is checked, not the texts. */

type Json = Readonly<Record<string, unknown>>;

export function isRecord(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The member `name` when it is an object. */
export function recordIn(value: unknown, name: string): Json | null {
  const member = isRecord(value) ? value[name] : null;
  return isRecord(member) ? member : null;
}

export function textIn(value: unknown, name: string): string | null {
  const member = isRecord(value) ? value[name] : null;
  return typeof member === "string" ? member : null;
}

function listIn(value: Json, name: string): readonly unknown[] | null {
  const member = value[name];
  return Array.isArray(member) ? member : null;
}

export function isInvoiceView(value: unknown): value is InvoiceView {
  return (
    isRecord(value) &&
    textIn(value, "kind") !== null &&
    textIn(value, "currency") !== null &&
    ["recipient", "buyer_address", "sender", "notes"].every((name) => listIn(value, name) !== null) &&
    listIn(value, "taxes") !== null &&
    listIn(value, "lines")?.every(isRecord) === true
  );
}

export function isPlanView(value: unknown): value is PlanView {
  return (
    isRecord(value) &&
    textIn(value, "act") !== null &&
    textIn(value, "title") !== null &&
    recordIn(value, "organization") !== null &&
    listIn(value, "documents")?.every(isInvoiceView) === true &&
    listIn(value, "details")?.every(isRecord) === true &&
    listIn(value, "consequences") !== null &&
    listIn(value, "warnings")?.every(isRecord) === true
  );
}
