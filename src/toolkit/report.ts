import type { Json, JsonObject } from "../domain/json.ts";
import type { Organization } from "../domain/organization.ts";
import { cited, oneLine } from "../domain/untrusted.ts";
import { type ApiProblem, InvoicingError } from "../errors.ts";
import type { ApprovalForm, Visit } from "../guard/port.ts";
import type { OperationRecord } from "../journal/port.ts";
import type { Common } from "./listing.ts";

/** What a call ends with: an answer, or (2026 era) a form to be answered, or a page to be opened, before the call is made again. */
export type ToolAnswer =
  | {
      readonly kind: "result";
      readonly structured: JsonObject;
      readonly text: string;
      readonly isError: boolean;
      /** For views only; may hold a secret. */
      readonly meta?: JsonObject;
      /** Files and pages that go with the answer; the text names them too. */
      readonly links?: readonly ResourceLink[];
    }
  | { readonly kind: "ask"; readonly form: ApprovalForm; readonly state: string }
  | { readonly kind: "visit"; readonly visit: Visit; readonly state: string };

/** A resource of this server, by address. */
export interface ResourceLink {
  readonly uri: string;
  readonly name: string;
  readonly title: string;
  readonly mimeType: string;
}

/** `"Studio Nord GmbH" (simulator)`: where an answer comes from. */
export function accountName(organization: Organization, simulator: boolean): string {
  const name = organization.name === null ? `organization ${organization.id}` : cited(organization.name, 60);
  return simulator ? `${name} (simulator: nothing is real)` : name;
}

/** Joins what a tool rendered with the common fields into one answer; text and structure carry the same. */
export function resultAnswer(
  data: object,
  rendered: string,
  fields: Common,
  meta: JsonObject | undefined,
  links: readonly ResourceLink[] = [],
): Extract<ToolAnswer, { kind: "result" }> {
  const lines = [rendered];
  if (fields.tell_user !== undefined && !rendered.includes(fields.tell_user)) lines.push(fields.tell_user);
  if (fields.operation_id !== undefined && !rendered.includes(fields.operation_id)) {
    lines.push(`Operation: ${fields.operation_id}`);
  }
  if (fields.unresolved?.length) lines.push(`Still open: ${fields.unresolved.join("; ")}`);
  if (fields.next !== undefined) lines.push(`Next: ${fields.next}`);
  if (fields.account !== undefined) lines.push(`Account: ${fields.account}`);
  return {
    kind: "result",
    structured: toJsonObject({ ...data, ...fields }),
    text: lines.filter((line) => line !== "").join("\n"),
    isError: false,
    ...(meta === undefined ? {} : { meta }),
    ...(links.length === 0 ? {} : { links }),
  };
}

const EFFECT_SENTENCES = {
  none: "Nothing was changed.",
  done: "The change was made.",
  unknown: "It is not known whether anything was changed.",
} as const;

/** The one place that turns an error into words. Anything not raised on purpose is a bug and says nothing of its insides. */
export function errorAnswer(thrown: unknown, account: string | undefined, duringWrite: boolean): ToolAnswer {
  const error =
    thrown instanceof InvoicingError
      ? thrown
      : new InvoicingError("internal", "The server met an error of its own.", {
          effect: duringWrite ? "unknown" : "none",
          next: duringWrite
            ? "Call list_operations to see what became of it. Please report this."
            : "Try again; if it stays, please report it.",
        });
  const apiSaid = error.problems.map(problemText).filter((text) => text !== "");
  const structured = {
    account,
    error: {
      code: error.code,
      message: error.message,
      effect: error.effect,
      next: error.next,
      ...(error.retry_after_ms === undefined ? {} : { retry_after_seconds: Math.ceil(error.retry_after_ms / 1000) }),
      ...(error.operation_id === undefined ? {} : { operation_id: error.operation_id }),
      ...(apiSaid.length === 0 ? {} : { api_said: apiSaid }),
    },
  };
  const wait = error.retry_after_ms === undefined ? "" : `Wait ${Math.ceil(error.retry_after_ms / 1000)} s, then: `;
  return {
    kind: "result",
    structured: toJsonObject(structured),
    text: [
      saysEffect(error) ? error.message : `${error.message} ${EFFECT_SENTENCES[error.effect]}`,
      ...(apiSaid.length === 0 ? [] : [`The API said: ${apiSaid.map((text) => cited(text, 240)).join(", ")}`]),
      ...(error.operation_id === undefined ? [] : [`Operation: ${error.operation_id}`]),
      `Next: ${wait}${error.next}`,
      ...(account === undefined ? [] : [`Account: ${account}`]),
    ].join("\n"),
    // `isError` tells a client that nothing happened; where that is not proven, the answer says what is known instead.
    isError: error.effect === "none",
  };
}

/** Whether the message says by itself that nothing happened; twice would read like two facts. */
function saysEffect({ message, effect }: InvoicingError): boolean {
  return effect === "none" && /\bNothing (was|is) \w/.test(message);
}

function problemText(problem: ApiProblem): string {
  const field = problem.pointer?.split("/").at(-1) ?? problem.parameter;
  const words = problem.detail ?? problem.title ?? problem.code ?? "";
  if (words === "") return "";
  return oneLine(field === undefined || field === "data" ? words : `${field}: ${words}`, 240);
}

/** `mark_paid 1,785.00 EUR (op_…): unknown`, one line for lists of what is still open. */
export function operationLine(record: OperationRecord): string {
  const subject = record.note?.number ?? record.subject.id;
  return `${record.id} ${record.kind}${subject === null ? "" : ` ${oneLine(subject, 60)}`}: ${record.state}`;
}

export function toJsonObject(value: object): JsonObject {
  const object: Record<string, Json> = {};
  for (const [key, item] of Object.entries(value)) {
    // Assigned, this one would be no key.
    if (item !== undefined && key !== "__proto__") object[key] = toJson(item);
  }
  return object;
}

function toJson(value: unknown): Json {
  if (value === null || typeof value === "string" || typeof value === "number" || typeof value === "boolean") {
    return value;
  }
  if (Array.isArray(value)) return value.map(toJson);
  if (typeof value === "object") return toJsonObject(value);
  throw new TypeError(`an answer may not hold a ${typeof value}`);
}
