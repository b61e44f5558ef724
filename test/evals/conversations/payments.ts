import type { Conversation } from "../conversation.ts";
import { approves, declines, mistypes } from "../person.ts";
import type { World } from "../world.ts";

const hafenkante = "buchhaltung@hafenkante.example";
const nordlicht = "hej@nordlicht.example";
const brandt = "sonja.brandt@brandt-buch.example";
const buehne = "kasse@freie-buehne.example";
const weber = "info@tanzschule-weber.example";

/** A statement as the bank exports it. */
async function statement(world: World): Promise<string> {
  const number = async (email: string, status = "sent") => (await world.document(email, status)).number;
  return [
    "Buchungstag;Auftraggeber;Verwendungszweck;Betrag;Währung",
    `12.11.2026;Hafenkante Architekten;Rechnung ${await number(hafenkante)};1.999,20;EUR`,
    `12.11.2026;Kollektiv Nordlicht;${(await number(nordlicht)).replace("RE-", "RE ")} Danke;424,83;EUR`,
    `13.11.2026;Freie Buehne Leipzig;${await number(buehne)};400,00;EUR`,
    `13.11.2026;Brandt Buchhandlung;${await number(brandt)};900,00;EUR`,
    `14.11.2026;Tanzschule Weber;${await number(weber, "paid")};1.190,00;EUR`,
    "14.11.2026;Unbekannt GmbH;Danke;77,77;EUR",
    "15.11.2026;Stadtwerke;Abschlag;-310,00;EUR",
  ].join("\n");
}

export const payments: readonly Conversation[] = [
  {
    kind: "a bank statement with everything in it",
    says: async (world) => `Here is my bank statement, what's paid?\n${await statement(world)}`,
    steps: [
      {
        call: "match_payments",
        with: (seen) => ({ statement: seen.pasted }),
        answer: {
          says: [
            /Sure:\n2\. .*1999\.20 EUR.*\n3\. .*424\.83 EUR/,
            /To decide:\n4\. .*400\.00 EUR.*partial\. 28\.40 EUR less/,
            /900\.00 EUR.*overpaid\. 0\.36 EUR more/,
            /1190\.00 EUR.*already paid/,
            /Not found:\n7\. .*77\.77 EUR/,
            "Debits ignored: 1",
            "settle_payments",
          ],
          so_far: {},
          tokens: 1_150,
        },
      },
      {
        says: "Yes, book those two.",
        call: "settle_payments",
        with: (seen) => ({ payments: seen.rows(0, "settle") }),
        person: approves,
        answer: { says: ["2 of 2 marked as paid: 2,424.03 EUR"], asks: ["2,424.03 EUR", "Hafenkante", "Nordlicht"] },
      },
    ],
    effects: { "invoice.paid": 2 },
    calls: 2,
  },
  {
    kind: "several invoices in one payment",
    says: async (world) => {
      const numbers = [(await world.document(weber, "sent")).number, (await world.document(nordlicht, "sent")).number];
      return `Here:\n12.11.2026 Weber ${numbers.join(" und ")} 1.031,73 EUR`;
    },
    steps: [
      {
        call: "match_payments",
        with: (seen) => ({ statement: seen.pasted }),
        answer: { says: [/Sure:\n1\. .*1031\.73 EUR.*, #RE-.*: several\./] },
      },
      {
        call: "settle_payments",
        with: (seen) => ({ payments: seen.rows(0, "settle") }),
        person: approves,
        answer: { says: ["2 of 2 marked as paid"], asks: ["1,031.73 EUR"] },
      },
    ],
    effects: { "invoice.paid": 2 },
    calls: 2,
  },
  {
    kind: "a partial payment that somebody wants to book as full",
    says: async (world) => `Freie Bühne paid 400 euros for ${(await world.document(buehne, "sent")).number}, book it.`,
    steps: [
      { call: "list_invoices", with: { search: "Bühne", status: "overdue" }, answer: { says: ["428.40 EUR"] } },
      {
        call: "settle_payments",
        with: (seen) => ({ payments: [{ invoice_id: `#${seen.last("invoices", 0, "number")}`, amount: 400 }] }),
        answer: {
          error: "invalid_input",
          says: ["428.40 EUR", "400.00", "no partial payments"],
          so_far: {},
        },
      },
    ],
    effects: {},
    calls: 2,
  },
  {
    kind: "the batch is declined",
    says: async (world) => `Book 424.83 for ${(await world.document(nordlicht, "sent")).number}.`,
    steps: [
      { call: "list_invoices", with: { search: "Nordlicht", status: "sent" }, answer: {} },
      {
        call: "settle_payments",
        with: (seen) => ({ payments: [{ invoice_id: `#${seen.last("invoices", 0, "number")}`, amount: 424.83 }] }),
        person: declines,
        answer: { error: "refused", asks: ["424.83 EUR"], says: ["The person declined."], hides: ["prepare_invoice"] },
      },
    ],
    effects: {},
    calls: 2,
  },
  {
    kind: "mark paid, twice",
    says: async (world) => `The money for ${(await world.document(nordlicht, "sent")).number} is here.`,
    steps: [
      { call: "list_invoices", with: { search: "Nordlicht", status: "sent" }, answer: {} },
      {
        call: "mark_paid",
        with: (seen) => ({ invoice_id: `#${seen.of(0, "invoices", 0, "number")}` }),
        person: approves,
        answer: {
          outcome: "done",
          asks: ["424.83 EUR"],
          says: [/^Marked invoice RE-\S+ as paid: 424\.83 EUR\./, "not e-mailed"],
        },
      },
      {
        call: "mark_paid",
        with: (seen) => ({ invoice_id: `#${seen.of(0, "invoices", 0, "number")}` }),
        answer: { outcome: "already_done", says: [/^This call changed nothing: it was done at/] },
      },
    ],
    effects: { "invoice.paid": 1 },
    calls: 3,
  },
  {
    kind: "mark paid with a notice to the customer",
    says: async (world) => `Mark ${(await world.document(nordlicht, "sent")).number} as paid and tell them.`,
    steps: [
      { call: "list_invoices", with: { search: "Nordlicht", status: "sent" }, answer: {} },
      {
        call: "mark_paid",
        with: (seen) => ({ invoice_id: `#${seen.of(0, "invoices", 0, "number")}`, send_notification: true }),
        person: mistypes,
        answer: { error: "refused", asks: ["Type the gross amount", nordlicht], says: ["does not match"], so_far: {} },
      },
      {
        call: "mark_paid",
        with: (seen) => ({ invoice_id: `#${seen.of(0, "invoices", 0, "number")}`, send_notification: true }),
        person: approves,
        answer: { outcome: "done", asks: [nordlicht], says: ["confirmation"] },
      },
    ],
    effects: { "invoice.paid": 1 },
    mails: [`payment_confirmation ${nordlicht}`],
    calls: 3,
  },
  {
    kind: "who owes us money",
    says: "Who owes us money?",
    steps: [
      {
        call: "review_receivables",
        with: {},
        answer: { says: ["EUR open", "CHF open", "Tanzschule Weber", "606.90", "over 90"], tokens: 1_150 },
      },
    ],
    effects: {},
    calls: 1,
  },
];
