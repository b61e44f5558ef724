import { z } from "zod";
import { type Customer, customerName } from "../domain/customer.ts";
import { documentName, type Invoice } from "../domain/invoice.ts";
import { WrongStateError } from "../errors.ts";
import { customerFacts, invoiceFacts, mergeFacts } from "../guard/facts.ts";
import { addressLines, document, finish, type PlanInput, quotedEmail, typedFor } from "../guard/plan-parts.ts";
import { creditNoteSentence, parts, paymentSentence } from "../guard/plan-words.ts";
import type { Plan } from "../guard/port.ts";
import { noAddress } from "../guard/risk-law.ts";
import type { Rule } from "../guard/risk-rule.ts";
import {
  emailChanged,
  emailNotAscii,
  firstInvoice,
  longEmail,
  lookAlike,
  noEmail,
  overLimit,
  risksOf,
  TEXT_RULES,
} from "../guard/risks.ts";
import { quotedText, referenceText, say } from "../guard/wording.ts";
import type { ActContext, GuardedAct, ReadingContext } from "./act.ts";
import { callOptions } from "./act.ts";
import { customerLocks, planInput } from "./asking.ts";
import { lineSchema, linesOf, sameLines, sameNumber } from "./lines.ts";
import { isPrintedElsewhere, printedOf, printedSchema } from "./printed.ts";
import {
  type DocumentReading,
  gone,
  OWNERLESS,
  readDocument,
  readInvoiceAgain,
  resetSince,
  untaken,
} from "./reading.ts";
import { earlierOf, invoicesSince, snapshotInvoices, snapshotSchema, UNSEARCHABLE } from "./search.ts";
import { notRevocable } from "./states.ts";

const args = z.object({ invoice_id: z.string(), customer_id: z.string() });
/** The snapshot is of the new customer's invoices. */
const before = snapshotSchema.extend({
  /** `id` of the new customer, in case the caller named it by its UUID. */
  customer_id: z.string(),
  currency: z.string(),
  calculate_from_net: z.boolean(),
  lines: z.array(lineSchema),
  /** What the copy has to come to, and the new customer's address. Rows of earlier versions lack both. */
  total: z.string().nullable().exactOptional(),
  address: printedSchema.nullable().exactOptional(),
});
const result = z.object({
  invoice_id: z.string(),
  copy_id: z.string().nullable(),
  copy_number: z.string().nullable(),
  copy_status: z.string().nullable(),
});

type Snapshot = z.infer<typeof before>;

/** Earlier documents are the new customer's; so is the snapshot, taken right before the act. */
interface TransferReading extends DocumentReading {
  readonly new_customer: Customer;
  readonly snapshot: z.infer<typeof snapshotSchema> | null;
  /** Of an invoice that was transferred to this customer already. */
  readonly copy: Invoice | null;
}
export type ChangeRecipientArgs = z.infer<typeof args>;
export type ChangeRecipientResult = z.infer<typeof result>;

/** Voids an invoice and has the API make a copy for another customer. Once for the same pair. */
export const changeRecipient: GuardedAct<ChangeRecipientArgs, Snapshot, ChangeRecipientResult, TransferReading> = {
  kind: "change_recipient",
  schemas: { args, before, result },
  guarded: {
    plan: (_args, reading, asking) =>
      planChangeRecipient({ ...planInput(reading, asking), new_customer: reading.new_customer }),
    locks: (_args, { customer, new_customer }) => customerLocks(customer, new_customer),
    receiver: ({ new_customer }) => new_customer.id,
    bills: true,
  },
  repeat: "always",
  duplicable: false,
  created: "copy_id",
  keeps: ["invoice_id", "customer_id"],
  identity: (wanted) => ({ ...wanted }),
  locks: ({ invoice_id }) => [`inv:${invoice_id}`],
  subject: ({ invoice_id }) => ({ type: "invoice", id: invoice_id }),

  async read({ invoice_id, customer_id }, context, moment) {
    const reading = await readDocument(invoice_id, context, moment, { customer: true, earlier: false });
    const new_customer = await context.api.getCustomer(customer_id, callOptions(context));
    const { invoice } = reading;
    const isGoing = moment === "let_go" && notRevocable(invoice, "change_recipient") === null;
    const isOver = moment === "let_go" && invoice.status === "void";
    return {
      ...reading,
      copy: isOver ? await copyOf(invoice, new_customer, context) : null,
      new_customer,
      earlier: moment === "asked" ? await earlierOf(new_customer.id, context) : null,
      snapshot: isGoing ? await snapshotInvoices(context, new_customer.id) : null,
    };
  },

  allowed(_args, { invoice, new_customer }) {
    if (invoice.customer_id === new_customer.id && !invoice.is_cancellation && !invoice.is_credit) {
      return new WrongStateError(`${documentName(invoice)} belongs to this customer already.`, {
        next: "Check customer_id.",
      });
    }
    return notRevocable(invoice, "change_recipient");
  },

  prepare: ({ invoice_id }, { invoice, new_customer, snapshot, copy }) =>
    copy !== null
      ? { state: "already", result: changed(invoice_id, copy) }
      : {
          state: "go",
          before: { ...contentFor(invoice, new_customer), ...(snapshot ?? { ids: [], newest: null, partial: true }) },
        },

  async dispatch({ invoice_id }, { customer_id }, api, options) {
    const evidence = await api.changeRecipient(invoice_id, customer_id, options);
    // Whatever the answer shows, there are two documents to look at.
    return evidence.kind === "applied" ? { kind: "applied", resource: null } : evidence;
  },

  async reconcile({ invoice_id }, snapshot, context, applied) {
    const invoice = await readInvoiceAgain(context, invoice_id);
    if (invoice === null) return gone(invoice_id);
    const { found, isComplete } = await copies(invoice_id, snapshot, context);
    const [first] = found;
    const isVoid = invoice.status === "void" || invoice.status === "refunded";
    const isOwnerless = found.some(({ customer_unknown }) => customer_unknown);
    if (isOwnerless || snapshot.partial || (!first && !isComplete)) {
      if (isVoid && applied) return { is: "done", result: changed(invoice_id, null) };
      return {
        is: "ambiguous",
        why: `The invoice is ${isVoid ? "void" : "not void"}. Whether a copy was made for the new customer cannot be read: ${isOwnerless ? OWNERLESS : UNSEARCHABLE}.`,
        candidates: [invoice_id, ...found.map(({ id }) => id)],
        ...(isVoid ? {} : { blind: true }),
      };
    }
    if (isVoid && first && found.length === 1) {
      const ended = { result: changed(invoice_id, first), document: invoice, made: first };
      const differences = differencesOf(snapshot, first);
      if (differences.length === 0) return { is: "done", ...ended };
      const why = `A copy was made for the new customer, but with other content than approved: ${differences.join(", ")}.`;
      return { is: "mismatch", why, ...ended };
    }
    if (!isVoid && found.length === 0) return { is: "not_done" };
    return {
      is: "ambiguous",
      why: why(isVoid, found.length),
      candidates: [invoice_id, ...found.map(({ id }) => id)],
    };
  },

  stated: ({ invoice_id }, copy_id) => ({ invoice_id, copy_id, copy_number: null, copy_status: null }),

  undone: ({ invoice_id }, context) =>
    resetSince(context, invoice_id, ({ status }) => status === "sent" || status === "paid"),
};

function why(isVoid: boolean, copiesFound: number): string {
  if (copiesFound === 0) return "The invoice is void, but no copy for the new customer was found: nobody is billed.";
  if (copiesFound > 1) return `${copiesFound} copies exist for the new customer: one of them is billed twice.`;
  return isVoid ? "" : "A copy exists for the new customer, but the invoice is not void: both are billed.";
}

/** What a copy for the new customer has to look like. */
const contentFor = (invoice: Invoice, customer: Customer) => ({
  customer_id: customer.id,
  currency: invoice.currency,
  calculate_from_net: invoice.calculate_from_net,
  lines: linesOf(invoice),
  total: invoice.total?.toFixed() ?? null,
  address: printedOf(customer.address),
});

/** The one copy that an invoice voided before has for this customer. */
async function copyOf(invoice: Invoice, customer: Customer, context: ReadingContext): Promise<Invoice | null> {
  const wanted = { ...contentFor(invoice, customer), ids: [], newest: invoice.created_at };
  const since = await invoicesSince(context, customer.id, wanted);
  const [copy, more] = since.invoices.filter((one) => isCopy(one, invoice.id, wanted));
  return copy && !more && since.isComplete && !copy.customer_unknown ? copy : null;
}

/** What of the copy is not as it was approved. */
function differencesOf({ total, address }: Snapshot, copy: Invoice): string[] {
  const now = copy.total?.toFixed() ?? null;
  return [
    ...(total !== undefined && !sameNumber(total, now) ? ["total"] : []),
    ...(isPrintedElsewhere(address ?? null, copy) ? ["address"] : []),
  ];
}

function isCopy(invoice: Invoice, originalId: string, snapshot: Snapshot): boolean {
  return (
    invoice.id !== originalId &&
    !invoice.is_cancellation &&
    !invoice.is_credit &&
    (invoice.customer_unknown === true || invoice.customer_id === snapshot.customer_id) &&
    invoice.currency === snapshot.currency &&
    (invoice.items === null || sameLines(snapshot.lines, linesOf(invoice), snapshot.calculate_from_net))
  );
}

async function copies(
  originalId: string,
  snapshot: Snapshot,
  context: ActContext,
): Promise<{ readonly found: readonly Invoice[]; readonly isComplete: boolean }> {
  const since = await invoicesSince(context, snapshot.customer_id, snapshot);
  const found = await untaken(
    context,
    "change_recipient",
    since.invoices.filter((invoice) => isCopy(invoice, originalId, snapshot)),
  );
  return { found, isComplete: since.isComplete };
}

const changed = (invoiceId: string, copy: Invoice | null): ChangeRecipientResult => ({
  invoice_id: invoiceId,
  copy_id: copy?.id ?? null,
  copy_number: copy?.number ?? null,
  copy_status: copy?.status ?? null,
});

/** Reasons to look twice. */
const RISKS: readonly Rule[] = [
  overLimit,
  firstInvoice,
  emailChanged,
  emailNotAscii,
  longEmail,
  lookAlike,
  noAddress,
  ...TEXT_RULES,
  noEmail,
];

/** Re-addresses: a credit note for the old recipient, a copy for the new one. */
export function planChangeRecipient(input: PlanInput & { readonly new_customer: Customer }): Plan {
  const { invoice, customer, language, what, amount } = parts(input);
  const next = input.new_customer;
  const name = quotedText(customerName(next));
  const email = next.email === null ? null : quotedEmail(next.email);
  const lines = addressLines(next.address ?? null);
  const address = lines.length === 0 ? null : quotedText(lines.join(" / "), 600);
  return finish({
    act: "change_recipient",
    organization: input.organization,
    locale: input.locale,
    title: say(
      language,
      `Re-address ${what} over ${amount} to ${name}?`,
      `${what} über ${amount} auf ${name} umschreiben?`,
    ),
    documents: [document(invoice, customer, false)],
    details: [
      { label: say(language, "New recipient", "Neuer Empfänger"), value: `${referenceText(next.id)} ${name}` },
      {
        label: say(language, "E-mail of the new recipient", "E-Mail des neuen Empfängers"),
        value: email ?? say(language, "none", "keine"),
      },
      {
        label: say(language, "Address of the new recipient", "Adresse des neuen Empfängers"),
        value: address ?? say(language, "none on file", "keine hinterlegt"),
      },
    ],
    consequences: [
      creditNoteSentence(invoice, language),
      say(
        language,
        `${what} becomes void, and a copy over ${amount} is made for ${name} with a number of its own.`,
        `${what} wird storniert, und ${name} erhält eine Kopie über ${amount} mit eigener Nummer.`,
      ),
      paymentSentence(invoice, language),
      say(
        language,
        `The copy may be e-mailed at once${email === null ? "" : ` to ${email}`}; that is not known beforehand.`,
        `Die Kopie wird möglicherweise sofort per E-Mail versendet${email === null ? "" : ` an ${email}`}; das ist vorher nicht bekannt.`,
      ),
      say(
        language,
        "This cannot be undone; the way back is to cancel the copy and write a new invoice.",
        "Das lässt sich nicht rückgängig machen; der Weg zurück ist ein Storno der Kopie und eine neue Rechnung.",
      ),
    ],
    risks: risksOf({ ...input, act: "change_recipient", customer: next, former_customer: customer, language }, RISKS),
    level: "typed",
    typed: typedFor(invoice, language),
    facts: mergeFacts(
      invoiceFacts(invoice),
      customer === null ? {} : customerFacts("customer", customer),
      customerFacts("new customer", next),
    ),
  });
}
