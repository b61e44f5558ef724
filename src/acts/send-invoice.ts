import { z } from "zod";
import type { Address } from "../domain/customer.ts";
import { allows, documentName, type Invoice } from "../domain/invoice.ts";
import { inert } from "../domain/untrusted.ts";
import { WrongStateError } from "../errors.ts";
import { planSend } from "../guard/plan.ts";
import type { GuardedAct } from "./act.ts";
import { customerLocks, planInput } from "./asking.ts";
import { lineSchema, linesOf, sameLines, sameNumber } from "./lines.ts";
import { isPrintedElsewhere, printedOf, printedSchema } from "./printed.ts";
import { type DocumentReading, gone, readDocument, readInvoiceAgain, resetSince } from "./reading.ts";
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
  /** The customer's address, which a blank recipient is filled from. Rows of earlier versions lack it. */
  address: printedSchema.nullable().exactOptional(),
  calculate_from_net: z.boolean(),
  lines: z.array(lineSchema),
});
const result = z.object({ invoice_id: z.string(), number: z.string().nullable(), status: z.string() });

type Content = z.infer<typeof before>;
export type SendInvoiceArgs = z.infer<typeof args>;
export type SendInvoiceResult = z.infer<typeof result>;

/** Sends a draft: numbered, locked, delivered. Once, for ever. */
export const sendInvoice: GuardedAct<SendInvoiceArgs, Content, SendInvoiceResult, DocumentReading> = {
  kind: "send_invoice",
  schemas: { args, before, result },
  guarded: {
    plan: (_args, reading, asking) => planSend(planInput(reading, asking)),
    locks: (_args, { customer }) => customerLocks(customer),
    receiver: ({ customer }) => customer?.id ?? null,
    bills: true,
  },
  repeat: "always",
  duplicable: false,
  created: null,
  keeps: ["invoice_id"],
  identity: ({ invoice_id }) => ({ invoice_id }),
  locks: ({ invoice_id }) => [`inv:${invoice_id}`],
  subject: ({ invoice_id }) => ({ type: "invoice", id: invoice_id }),

  read: ({ invoice_id }, context, moment) => readDocument(invoice_id, context, moment),

  allowed(_args, { invoice }) {
    if (!allows("send", invoice.status)) {
      return new WrongStateError(
        `${documentName(invoice)} is already ${inert(invoice.status_word, 30)}; only a draft can be sent.`,
        { next: "Nothing needs to be done; get_invoice shows it." },
      );
    }
    if (invoice.is_cancellation || invoice.is_credit) {
      return new WrongStateError(`${documentName(invoice)} is a credit note: the API sends it by itself.`);
    }
    if ((invoice.items ?? []).length === 0) {
      return new WrongStateError(`${documentName(invoice)} has no lines.`, { next: "add_item first." });
    }
    if (invoice.customer_id === null && !invoice.recipient?.trim()) {
      return new WrongStateError(`${documentName(invoice)} has neither a customer nor a recipient.`, {
        next: "Link a customer with update_invoice first.",
      });
    }
    return null;
  },

  prepare: (_args, reading) =>
    reading.invoice.status === "sent" || reading.invoice.status === "paid"
      ? { state: "already", result: sent(reading.invoice) }
      : { state: "go", before: contentOf(reading.invoice, reading.customer?.address ?? null) },

  async dispatch({ invoice_id }, approved, api, options) {
    const evidence = await api.sendInvoice(invoice_id, options);
    if (evidence.kind !== "applied") return evidence;
    const document = evidence.resource;
    const isConclusive =
      document !== null &&
      document.status === "sent" &&
      document.number !== null &&
      document.total !== null &&
      (document.recipient?.trim() ?? "") !== "" &&
      differencesOf(approved, document).length === 0 &&
      !isElsewhere(approved, document);
    return {
      kind: "applied",
      resource: isConclusive ? sent(document) : null,
      ...(isConclusive ? { document } : {}),
    };
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
    if (why.length === 0) return { is: "done", result: sent(invoice), document: invoice };
    return {
      is: "mismatch",
      why: `The invoice was sent, but ${why.join("; and ")}. Cancelling it is possible.`,
      result: sent(invoice),
      document: invoice,
    };
  },

  stated: ({ invoice_id }) => ({ invoice_id, number: null, status: "sent" }),

  undone: ({ invoice_id }, context) => resetSince(context, invoice_id, ({ status }) => status === "draft"),
};

const sent = (invoice: Invoice): SendInvoiceResult => ({
  invoice_id: invoice.id,
  number: invoice.number,
  status: invoice.status,
});

function contentOf(invoice: Invoice, address: Address | null = null): Content {
  return {
    address: printedOf(address),
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
  const isKnown = former.customer_id !== null && !invoice.customer_unknown;
  if (isKnown && now.customer_id !== former.customer_id) found.push("customer");
  if (former.recipient?.trim()) {
    if (!sameText(former.recipient, now.recipient)) found.push("recipient");
  } else if (isPrintedElsewhere(former.address ?? null, invoice)) {
    // A blank block is filled from the customer on sending (guide, Attributes).
    found.push("address");
  }
  if (invoice.items !== null && !sameLines(former.lines, now.lines, former.calculate_from_net)) found.push("lines");
  return found;
}
