import { z } from "zod";
import { type Invoice, REFERENCE_TYPES } from "../domain/invoice.ts";
import { inert } from "../domain/untrusted.ts";
import { callOptions, type FreeAct, type Verdict } from "./act.ts";
import { OWNERLESS, untaken } from "./reading.ts";
import { invoicesSince, type Snapshot, snapshotInvoices, snapshotSchema, UNSEARCHABLE } from "./search.ts";
import { irreplaceable, notEditable } from "./states.ts";
import { sameText } from "./text.ts";

const args = z.object({
  currency: z.string(),
  calculate_from_net: z.boolean(),
  customer_id: z.string().exactOptional(),
  reference: z.object({ type: z.enum(REFERENCE_TYPES), id: z.string() }).exactOptional(),
  recipient: z.string().exactOptional(),
  invoicing_party: z.string().exactOptional(),
  issued_at: z.string().exactOptional(),
  due_date: z.string().exactOptional(),
  notes: z.string().exactOptional(),
  vat_number: z.string().exactOptional(),
  is_quote: z.boolean().exactOptional(),
  number: z.string().exactOptional(),
  /** What the draft is made for, where one job adds its lines: part of what makes two calls equal, never sent. */
  lines: z.string().exactOptional(),
  /** The draft whose corrected copy this is: not to be sent as well. Never sent either. */
  supersedes: z.string().exactOptional(),
});
const result = z.object({ invoice_id: z.string() });

export type CreateInvoiceArgs = z.infer<typeof args>;
export type CreateInvoiceResult = z.infer<typeof result>;

/** What is there before: the customer's documents, and the draft that is to be replaced. */
interface Reading {
  readonly snapshot: Snapshot;
  readonly superseded: Invoice | null;
}

/** A draft without lines. Two equal calls within a day are one draft, unless the second names the first. */
export const createInvoice: FreeAct<CreateInvoiceArgs, Snapshot, CreateInvoiceResult, Reading> = {
  kind: "create_invoice",
  schemas: { args, before: snapshotSchema, result },
  guarded: false,
  repeat: "day",
  duplicable: true,
  created: "invoice_id",
  keeps: ["customer_id", "currency", "calculate_from_net", "is_quote", "issued_at", "due_date", "number", "supersedes"],
  identity: (invoice) => ({ ...invoice, is_quote: invoice.is_quote ?? false }),
  // The replaced draft is not on its way out meanwhile.
  locks: ({ customer_id, reference, supersedes }) => [
    `newinv:${customer_id ?? (reference ? `${reference.type}:${reference.id}` : "-")}`,
    ...(supersedes === undefined ? [] : [`inv:${supersedes}`]),
  ],
  replaces: ({ supersedes }, { invoice_id }) =>
    supersedes === undefined ? null : { is: "superseded", draft: supersedes, by: invoice_id },
  subject: (_args, done) => ({ type: "invoice", id: done?.invoice_id ?? null }),

  read: async ({ customer_id, supersedes }, context) => ({
    snapshot: await snapshotInvoices(context, customer_id ?? null),
    superseded: supersedes === undefined ? null : await context.api.getInvoice(supersedes, callOptions(context)),
  }),
  allowed: (_args, { superseded }) =>
    superseded === null ? null : (notEditable(superseded) ?? irreplaceable(superseded, "replacing")),
  prepare: (_args, { snapshot }) => ({ state: "go", before: snapshot }),

  async dispatch({ lines: _lines, supersedes: _supersedes, ...invoice }, _before, api, options) {
    const evidence = await api.createInvoice(invoice, options);
    if (evidence.kind !== "applied") return evidence;
    if (evidence.resource === null) return { ...evidence, resource: null };
    const { id, invoice: stored } = evidence.resource;
    const other = stored ? differencesOf(stored, invoice) : [];
    return {
      kind: "applied",
      resource: { invoice_id: id },
      ...(other.length === 0 ? {} : { differs: `The draft was made, but the API stored another ${other.join(", ")}.` }),
    };
  },

  async reconcile(wanted, snapshot, context) {
    const since = await invoicesSince(context, wanted.customer_id ?? null, snapshot);
    const fresh = await untaken(context, "create_invoice", since.invoices);
    const equal = fresh.filter((invoice) => isEqual(invoice, wanted));
    const [first] = equal;
    const isOwnerless = equal.some(({ customer_unknown }) => customer_unknown);
    if (isOwnerless || snapshot.partial || (!first && !since.isComplete)) {
      return {
        is: "ambiguous",
        why: `Whether the draft was made cannot be read: ${isOwnerless ? OWNERLESS : UNSEARCHABLE}.`,
        candidates: equal.map(({ id }) => id),
        blind: true,
      };
    }
    if (!first) return changedOrAbsent(await untaken(context, "change_recipient", fresh), wanted);
    if (equal.length === 1) return { is: "done", result: { invoice_id: first.id } };
    return {
      is: "ambiguous",
      why: `${equal.length} new, equal, empty drafts exist. They bill nobody until one is sent.`,
      candidates: equal.map(({ id }) => id),
    };
  },

  stated: (_args, invoice_id) => ({ invoice_id }),
};

/** Somebody may have edited the draft before it was read, or the API may have stored other texts than those given. */
function changedOrAbsent(fresh: readonly Invoice[], wanted: CreateInvoiceArgs): Verdict<CreateInvoiceResult> {
  const others = fresh.filter(
    (invoice) => isSameParty(invoice, wanted) && !invoice.is_cancellation && !invoice.is_credit,
  );
  if (others.length === 0) return { is: "not_done" };
  return {
    is: "ambiguous",
    why: "A new invoice of this customer has other content: whether it is this draft, changed since, cannot be read.",
    candidates: others.map(({ id }) => id),
    blind: true,
  };
}

/** What the answer shows otherwise than it was sent. What it does not show proves no difference. */
function differencesOf(stored: Invoice, wanted: Omit<CreateInvoiceArgs, "lines" | "supersedes">): string[] {
  const texts = (["recipient", "invoicing_party", "notes", "vat_number"] as const).filter(
    (field) => wanted[field] !== undefined && stored[field] !== null && !sameText(stored[field], wanted[field]),
  );
  const days = (["issued_at", "due_date"] as const).filter(
    (field) => wanted[field] !== undefined && stored[field] !== null && stored[field] !== wanted[field],
  );
  return [
    ...(stored.currency === wanted.currency ? [] : [`currency (${inert(stored.currency, 8)})`]),
    ...(stored.is_quote === (wanted.is_quote ?? false) ? [] : ["kind"]),
    ...texts,
    ...days,
  ];
}

function isSameParty(invoice: Invoice, wanted: CreateInvoiceArgs): boolean {
  return wanted.reference
    ? invoice.reference === null || invoice.reference.id === wanted.reference.id
    : invoice.customer_unknown === true || invoice.customer_id === (wanted.customer_id ?? null);
}

function isEqual(invoice: Invoice, wanted: CreateInvoiceArgs): boolean {
  const given = (field: "recipient" | "invoicing_party" | "notes" | "vat_number") =>
    wanted[field] === undefined || sameText(invoice[field], wanted[field]);
  return (
    invoice.status === "draft" &&
    (invoice.items === null || invoice.items.length === 0) &&
    invoice.currency === wanted.currency &&
    invoice.calculate_from_net === wanted.calculate_from_net &&
    invoice.is_quote === (wanted.is_quote ?? false) &&
    !invoice.is_cancellation &&
    isSameParty(invoice, wanted) &&
    given("recipient") &&
    given("invoicing_party") &&
    given("notes") &&
    given("vat_number") &&
    (wanted.issued_at === undefined || invoice.issued_at === wanted.issued_at) &&
    (wanted.due_date === undefined || invoice.due_date === wanted.due_date)
  );
}
