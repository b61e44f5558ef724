import { z } from "zod";
import type { Address } from "../domain/customer.ts";
import type { Invoice } from "../domain/invoice.ts";

/** What of a customer's address has to be found again on the document that was made with it. */
export const printedSchema = z.object({ street: z.string(), zip_code: z.string(), city: z.string() });
export type Printed = z.infer<typeof printedSchema>;

export function printedOf(address: Address | null | undefined): Printed | null {
  if (!address) return null;
  const { street_address, zip_code, city } = address;
  return { street: street_address ?? "", zip_code: zip_code ?? "", city: city ?? "" };
}

/**
 * Whether the filled recipient block, or the buyer as the API keeps it, names another address than the approved one. What is
 * not named contradicts nothing: a block may be a name alone, a buyer may lack its postal code.
 */
export function isPrintedElsewhere(approved: Printed | null, { recipient, buyer }: Invoice): boolean {
  if (approved === null) return false;
  const kept: readonly (readonly [string | null | undefined, string])[] = [
    [buyer?.address_line, approved.street],
    [buyer?.postal_code, approved.zip_code],
    [buyer?.city, approved.city],
  ];
  if (kept.some(([is, was]) => plain(is ?? "") !== "" && plain(was) !== "" && !plain(is ?? "").includes(plain(was)))) {
    return true;
  }
  const block = recipient ?? "";
  // House numbers and postal codes: without digits there is a name, no address.
  if (!/\d/.test(block)) return false;
  const isCode = /\d{4,}/.test(block);
  return !plain(block).includes(plain(approved.street)) || (isCode && !plain(block).includes(plain(approved.zip_code)));
}

function plain(text: string): string {
  return text
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "");
}
