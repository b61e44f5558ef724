import { z } from "zod";
import { allows, documentName, type Invoice, isCreditNote } from "../domain/invoice.ts";
import { WrongStateError } from "../errors.ts";
import { document, finish, type PlanInput, paidConsequences, paidFacts, typedFor } from "../guard/plan-parts.ts";
import { parts } from "../guard/plan-words.ts";
import type { Plan } from "../guard/port.ts";
import { PAID_RULES, risksOf } from "../guard/risks.ts";
import { say } from "../guard/wording.ts";
import type { GuardedAct } from "./act.ts";
import { customerLocks, planInput } from "./asking.ts";
import { sameNumber } from "./lines.ts";
import { type DocumentReading, gone, readDocument, readInvoiceAgain, resetSince } from "./reading.ts";
import { wrongState } from "./states.ts";

const args = z.object({ invoice_id: z.string(), send_notification: z.boolean() });
const before = z.object({
  status: z.string(),
  /** Rows of earlier versions lack it. */
  total: z.string().nullable().exactOptional(),
});
/** Whether the e-mail left cannot be read back: `requested` says what was asked for. */
const result = z.object({ invoice_id: z.string(), notification: z.enum(["requested", "none"]) });

export type MarkPaidArgs = z.infer<typeof args>;
export type MarkPaidResult = z.infer<typeof result>;

/** Marks a sent invoice as paid. The notification is not part of the identity: an invoice is settled once. */
export const markPaid: GuardedAct<MarkPaidArgs, z.infer<typeof before>, MarkPaidResult, DocumentReading> = {
  kind: "mark_paid",
  schemas: { args, before, result },
  guarded: {
    plan: ({ send_notification }, reading, asking) =>
      planMarkPaid({ ...planInput(reading, asking), send_notification }),
    locks: (_args, { customer }) => customerLocks(customer),
    receiver: () => null,
    bills: false,
  },
  repeat: "always",
  duplicable: false,
  created: null,
  keeps: ["invoice_id", "send_notification"],
  identity: ({ invoice_id }) => ({ invoice_id }),
  locks: ({ invoice_id }) => [`inv:${invoice_id}`],
  subject: ({ invoice_id }) => ({ type: "invoice", id: invoice_id }),

  // Whom it is mailed to matters only where it is mailed.
  read: ({ invoice_id, send_notification }, context, moment) =>
    readDocument(invoice_id, context, moment, { customer: send_notification, earlier: true }),

  allowed: (_args, { invoice }) => notPayable(invoice),

  prepare: ({ invoice_id }, { invoice }) =>
    invoice.status === "paid"
      ? { state: "already", result: { invoice_id, notification: "none" } }
      : { state: "go", before: { status: invoice.status, total: invoice.total?.toFixed() ?? null } },

  async dispatch({ invoice_id, send_notification }, { total }, api, options) {
    const evidence = await api.markPaid(invoice_id, send_notification, options);
    if (evidence.kind !== "applied") return evidence;
    const document = evidence.resource;
    const isConclusive =
      document !== null &&
      document.id === invoice_id &&
      document.status === "paid" &&
      (total === undefined || sameNumber(total, document.total?.toFixed() ?? null));
    return {
      kind: "applied",
      resource: isConclusive ? paid(invoice_id, send_notification) : null,
      ...(isConclusive ? { document } : {}),
    };
  },

  async reconcile({ invoice_id, send_notification }, _before, context) {
    const invoice = await readInvoiceAgain(context, invoice_id);
    if (invoice === null) return gone(invoice_id);
    if (invoice.status === "paid") {
      return { is: "done", result: paid(invoice_id, send_notification), document: invoice };
    }
    if (invoice.status === "sent") return { is: "not_done" };
    return {
      is: "ambiguous",
      why: `The invoice is ${invoice.status_word.toLowerCase()} now: it may have been marked as paid before that.`,
      candidates: [invoice_id],
    };
  },

  stated: ({ invoice_id, send_notification }) => paid(invoice_id, send_notification),

  // The dashboard can set a paid invoice back, and the money may then come after all.
  undone: ({ invoice_id }, context) => resetSince(context, invoice_id, ({ status }) => status === "sent", true),
};

const paid = (invoice_id: string, isMailed: boolean): MarkPaidResult => ({
  invoice_id,
  notification: isMailed ? "requested" : "none",
});

/** Only a sent invoice can be marked paid (guide, Common Errors); a quote or credit note never. */
export function notPayable(invoice: Invoice): WrongStateError | null {
  if (invoice.is_quote || isCreditNote(invoice)) {
    return new WrongStateError(
      `${documentName(invoice)} is a ${invoice.is_quote ? "quote" : "credit note"}; only an invoice is paid.`,
      { next: "Check the number with list_invoices." },
    );
  }
  if (allows("mark_paid", invoice.status)) return null;
  return wrongState(
    invoice,
    "; only a sent invoice can be marked as paid.",
    invoice.status === "draft"
      ? "send_invoice first."
      : invoice.status === "paid"
        ? "Nothing needs to be done."
        : "Check the number with list_invoices.",
  );
}

/** Marks a sent invoice as paid, without a payment; with or without an e-mail to the customer. */
export function planMarkPaid(input: PlanInput & { readonly send_notification: boolean }): Plan {
  const { invoice, customer, language, who, what, amount } = parts(input);
  return finish({
    act: "mark_paid",
    organization: input.organization,
    locale: input.locale,
    title: say(
      language,
      `Mark ${what} over ${amount}${who} as paid?`,
      `${what} über ${amount}${who} als bezahlt markieren?`,
    ),
    documents: [document(invoice, customer, input.send_notification)],
    consequences: paidConsequences(input, language),
    risks: risksOf({ ...input, act: "mark_paid", former_customer: null, language }, PAID_RULES),
    level: input.send_notification ? input.policy.levels.mark_paid_with_notice : "approve",
    typed: typedFor(invoice, language),
    facts: paidFacts(input),
  });
}
