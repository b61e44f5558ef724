import type { Conversation, Step } from "../conversation.ts";
import { approves } from "../person.ts";

const brandt = "sonja.brandt@brandt-buch.example";
const nordlicht = "hej@nordlicht.example";
const toBrandt = [`invoice ${brandt}`];

const workshop = (quantity: number) => ({
  title: "Workshop November 2026",
  quantity,
  tax_rate: 19,
  single_net_amount: 100,
});

/** A draft of 10 × 100 net, and what else is given. */
const prepare = (...more: object[]): Step => ({
  call: "prepare_invoice",
  with: { customer: brandt, currency: "EUR", items: [workshop(10), ...more] },
  answer: { outcome: "done" },
});

const send = (with_: Step["with"], ...asks: string[]): Step => ({
  call: "send_invoice",
  with: with_,
  person: approves,
  answer: { outcome: "done", asks },
});

const says = `Bill Brandt (${brandt}) 10 workshops in November 2026 at 100 net, 19 %.`;

export const putRight: readonly Conversation[] = [
  {
    kind: "make it nine hours: a line of the draft",
    says: `${says} Wait with sending.`,
    steps: [
      prepare(),
      {
        says: "Make it 9 on line 1 and send it.",
        call: "update_item",
        with: (seen) => ({ invoice_id: seen.last("invoice_id"), line: 1, quantity: 9 }),
        answer: { outcome: "done", says: [/quantity "10" → "9"/, "gross 1071.00 EUR"] },
      },
      send((seen) => ({ invoice_id: seen.last("invoice_id") }), "1,071.00 EUR"),
    ],
    effects: { "invoice.created": 1, "item.created": 1, "item.updated": 1, "invoice.sent": 1 },
    mails: toBrandt,
    calls: 3,
  },
  {
    kind: "without the discount: a line taken off",
    says: `${says} Less 50 discount.`,
    steps: [
      prepare({ title: "Rabatt", quantity: 1, tax_rate: 19, single_net_amount: -50 }),
      {
        says: "Without the discount, please.",
        call: "remove_item",
        with: (seen) => ({
          invoice_id: seen.last("invoice_id"),
          item_id: seen.last("invoice", "items", 1, "id"),
        }),
        answer: { outcome: "done", says: ["Removed the line", "gross 1190.00 EUR"], hides: ["Rabatt"] },
      },
    ],
    effects: { "invoice.created": 1, "item.created": 2, "item.deleted": 1 },
    calls: 2,
  },
  {
    kind: "where lines cannot be changed: the corrected copy stands for the draft",
    says: `${says} Wait with sending.`,
    given: (world) => world.simulator.setSwitches({ item_routes: "405" }),
    steps: [
      prepare(),
      {
        says: "Make it 9 on line 1.",
        call: "update_item",
        with: (seen) => ({ invoice_id: seen.last("invoice_id"), line: 1, quantity: 9 }),
        answer: { error: "route_missing", says: ["Nothing was changed", /copy_invoice \{.*"supersedes":true.*\}/] },
      },
      {
        call: "copy_invoice",
        with: (seen) => ({
          invoice_id: seen.of(0, "invoice_id"),
          supersedes: true,
          lines: [{ line: 1, quantity: 9 }],
        }),
        answer: { outcome: "done", says: ["It stands for draft", "quantity 10 → 9", "gross 1071.00 EUR"] },
      },
      {
        says: "Send it. Which drafts of theirs are left?",
        call: "send_invoice",
        with: (seen) => ({ invoice_id: seen.of(2, "invoice_id") }),
        person: approves,
        answer: { outcome: "done", asks: ["1,071.00 EUR"] },
      },
      {
        call: "list_invoices",
        with: { search: "Brandt", status: "draft" },
        answer: { says: ["1190.00 EUR", /replaced by \S+, not to be sent/] },
      },
    ],
    effects: { "invoice.created": 2, "item.created": 2, "invoice.sent": 1 },
    mails: toBrandt,
    calls: 5,
  },
  {
    kind: "the former draft after all",
    says: `${says} Wait with sending.`,
    steps: [
      prepare(),
      {
        says: "A corrected copy with 8 on line 1, to stand for it.",
        call: "copy_invoice",
        with: (seen) => ({ invoice_id: seen.last("invoice_id"), supersedes: true, lines: [{ line: 1, quantity: 8 }] }),
        answer: { outcome: "done", says: ["gross 952.00 EUR"] },
      },
      {
        says: "Send the one with 10.",
        call: "send_invoice",
        with: (seen) => ({ invoice_id: seen.of(0, "invoice_id") }),
        answer: { error: "wrong_state", says: ["was replaced by its corrected copy", "instead_of"] },
      },
      {
        says: "Yes, the one with 10 and not the copy.",
        call: "send_invoice",
        with: (seen) => ({ invoice_id: seen.of(0, "invoice_id"), instead_of: seen.of(1, "invoice_id") }),
        person: approves,
        answer: { outcome: "done", asks: ["replaced by a corrected copy over 952.00 EUR", "1,190.00 EUR"] },
      },
      {
        call: "send_invoice",
        with: (seen) => ({ invoice_id: seen.of(1, "invoice_id") }),
        answer: { error: "wrong_state", says: ["was replaced by"] },
      },
    ],
    effects: { "invoice.created": 2, "item.created": 2, "invoice.sent": 1 },
    mails: toBrandt,
    calls: 5,
  },
  {
    kind: "the same as last time, 10 percent off",
    says: "Bill Kollektiv Nordlicht the same as last time, with 10 % off.",
    steps: [
      { call: "list_invoices", with: { search: "Nordlicht", status: "sent" }, answer: { says: ["424.83 EUR"] } },
      {
        call: "copy_invoice",
        with: (seen) => ({ invoice_id: `#${seen.of(0, "invoices", 0, "number")}`, discount: 10 }),
        answer: {
          outcome: "done",
          says: [/Changed: discount 10 % (net|gross): -\S+ EUR on \S+ EUR at 19 %/, /gross 382\.3[45] EUR/],
        },
      },
    ],
    effects: { "invoice.created": 1, "item.created": 2 },
    calls: 2,
  },
  {
    kind: "a quote becomes an invoice",
    says: `Send Brandt (${brandt}) a quote: 10 workshops in November 2026 at 100 net, 19 %.`,
    steps: [
      {
        call: "prepare_invoice",
        with: { customer: brandt, currency: "EUR", is_quote: true, items: [workshop(10)] },
        answer: { outcome: "done", says: ["quote"] },
      },
      send((seen) => ({ invoice_id: seen.last("invoice_id") }), "1,190.00 EUR"),
      {
        says: "They said yes. Make the invoice.",
        call: "copy_invoice",
        with: (seen) => ({ invoice_id: seen.of(0, "invoice_id"), is_quote: false }),
        answer: {
          outcome: "done",
          says: [/Copied quote \S+ as a new draft of an invoice, \S+\. The API calls the quote sent, not whether/],
        },
      },
    ],
    effects: { "invoice.created": 2, "item.created": 2, "invoice.sent": 1 },
    mails: [`quote ${brandt}`],
    calls: 3,
  },
  {
    kind: "her address changed while a draft waits",
    says: `Brandt (${brandt}) moved: Lindenstr. 5, 20095 Hamburg, Germany.`,
    given: async (world) => {
      await world.draft(brandt);
    },
    steps: [
      { call: "search_customers", with: { email: brandt }, answer: {} },
      {
        call: "create_address",
        with: (seen) => ({
          customer_id: seen.last("customers", 0, "id"),
          name: "Brandt",
          street_address: "Lindenstr. 5",
          zip_code: "20095",
          city: "Hamburg",
          country_code: "DE",
        }),
        answer: { outcome: "done", says: ["had another address", "Hamburg", /Draft \S+ of this customer/] },
      },
    ],
    effects: { "address.created": 1 },
    calls: 2,
  },
  {
    kind: "an e-mail to put right",
    says: `The e-mail of Brandt (${brandt}) is now kontor@brandt-buch.example.`,
    steps: [
      { call: "search_customers", with: { email: brandt }, answer: {} },
      {
        call: "update_customer",
        with: (seen) => ({ customer_id: seen.last("customers", 0, "id"), email: "kontor@brandt-buch.example" }),
        answer: { outcome: "done", says: ["kontor@brandt-buch.example", brandt] },
      },
    ],
    effects: { "customer.updated": 1 },
    calls: 2,
  },
  {
    kind: "a draft that nobody wants",
    says: `${says} Wait with sending.`,
    steps: [
      prepare(),
      {
        says: "Forget it, delete that draft.",
        call: "delete_draft",
        with: (seen) => ({ invoice_id: seen.last("invoice_id") }),
        answer: { outcome: "done", says: ["1 line, 1,190.00 EUR", "It billed nobody"] },
      },
    ],
    effects: { "invoice.created": 1, "item.created": 1, "invoice.deleted": 1 },
    calls: 2,
  },
  {
    kind: "one customer that is like the name",
    says: "Bill nordlicht.example one workshop in November 2026 at 100 net, 19 %.",
    steps: [
      {
        call: "prepare_invoice",
        with: { customer: "nordlicht.example", currency: "EUR", items: [workshop(1)] },
        answer: { says: ["One customer is like", "Nordlicht", "confirm this one"], hides: ["Several"] },
      },
    ],
    effects: {},
    calls: 1,
  },
  {
    kind: "what did we bill, tax by rate, and who owes",
    says: "What did we bill from 2020-01-01 to 2030-12-31, tax by rate? And who owes us most?",
    steps: [
      {
        call: "review_billing",
        with: { from: "2020-01-01", to: "2030-12-31" },
        answer: { says: [/EUR/, /19 %/, /7 %/], tokens: 1_300 },
      },
      { call: "review_receivables", with: {}, answer: { says: [/open invoices/, /EUR/], tokens: 1_300 } },
    ],
    effects: {},
    calls: 2,
  },
  {
    kind: "one line of the bank, and what it settled",
    says: async (world) =>
      `This came in:\nBuchungstag;Auftraggeber;Verwendungszweck;Betrag;Währung\n12.11.2026;Kollektiv Nordlicht;${(await world.document(nordlicht, "sent")).number};424,83;EUR\n15.11.2026;Stadtwerke;Abschlag;-310,00;EUR`,
    steps: [
      {
        call: "match_payments",
        with: (seen) => ({ statement: seen.pasted }),
        answer: { says: [/Sure:\n2\. .*424\.83 EUR/, "settle_payments"], tokens: 700 },
      },
      {
        says: "Book it. What did you do today?",
        call: "settle_payments",
        with: (seen) => ({ payments: seen.rows(0, "settle") }),
        person: approves,
        answer: { says: ["1 of 1 marked as paid: 424.83 EUR"], asks: ["424.83 EUR", "Nordlicht"] },
      },
      { call: "list_operations", with: {}, answer: { says: [/mark_paid/, "424.83 EUR"] } },
    ],
    effects: { "invoice.paid": 1 },
    calls: 3,
  },
];
