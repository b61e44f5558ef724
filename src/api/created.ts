import { isId } from "../domain/ids.ts";
import type { Invoice, Item } from "../domain/invoice.ts";
import { UnreadableAnswerError } from "../errors.ts";
import { decodeDocument, oneResource } from "../jsonapi/decode.ts";
import type { Resource, ResourceDocument } from "../jsonapi/document.ts";
import type { WriteEvidence } from "./port.ts";
import { invoiceOf, itemOf } from "./read-invoice.ts";
import type { WriteAnswer } from "./wire.ts";

/**
 * A 2xx is the word of whatever answered: a login page, a proxy, the API. Only the API's own document confirms a write;
 * everything else leaves its outcome to be read.
 */

type Answered = Extract<WriteAnswer, { kind: "answered" }>;

/**
 * Evidence of a write that answers with one resource. The id comes from the body; where no body could be read, from
 * `Location` of a 201. `expectedId` is the resource a PATCH was about.
 */
export function evidenceOf(
  answer: WriteAnswer,
  type: string,
  expectedId?: string,
): WriteEvidence<{ readonly id: string }> {
  if (answer.kind !== "answered") return answer;
  const inBody = idInBody(answer, type);
  if (inBody.id !== null) {
    return expectedId === undefined || inBody.id === expectedId
      ? { kind: "applied", resource: { id: inBody.id } }
      : unconfirmed(answer, `the answer is about another resource (${inBody.id})`);
  }
  const isNamed = expectedId === undefined && answer.status === 201 && holdsNothing(answer.text);
  const inLocation = isNamed ? lastSegment(answer.location, type) : null;
  return inLocation === null
    ? unconfirmed(answer, inBody.reason)
    : { kind: "applied", resource: { id: inLocation }, reason: inBody.reason };
}

/**
 * Evidence of an action on an invoice, with the invoice its answer shows; `null` where it cannot be read as one. `only`: no
 * other document can come of the action.
 */
export function actionEvidence(answer: WriteAnswer, timeZone: string | null, only?: string): WriteEvidence<Invoice> {
  if (answer.kind !== "answered") return answer;
  const inBody = idInBody(answer, "invoices");
  if (inBody.id === null) return unconfirmed(answer, inBody.reason);
  if (only !== undefined && inBody.id !== only) {
    return unconfirmed(answer, `the answer is about another invoice (${inBody.id})`);
  }
  const parts = { items: false, customer: false, alone: true, time_zone: timeZone };
  return {
    kind: "applied",
    resource: readable(answer, "invoices", (resource, document) => invoiceOf(resource, document, parts)),
  };
}

/** Evidence of a change of an invoice, with the invoice its answer shows. */
export function changeEvidence(
  answer: WriteAnswer,
  id: string,
  timeZone: string | null,
): WriteEvidence<{ readonly id: string; readonly invoice: Invoice | null }> {
  const evidence = evidenceOf(answer, "invoices", id);
  if (evidence.kind !== "applied") return evidence;
  if (evidence.resource === null || answer.kind !== "answered") return { ...evidence, resource: null };
  const parts = { items: false, customer: false, alone: true, time_zone: timeZone };
  const invoice = readable(answer, "invoices", (resource, document) => invoiceOf(resource, document, parts));
  return { ...evidence, resource: { id, invoice } };
}

/** Evidence of a new invoice, with the invoice its answer shows. */
export function newInvoiceEvidence(
  answer: WriteAnswer,
  timeZone: string | null,
): WriteEvidence<{ readonly id: string; readonly invoice?: Invoice | null }> {
  const evidence = evidenceOf(answer, "invoices");
  return evidence.kind === "applied" && evidence.resource !== null && evidence.reason === undefined
    ? changeEvidence(answer, evidence.resource.id, timeZone)
    : evidence;
}

/** Evidence of a new line, with the line as the API stored it. */
export function itemEvidence(
  answer: WriteAnswer,
  fromNet: boolean,
): WriteEvidence<{ readonly id: string; readonly item: Item | null }> {
  const evidence = evidenceOf(answer, "items");
  if (evidence.kind !== "applied" || evidence.resource === null || answer.kind !== "answered") {
    return evidence.kind === "applied" ? { ...evidence, resource: null } : evidence;
  }
  const { id } = evidence.resource;
  const item = readable(answer, "items", (resource) => itemOf(resource, fromNet));
  return { ...evidence, resource: { id, item: item?.id === id ? item : null } };
}

function readable<T>(
  { text }: Answered,
  type: string,
  read: (resource: Resource, document: ResourceDocument) => T,
): T | null {
  if (text === null || text.trim() === "") return null;
  try {
    const document = decodeDocument(text);
    return read(oneResource(document, type), document);
  } catch (error) {
    if (error instanceof UnreadableAnswerError) return null;
    throw error;
  }
}

/** Evidence of a DELETE. Only 204 is JSON:API's word for it; anything else is read. */
export function deletionEvidence(answer: WriteAnswer): WriteEvidence<null> {
  if (answer.kind !== "answered") return answer;
  return answer.status === 204
    ? { kind: "applied", resource: null }
    : unconfirmed(answer, "a deletion is confirmed by 204");
}

function unconfirmed({ status }: Answered, reason: string): Extract<WriteEvidence<null>, { kind: "unknown" }> {
  const plain = reason.replace(/\.$/, "");
  return { kind: "unknown", status, reason: `status ${status}, but no confirmation of the API: ${plain}` };
}

function idInBody(answer: Answered, type: string): { id: string; reason: null } | { id: null; reason: string } {
  if (answer.text === null) return { id: null, reason: answer.reason ?? "the answer could not be read" };
  if (answer.text.trim() === "") return { id: null, reason: "the answer is empty" };
  try {
    const { id } = oneResource(decodeDocument(answer.text), type);
    return isId(id) ? { id, reason: null } : { id: null, reason: "the answer's id is not an id" };
  } catch (error) {
    if (error instanceof UnreadableAnswerError) return { id: null, reason: error.message };
    throw error;
  }
}

/** No body, a broken one, or a document without a resource: nothing that speaks against `Location`. */
function holdsNothing(text: string | null): boolean {
  if (text === null || text.trim() === "") return true;
  try {
    return decodeDocument(text).data === null;
  } catch {
    return false;
  }
}

function lastSegment(location: string | null, type: string): string | null {
  if (location === null || !URL.canParse(location, "http://localhost")) return null;
  const [id, collection] = new URL(location, "http://localhost").pathname.split("/").reverse();
  return id !== undefined && collection === type && isId(id) ? id : null;
}
