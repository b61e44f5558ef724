import { z } from "zod";
import { allows, type Invoice } from "../domain/invoice.ts";
import { WrongStateError } from "../errors.ts";
import { lineSchema, linesOf, sameLines, sameNumber } from "./lines.ts";
import type { Operation } from "./operation.ts";
import { gone, readInvoice, readInvoiceAgain, resetSince, wrongState } from "./reading.ts";
import { sameText } from "./text.ts";

const args = z.object({ invoice_id: z.string() });
/** The content that is about to leave. */
const before = z.object({
  currency: z.string(),
  total: z.string().nullable(),
  customer_id: z.string().nullable(),
  recipient: z.string().nullable(),
  /** Where it goes, as far as the API says. Rows of earlier versions lack it. */
  email: z.string().nullable().exactOptional(),
  calculate_from_net: z.boolean(),
  lines: z.array(lineSchema),
});
const result = z.object({ invoice_id: z.string(), number: z.string().nullable(), status: z.string() });

type Content = z.infer<typeof before>;
export type SendInvoiceArgs = z.infer<typeof args>;
export type SendInvoiceResult = z.infer<typeof result>;

/** Sends a draft: numbered, locked, delivered. Once, for ever. */
export const sendInvoice: Operation<SendInvoiceArgs, Content, SendInvoiceResult> = {
  kind: "send_invoice",
  schemas: { args, before, result },
  repeat: "always",
  identity: ({ invoice_id }) => ({ invoice_id }),
  lock: ({ invoice_id }) => `inv:${invoice_id}`,
  subject: ({ invoice_id }) => ({ type: "invoice", id: invoice_id }),

  async prepare({ invoice_id }, context) {
    const invoice = await readInvoice(context, invoice_id);
    if (invoice.is_cancellation) {
      throw wrongState(invoice, "credit notes are sent by the API itself", "Read it with get_invoice.");
    }
    if (invoice.status === "sent" || invoice.status === "paid") return { state: "already", result: sent(invoice) };
    if (!allows("send", invoice.status)) {
      throw wrongState(invoice, "only drafts can be sent", "Make a new draft with create_invoice.");
    }
    if (invoice.customer_unknown) {
      throw new WrongStateError(
        "Nothing was sent: the API does not say which customer the draft belongs to, so where it would go cannot be known.",
        { next: "Send it in the web interface." },
      );
    }
    if (invoice.items?.length === 0) {
      throw new WrongStateError("Nothing was sent: the draft has no lines.", {
        next: "Add its lines with add_item first.",
      });
    }
    if (invoice.customer_id === null && !invoice.recipient?.trim()) {
      throw new WrongStateError("Nothing was sent: the draft has neither a customer nor a recipient.", {
        next: "Link a customer with update_invoice first.",
      });
    }
    return { state: "go", before: contentOf(invoice) };
  },

  async dispatch({ invoice_id }, _before, api, options) {
    return api.sendInvoice(invoice_id, options);
  },

  async reconcile({ invoice_id }, approved, context) {
    const invoice = await readInvoiceAgain(context, invoice_id);
    if (invoice === null) return gone(invoice_id);
    if (invoice.status === "draft") return { is: "not_done" };
    if (invoice.status !== "sent" && invoice.status !== "paid") {
      return {
        is: "ambiguous",
        why: `The invoice is ${invoice.status_word.toLowerCase()} now: it may have been sent before that.`,
        candidates: [invoice_id],
      };
    }
    const differences = differencesOf(approved, invoice);
    const why = [
      ...(differences.length === 0
        ? []
        : [`with other content than the draft had right before: ${differences.join(", ")}`]),
      ...(isElsewhere(approved, invoice)
        ? ["the customer's e-mail changed around the sending: it may have gone to either address"]
        : []),
    ];
    if (why.length === 0) return { is: "done", result: sent(invoice) };
    return {
      is: "mismatch",
      why: `The invoice was sent, but ${why.join("; and ")}. Cancelling it is possible.`,
      result: sent(invoice),
    };
  },

  undone: ({ invoice_id }, context) => resetSince(context, invoice_id, ({ status }) => status === "draft"),
};

const sent = (invoice: Invoice): SendInvoiceResult => ({
  invoice_id: invoice.id,
  number: invoice.number,
  status: invoice.status,
});

function contentOf(invoice: Invoice): Content {
  return {
    currency: invoice.currency,
    total: invoice.total?.toFixed() ?? null,
    customer_id: invoice.customer_id,
    recipient: invoice.recipient,
    email: invoice.customer?.email ?? null,
    calculate_from_net: invoice.calculate_from_net,
    lines: linesOf(invoice),
  };
}

/** Only between two addresses that were both read: an address that cannot be read proves nothing. */
function isElsewhere({ customer_id, email: former }: Content, { customer }: Invoice): boolean {
  const now = customer?.email ?? null;
  if (former === undefined || former === null || now === null || customer?.id !== customer_id) return false;
  return former.trim().toLowerCase() !== now.trim().toLowerCase();
}

function differencesOf(former: Content, invoice: Invoice): string[] {
  const now = contentOf(invoice);
  const found: string[] = [];
  if (now.currency !== former.currency) found.push("currency");
  if (!sameNumber(former.total, now.total)) found.push("total");
  if (former.customer_id !== null && now.customer_id !== former.customer_id) found.push("customer");
  // A blank block is filled from the customer on sending (guide, Attributes).
  if (former.recipient?.trim() && !sameText(former.recipient, now.recipient)) found.push("recipient");
  if (invoice.items !== null && !sameLines(former.lines, now.lines, former.calculate_from_net)) found.push("lines");
  return found;
}
