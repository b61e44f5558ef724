import type { Address } from "../domain/customer.ts";
import type { Invoice } from "../domain/invoice.ts";
import type { JsonObject } from "../domain/json.ts";
import { oneLine } from "../domain/untrusted.ts";
import { filledIn } from "../guard/plan-parts.ts";
import { invoiceView } from "../guard/view.ts";
import { languageOf } from "../guard/wording.ts";
import { VIEW_META } from "../ui/names.ts";
import type { ReadContext } from "./context.ts";
import { toJsonObject } from "./report.ts";

/**
 * `_meta` that lets hosts with MCP Apps show the document, without buttons. `address`: the customer's, where it is known, that
 * sending writes into a blank recipient.
 */
export function readOnlyCard(invoice: Invoice, context: ReadContext, address: Address | null = null): JsonObject {
  return {
    [VIEW_META]: {
      ...whose(context),
      document: toJsonObject(
        // What sending would fill in is said: a person looks at the document as it will be.
        invoiceView(invoice, {
          locale: context.language,
          sending: invoice.status === "draft",
          buyer_address: filledIn(invoice, address),
        }),
      ),
    },
  };
}

export type Picture = "receivables" | "statement" | "billing" | "operations";

/**
 * `_meta` that lets hosts with MCP Apps show an answer as a picture. The figures are those of the structured answer; `more`
 * holds what only the picture needs, because `_meta` costs the model nothing.
 */
export function picture(show: Picture, context: ReadContext, more: object = {}): JsonObject {
  return {
    [VIEW_META]: {
      ...whose(context),
      show,
      today: context.today,
      time_zone: context.timeZone,
      more: toJsonObject(more),
    },
  };
}

function whose({ organization: { id, name }, simulator, language }: ReadContext): JsonObject {
  return {
    organization: { id, name: name === null ? null : oneLine(name, 120) },
    simulator,
    locale: languageOf(language),
  };
}
