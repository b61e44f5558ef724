import type { Invoice } from "../domain/invoice.ts";
import type { JsonObject } from "../domain/json.ts";
import { oneLine } from "../domain/untrusted.ts";
import { invoiceView } from "../guard/view.ts";
import { languageOf } from "../guard/wording.ts";
import { VIEW_META } from "../ui/names.ts";
import type { ReadContext } from "./context.ts";
import { toJsonObject } from "./report.ts";

/** `_meta` that lets hosts with MCP Apps show the document as a card, without buttons. */
export function readOnlyCard(invoice: Invoice, context: ReadContext): JsonObject {
  const { id, name } = context.organization;
  return {
    [VIEW_META]: {
      document: toJsonObject(invoiceView(invoice, { locale: context.language })),
      organization: { id, name: name === null ? null : oneLine(name, 120) },
      simulator: context.simulator,
      locale: languageOf(context.language),
    },
  };
}
