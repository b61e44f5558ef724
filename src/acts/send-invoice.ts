import { z } from "zod";
import type { Address } from "../domain/customer.ts";
import { allows, documentName, type Invoice, isCreditNote } from "../domain/invoice.ts";
import { inert } from "../domain/untrusted.ts";
import { WrongStateError } from "../errors.ts";
import { customerFacts, invoiceFacts, mergeFacts } from "../guard/facts.ts";
import { document, finish, grossText, type PlanInput, quotedEmail, typedFor } from "../guard/plan-parts.ts";
import { parts } from "../guard/plan-words.ts";
import type { Plan, Risk } from "../guard/port.ts";
import { INVOICE_LAW, lawDetails } from "../guard/risk-law.ts";
import { type Rule, risk } from "../guard/risk-rule.ts";
import {
  dueInPast,
  emailChanged,
  emailNotAscii,
  firstInvoice,
  longEmail,
  lookAlike,
  noEmail,
  notPositive,
  overLimit,
  parked,
  risksOf,
  TEXT_RULES,
  totalsDiffer,
  unusualCurrency,
  unusualRate,
} from "../guard/risks.ts";
import { notShown, paymentDetails, senderByHand } from "../guard/text-risks.ts";
import { type Language, say } from "../guard/wording.ts";
import type { GuardedAct } from "./act.ts";
import { customerLocks, planInput } from "./asking.ts";
import { lineSchema, linesOf, sameLines, sameNumber } from "./lines.ts";
import { isPrintedElsewhere, printedOf, printedSchema } from "./printed.ts";
import { type DocumentReading, gone, readDocument, readInvoiceAgain, resetSince } from "./reading.ts";
import { wrongState } from "./states.ts";
import { sameText } from "./text.ts";

const args = z.object({
  invoice_id: z.string(),
  /** The corrected copy that stands for it by the record: a person wants this one all the same. Not sent. */
  instead_of: z.string().exactOptional(),
});
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

/** The corrected copy that the draft is sent instead of; no invoice: it is gone. */
interface Copy {
  readonly id: string;
  readonly invoice: Invoice | null;
}

interface SendReading extends DocumentReading {
  readonly copy: Copy | null;
}

/** Sends a draft: numbered, locked, delivered. Once, for ever. */
export const sendInvoice: GuardedAct<SendInvoiceArgs, Content, SendInvoiceResult, SendReading> = {
  kind: "send_invoice",
  schemas: { args, before, result },
  guarded: {
    plan: (_args, reading, asking) => planSend({ ...planInput(reading, asking), copy: reading.copy }),
    locks: (_args, { customer }) => customerLocks(customer),
    receiver: ({ customer }) => customer?.id ?? null,
    bills: true,
  },
  repeat: "always",
  duplicable: false,
  created: null,
  keeps: ["invoice_id", "instead_of"],
  identity: ({ invoice_id }) => ({ invoice_id }),
  locks: ({ invoice_id, instead_of }) => [
    `inv:${invoice_id}`,
    ...(instead_of === undefined ? [] : [`inv:${instead_of}`]),
  ],
  subject: ({ invoice_id }) => ({ type: "invoice", id: invoice_id }),
  replaces: ({ invoice_id, instead_of }) =>
    instead_of === undefined ? null : { is: "superseded", draft: instead_of, by: invoice_id },

  async read({ invoice_id, instead_of }, context, moment) {
    const copy =
      instead_of === undefined ? null : { id: instead_of, invoice: await readInvoiceAgain(context, instead_of) };
    return { ...(await readDocument(invoice_id, context, moment)), copy };
  },

  allowed(_args, { invoice, copy }) {
    if (!allows("send", invoice.status)) {
      return new WrongStateError(
        `${documentName(invoice)} is already ${inert(invoice.status_word, 30)}; only a draft can be sent.`,
        { next: "Nothing needs to be done; get_invoice shows it." },
      );
    }
    if (isCreditNote(invoice)) {
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
    return billedBy(copy);
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

/** Both would bill the same. */
function billedBy(copy: Copy | null): WrongStateError | null {
  const invoice = copy?.invoice ?? null;
  if (invoice === null || invoice.status === "draft" || invoice.status === "void") return null;
  return wrongState(
    invoice,
    " and bills the same.",
    "Cancel it with cancel_invoice first, if the former draft is right.",
  );
}

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

/** Reasons to look twice. */
const RISKS: readonly Rule[] = [
  overLimit,
  firstInvoice,
  emailChanged,
  emailNotAscii,
  longEmail,
  lookAlike,
  unusualCurrency,
  unusualRate,
  totalsDiffer,
  senderByHand,
  paymentDetails,
  notShown,
  ...TEXT_RULES,
  parked,
  noEmail,
  ...INVOICE_LAW,
  dueInPast,
  notPositive,
];

/** Sends a draft: it is locked, numbered and e-mailed. */
export function planSend(input: PlanInput & { readonly copy?: Copy | null }): Plan {
  const { invoice, customer, language, who, amount } = parts(input);
  const { copy = null } = input;
  const email = customer?.email ?? null;
  const consequences = [
    say(
      language,
      `It is issued${invoice.issued_at === null ? " with today's date" : ""}: it gets its final number and can no longer be changed.`,
      `Das Dokument wird ausgestellt${invoice.issued_at === null ? ", mit dem heutigen Datum" : ""}: es erhält seine endgültige Nummer und ist danach unveränderlich.`,
    ),
    email === null || email.trim() === ""
      ? say(
          language,
          "There is no e-mail address, so the customer will probably not receive it.",
          "Es gibt keine E-Mail-Adresse; der Kunde erhält das Dokument vermutlich nicht.",
        )
      : say(
          language,
          `The customer is e-mailed at ${quotedEmail(email)}.`,
          `Der Kunde erhält eine E-Mail an ${quotedEmail(email)}.`,
        ),
    say(
      language,
      invoice.is_quote
        ? "This cannot be undone; a quote that went out can only be followed by another."
        : "This cannot be undone; the way back is to cancel it with a credit note.",
      invoice.is_quote
        ? "Das lässt sich nicht rückgängig machen; einem versendeten Angebot kann nur ein neues folgen."
        : "Das lässt sich nicht rückgängig machen; der Weg zurück ist eine Stornorechnung.",
    ),
  ];
  return finish({
    act: "send_invoice",
    organization: input.organization,
    locale: input.locale,
    title: invoice.is_quote
      ? say(language, `Send the quote over ${amount}${who}?`, `Angebot über ${amount}${who} senden?`)
      : say(language, `Send ${amount}${who}?`, `${amount}${who} senden?`),
    documents: [document(invoice, customer, true)],
    details: lawDetails(input, language),
    consequences,
    risks: [
      ...(copy === null ? [] : [insteadOf(copy, language)]),
      ...risksOf({ ...input, act: "send_invoice", former_customer: null, language }, RISKS),
    ],
    level: "approve",
    typed: typedFor(invoice, language),
    facts: mergeFacts(
      invoiceFacts(invoice),
      customer === null ? {} : customerFacts("customer", customer),
      copy === null ? {} : { "instead of": copy.id },
    ),
  });
}

function insteadOf({ invoice }: Copy, language: Language): Risk {
  const over = invoice === null ? "" : grossText(invoice, language);
  return risk(
    "superseded",
    true,
    language,
    invoice === null
      ? "This draft was replaced by a corrected copy, which is gone by now."
      : `This draft was replaced by a corrected copy over ${over}, which then stays unsent.`,
    invoice === null
      ? "Dieser Entwurf wurde durch eine korrigierte Kopie ersetzt, die es nicht mehr gibt."
      : `Dieser Entwurf wurde durch eine korrigierte Kopie über ${over} ersetzt, die dann ungesendet bleibt.`,
  );
}
