import type { Invoice } from "../domain/invoice.ts";
import type { FileName } from "./port.ts";

const LONGEST = 80;

type Named = Pick<Invoice, "id" | "number" | "status" | "is_quote" | "is_cancellation" | "is_credit">;

/**
 * Made from the number (or id), which is text from data: ASCII letters, digits, `-` and `_` remain. The kind in front keeps
 * it from being a hidden file or a reserved name; simulated papers say so.
 */
export function fileName(invoice: Named, extension: FileName["extension"], simulator: boolean): FileName {
  const word = (invoice.number ?? invoice.id)
    .normalize("NFKD")
    .replaceAll(/\p{M}/gu, "")
    .replaceAll(/[^A-Za-z0-9_]+/g, "-")
    .slice(0, LONGEST)
    .replaceAll(/^-+|-+$/g, "");
  const stem = [simulator ? "simulator" : "", kindOf(invoice), word].filter((part) => part !== "").join("-");
  return { stem, extension };
}

function kindOf(invoice: Named): string {
  if (invoice.is_quote) return "quote";
  if (invoice.is_cancellation || invoice.is_credit) return "credit-note";
  return invoice.status === "draft" ? "draft" : "invoice";
}
