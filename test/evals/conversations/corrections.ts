import type { Conversation } from "../conversation.ts";
import { approves, approvesWhile, declines } from "../person.ts";

const nordlicht = "hej@nordlicht.example";
const hafenkante = "buchhaltung@hafenkante.example";
const kulturamt = "kulturamt@auenthal.example";
const creditNote = (to: string) => `credit_note ${to}`;

export const corrections: readonly Conversation[] = [
  {
    kind: "change a sent invoice: cancel and bill again",
    says: async (world) =>
      `${(await world.document(nordlicht, "sent")).number} to Kollektiv Nordlicht has the wrong price: it should be 2 seats. Fix it.`,
    steps: [
      { call: "list_invoices", with: { search: "Nordlicht", status: "sent" }, answer: { says: ["424.83 EUR"] } },
      {
        call: "update_invoice",
        with: (seen) => ({ invoice_id: `#${seen.of(0, "invoices", 0, "number")}`, notes: "2 seats" }),
        answer: {
          error: "wrong_state",
          says: ["can no longer be edited", "cancel_invoice (Stornorechnung)", "change_recipient", "negative line"],
          so_far: {},
        },
      },
      {
        says: "Then cancel it and bill again.",
        call: "cancel_invoice",
        with: (seen) => ({ invoice_id: `#${seen.of(0, "invoices", 0, "number")}` }),
        person: approves,
        answer: {
          outcome: "done",
          asks: ["credit note", "-424.83 EUR", "cannot be undone"],
          says: [
            /^Cancelled invoice RE-\S+; credit note ST-\S+ \(German: Stornorechnung\)\./,
            "-424.83 EUR",
            "copy_invoice",
          ],
        },
      },
      {
        call: "copy_invoice",
        with: (seen) => ({
          invoice_id: seen.last("invoice", "id"),
          replace: [{ from: "ein Monat", to: "November 2026" }],
          lines: [{ line: 1, quantity: 2 }],
        }),
        answer: { outcome: "done", says: ["quantity 3 → 2", "gross 283.22 EUR"] },
      },
    ],
    effects: { "credit_note.created": 1, "invoice.voided": 1, "invoice.created": 1, "item.created": 1 },
    mails: [creditNote(nordlicht)],
    calls: 4,
  },
  {
    kind: "in German: stornieren, keine Gutschrift",
    env: { INVOICES_LANGUAGE: "de-DE" },
    says: async (world) => `Storniere bitte die Rechnung ${(await world.document(nordlicht, "sent")).number}.`,
    steps: [
      { call: "list_invoices", with: { search: "Nordlicht", status: "sent" }, answer: {} },
      {
        call: "cancel_invoice",
        with: (seen) => ({ invoice_id: `#${seen.of(0, "invoices", 0, "number")}` }),
        person: approves,
        answer: {
          outcome: "done",
          asks: [
            "stornieren",
            "Eine Stornorechnung über -424,83 EUR wird erstellt",
            "Das lässt sich nicht rückgängig machen",
          ],
          says: ["Stornorechnung"],
        },
      },
    ],
    effects: { "credit_note.created": 1, "invoice.voided": 1 },
    mails: [creditNote(nordlicht)],
    calls: 2,
  },
  {
    kind: "in German: eine Rechnung stellen",
    env: { INVOICES_LANGUAGE: "de-DE" },
    says: "Stell der Tanzschule Weber bitte die Saalmiete für Dezember 2026 in Rechnung, 4 × 85 € netto, 19 %, und schick sie raus.",
    steps: [
      {
        call: "prepare_invoice",
        with: {
          customer: "Tanzschule Weber",
          currency: "EUR",
          items: [{ title: "Saalmiete Dezember 2026", quantity: 4, tax_rate: 19, single_net_amount: 85 }],
        },
        answer: { outcome: "done", says: ["404.60 EUR"] },
      },
      {
        call: "send_invoice",
        with: (seen) => ({ invoice_id: seen.last("invoice_id") }),
        person: approves,
        answer: {
          outcome: "done",
          asks: ["404,60 EUR", "senden?", "Stornorechnung", "Der Kunde erhält eine E-Mail", /19 %/],
        },
      },
    ],
    effects: { "invoice.created": 1, "item.created": 1, "invoice.sent": 1 },
    mails: ["invoice info@tanzschule-weber.example"],
    calls: 2,
  },
  {
    kind: "change the recipient of a sent invoice",
    says: async (world) =>
      `${(await world.document(kulturamt, "sent")).number} should have gone to the Freie Bühne (kasse@freie-buehne.example).`,
    steps: [
      { call: "list_invoices", with: { search: "Auenthal", status: "sent" }, answer: { says: ["1149.61 EUR"] } },
      { call: "search_customers", with: { email: "kasse@freie-buehne.example" }, answer: { says: ["Freie Bühne"] } },
      {
        call: "change_recipient",
        with: (seen) => ({
          invoice_id: `#${seen.of(0, "invoices", 0, "number")}`,
          customer_id: seen.of(1, "customers", 0, "id"),
        }),
        person: approves,
        answer: {
          outcome: "done",
          asks: ["new recipient", "Freie Bühne", "1,149.61 EUR", "becomes void"],
          says: [/^Cancelled invoice RE-\S+ and made a copy for "Freie Bühne/, "Freie Bühne"],
        },
      },
    ],
    effects: { "credit_note.created": 1, "invoice.voided": 1, "invoice.copied": 1 },
    mails: [creditNote(kulturamt), "invoice kasse@freie-buehne.example"],
    calls: 3,
  },
  {
    kind: "the wrong customer on a draft",
    says: "The draft for Raman Analytics must go to Hart & Finch (accounts@hartfinch.example) instead.",
    steps: [
      { call: "list_invoices", with: { search: "Raman", status: "draft" }, answer: { says: ["550.00 EUR"] } },
      { call: "search_customers", with: { email: "accounts@hartfinch.example" }, answer: {} },
      {
        call: "change_recipient",
        with: (seen) => ({
          invoice_id: seen.of(0, "invoices", 0, "id"),
          customer_id: seen.of(1, "customers", 0, "id"),
        }),
        answer: { error: "wrong_state", says: ["draft", "update_invoice"], so_far: {} },
      },
      {
        call: "update_invoice",
        with: (seen) => ({
          invoice_id: seen.of(0, "invoices", 0, "id"),
          customer_id: seen.of(1, "customers", 0, "id"),
        }),
        answer: { outcome: "done", says: ["Changed customer_id", "Hart & Finch"] },
      },
    ],
    effects: { "invoice.updated": 1 },
    calls: 4,
  },
  {
    kind: "cancel a paid invoice",
    says: async (world) =>
      `Cancel ${(await world.document("info@tanzschule-weber.example", "paid")).number}, the ball did not happen.`,
    steps: [
      { call: "list_invoices", with: { search: "Weber", status: "paid" }, answer: { says: ["1190.00 EUR"] } },
      {
        call: "cancel_invoice",
        with: (seen) => ({ invoice_id: `#${seen.of(0, "invoices", 0, "number")}` }),
        person: approves,
        answer: { outcome: "done", asks: ["paid", "refund"], says: ["check the refund"] },
      },
    ],
    effects: { "credit_note.created": 1, "invoice.voided": 1 },
    mails: [creditNote("info@tanzschule-weber.example")],
    calls: 2,
  },
  {
    kind: "cancel what is cancelled already, and a draft",
    says: "Cancel the void invoice of Kollektiv Nordlicht, and the draft of Raman Analytics.",
    steps: [
      { call: "list_invoices", with: { search: "Nordlicht", status: "void" }, answer: { says: ["773.50 EUR"] } },
      {
        call: "cancel_invoice",
        with: (seen) => ({ invoice_id: `#${seen.of(0, "invoices", 0, "number")}` }),
        answer: { error: "wrong_state", says: ["is void", "credit note"] },
      },
      { call: "list_invoices", with: { search: "Raman", status: "draft" }, answer: {} },
      {
        call: "cancel_invoice",
        with: (seen) => ({ invoice_id: seen.of(2, "invoices", 0, "id") }),
        answer: { error: "wrong_state", says: ["never sent"] },
      },
    ],
    effects: {},
    calls: 4,
  },
  {
    kind: "mark a draft as paid",
    says: "The draft of Raman Analytics is paid.",
    steps: [
      { call: "list_invoices", with: { search: "Raman", status: "draft" }, answer: {} },
      {
        call: "mark_paid",
        with: (seen) => ({ invoice_id: seen.of(0, "invoices", 0, "id") }),
        answer: { error: "wrong_state", says: ["only a sent invoice", "send_invoice first"] },
      },
    ],
    effects: {},
    calls: 2,
  },
  {
    kind: "changed between preview and approval",
    says: "Send the draft of Raman Analytics.",
    steps: [
      { call: "list_invoices", with: { search: "Raman", status: "draft" }, answer: {} },
      {
        call: "send_invoice",
        with: (seen) => ({ invoice_id: seen.of(0, "invoices", 0, "id") }),
        person: approvesWhile(async (world) => {
          const { id } = await world.document("finance@raman-analytics.example", "draft");
          await world.change(id, { due_date: "2031-05-05" });
        }, declines),
        // Asked again, with what changed; the second time the answer is no.
        answer: { error: "refused", asks: ["Changed since", "05 May 2031"], says: ["The person declined."] },
      },
    ],
    effects: { "invoice.updated": 1 },
    calls: 2,
  },
  {
    kind: "sent by somebody else meanwhile",
    says: "Send the draft of Raman Analytics.",
    steps: [
      { call: "list_invoices", with: { search: "Raman", status: "draft" }, answer: {} },
      {
        call: "send_invoice",
        with: (seen) => ({ invoice_id: seen.of(0, "invoices", 0, "id") }),
        person: approvesWhile(async (world) => {
          const { id } = await world.document("finance@raman-analytics.example", "draft");
          await world.api("POST", `/invoices/${id}/send`);
        }),
        answer: {
          outcome: "already_done",
          asks: ["550.00 EUR"],
          says: [/^This call changed nothing: it was done already, not by this server\./],
        },
      },
    ],
    effects: { "invoice.sent": 1 },
    mails: ["invoice finance@raman-analytics.example"],
    calls: 2,
  },
  {
    kind: "paid by somebody else meanwhile",
    says: async (world) => `The money for ${(await world.document(hafenkante, "sent")).number} is here.`,
    steps: [
      { call: "list_invoices", with: { search: "Hafenkante", status: "sent" }, answer: {} },
      {
        call: "mark_paid",
        with: (seen) => ({ invoice_id: `#${seen.of(0, "invoices", 0, "number")}` }),
        person: approvesWhile(async (world) => {
          const { id } = await world.document(hafenkante, "sent");
          await world.api("PUT", `/invoices/${id}/set-paid`, { send_notification: false });
        }),
        answer: {
          outcome: "already_done",
          asks: ["1,999.20 EUR"],
          says: [/^This call changed nothing: it was done already, not by this server\./, "cannot be read back"],
          // Whoever marked it may have told the customer.
          hides: ["was not e-mailed"],
        },
      },
    ],
    effects: { "invoice.paid": 1 },
    calls: 2,
  },
];
