import { isId } from "../domain/ids.ts";
import { quoted } from "../domain/untrusted.ts";
import { InputError } from "../errors.ts";
import { encodePart } from "../jsonapi/query.ts";

/** `path`/invoices/${id}/send``: each value is one id and stays inside its segment, or InputError is thrown. */
export function path(texts: TemplateStringsArray, ...ids: readonly string[]): string {
  return texts.map((text, index) => text + (index < ids.length ? encodePart(idOf(ids[index])) : "")).join("");
}

/** An id as the API issues them; refuses everything else before it reaches a URL or a body. */
export function idOf(value: string | undefined): string {
  if (value === undefined || !isId(value)) {
    throw new InputError(`${quoted(value ?? "", 80)} is not an id: letters, digits, "-" and "_" only, at most 64.`);
  }
  return value;
}
