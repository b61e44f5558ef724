import { isId } from "../domain/ids.ts";
import { UnreadableAnswerError } from "../errors.ts";
import { decodeDocument, oneResource } from "../jsonapi/decode.ts";
import type { WriteEvidence } from "./port.ts";
import type { WriteAnswer } from "./wire.ts";

/**
 * Evidence of a write that answers with one resource. The id comes from the body, else from `Location` of a 201;
 * `expectedId` is the resource a PATCH was about.
 */
export function evidenceOf(
  answer: WriteAnswer,
  type: string,
  expectedId?: string,
): WriteEvidence<{ readonly id: string }> {
  if (answer.kind !== "applied") return answer;
  const inBody = idInBody(answer, type);
  if (inBody.id !== null && (expectedId === undefined || inBody.id === expectedId)) {
    return { kind: "applied", resource: { id: inBody.id } };
  }
  if (inBody.id !== null) {
    return { kind: "applied", resource: null, reason: `the answer is about another resource (${inBody.id})` };
  }
  const inLocation = expectedId === undefined && answer.status === 201 ? lastSegment(answer.location, type) : null;
  return inLocation === null
    ? { kind: "applied", resource: null, reason: inBody.reason }
    : { kind: "applied", resource: { id: inLocation }, reason: inBody.reason };
}

/** Evidence of an action: its answer's body is not documented and says nothing that a read would not say better. */
export function actionEvidence(answer: WriteAnswer): WriteEvidence<null> {
  if (answer.kind !== "applied") return answer;
  return answer.text === null && answer.reason !== null
    ? { kind: "applied", resource: null, reason: answer.reason }
    : { kind: "applied", resource: null };
}

function idInBody(
  answer: Extract<WriteAnswer, { kind: "applied" }>,
  type: string,
): { id: string; reason: null } | { id: null; reason: string } {
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

function lastSegment(location: string | null, type: string): string | null {
  if (location === null || !URL.canParse(location, "http://localhost")) return null;
  const [id, collection] = new URL(location, "http://localhost").pathname.split("/").reverse();
  return id !== undefined && collection === type && isId(id) ? id : null;
}
