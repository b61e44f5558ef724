import { expect } from "vitest";
import type { Conversation, Step } from "../conversation.ts";
import { approves } from "../person.ts";

/** The gross a person approved is the gross the API issued. */
const asApproved =
  (gross: string): NonNullable<Conversation["end"]> =>
  async (world, seen) => {
    const sent = seen.answers.at(-1)?.structured["invoice"];
    const id = typeof sent === "object" && sent !== null && "id" in sent ? String(sent.id) : "";
    expect(Number(await world.attribute(id, "total")).toFixed(2)).toBe(gross);
  };

const sendIt = (...asks: string[]): Step => ({
  call: "send_invoice",
  with: (seen) => ({ invoice_id: seen.last("invoice_id") }),
  person: approves,
  answer: { outcome: "done", asks },
});

const brandt = { customer: "sonja.brandt@brandt-buch.example", currency: "EUR" };
const toBrandt = ["invoice sonja.brandt@brandt-buch.example"];

export const amounts: readonly Conversation[] = [
  {
    kind: "7.5 hours",
    says: "Bill Brandt (sonja.brandt@brandt-buch.example) 7.5 hours of consulting in November 2026 at 80 net. Send it.",
    steps: [
      {
        call: "prepare_invoice",
        with: {
          ...brandt,
          items: [{ title: "Consulting November 2026", quantity: 7.5, tax_rate: 19, single_net_amount: 80 }],
        },
        answer: {
          error: "invalid_input",
          says: ["whole number", "quantity 1 with the total", "smaller unit"],
          so_far: {},
        },
      },
      {
        call: "prepare_invoice",
        with: {
          ...brandt,
          items: [
            {
              title: "Consulting November 2026",
              subtitle: "7.5 h × 80.00 EUR",
              quantity: 1,
              tax_rate: 19,
              single_net_amount: 600,
            },
          ],
        },
        answer: { outcome: "done", says: ["7.5 h × 80.00 EUR", "gross 714.00 EUR"] },
      },
      sendIt("714.00 EUR", "7.5 h × 80.00 EUR"),
    ],
    effects: { "invoice.created": 1, "item.created": 1, "invoice.sent": 1 },
    mails: toBrandt,
    calls: 3,
    end: asApproved("714.00"),
  },
  {
    kind: "33.33 × 3, 0.1 × 3 and 1.99 × 7, at 19 and 7 %, less a discount",
    says: "Bill Brandt (sonja.brandt@brandt-buch.example) for November 2026: 3 × 33.33, 3 × 0.10 and 1 × -5 at 19 %, 7 × 1.99 at 7 %, net. Send.",
    steps: [
      {
        call: "prepare_invoice",
        with: {
          ...brandt,
          items: [
            { title: "Platz November 2026", quantity: 3, tax_rate: 19, single_net_amount: 33.33 },
            { title: "Kopie", quantity: 3, tax_rate: 19, single_net_amount: 0.1 },
            { title: "Rabatt", quantity: 1, tax_rate: 19, single_net_amount: -5 },
            { title: "Heft", quantity: 7, tax_rate: 7, single_net_amount: 1.99 },
          ],
        },
        answer: {
          outcome: "done",
          says: [
            "= 99.99",
            "= 0.30",
            "= -5.00",
            "= 13.93",
            "gross 128.31 EUR",
            "19 % of 95.29: 18.11",
            "7 % of 13.93: 0.98",
          ],
          hides: ["Warning"],
          tokens: 500,
        },
      },
      sendIt("128.31 EUR"),
    ],
    effects: { "invoice.created": 1, "item.created": 4, "invoice.sent": 1 },
    mails: toBrandt,
    calls: 2,
    end: asApproved("128.31"),
  },
  {
    kind: "tax rounded per rate instead of per line",
    says: "Bill Brandt (sonja.brandt@brandt-buch.example) four copies jobs in November 2026, 0.13 net each, 19 %. Send it.",
    given: (world) => world.simulator.setSwitches({ rounding: "rate" }),
    steps: [
      {
        call: "prepare_invoice",
        with: {
          ...brandt,
          items: ["A", "B", "C", "D"].map((name) => ({
            title: `Kopien ${name}, November 2026`,
            quantity: 1,
            tax_rate: 19,
            single_net_amount: 0.13,
          })),
        },
        // Per line it would be 4 × 0.15; the API's own total is what counts and what is shown.
        answer: { outcome: "done", says: ["gross 0.62 EUR"], tokens: 500 },
      },
      sendIt("0.62 EUR"),
    ],
    effects: { "invoice.created": 1, "item.created": 4, "invoice.sent": 1 },
    mails: toBrandt,
    calls: 2,
    end: asApproved("0.62"),
  },
  {
    kind: "a total that is not the sum of the lines",
    says: "Show me the draft of Brandt & Töchter.",
    given: async (world) => {
      const id = await world.draft("sonja.brandt@brandt-buch.example");
      // Lines entered gross in an invoice that counts from net, as an integration might leave them.
      await world.change(id, { calculate_from_net: false });
    },
    steps: [
      { call: "list_invoices", with: { search: "Brandt", status: "draft" }, answer: { says: ["119.00 EUR"] } },
      {
        call: "get_invoice",
        with: (seen) => ({ invoice_id: seen.pick(0, "invoices", "id", "119.00") }),
        answer: { says: ["gross 119.00 EUR"] },
      },
    ],
    effects: {},
    calls: 2,
  },
  {
    kind: "Swiss francs at 8.1 %",
    says: "Send Alpenblick Yoga an invoice: retreat room in Zürich, December 2026, 1 × 480 CHF plus 8.1 %.",
    steps: [
      {
        call: "prepare_invoice",
        with: {
          customer: "Alpenblick Yoga GmbH",
          currency: "CHF",
          items: [
            { title: "Raummiete Retreat Zürich, Dezember 2026", quantity: 1, tax_rate: 8.1, single_net_amount: 480 },
          ],
        },
        answer: { outcome: "done", says: ["gross 518.88 CHF", "8.1 %: 38.88"], hides: ["EUR"] },
      },
      sendIt("518.88 CHF", "8.1 %"),
    ],
    effects: { "invoice.created": 1, "item.created": 1, "invoice.sent": 1 },
    mails: ["invoice urs@alpenblick-yoga.example"],
    calls: 2,
    end: asApproved("518.88"),
  },
  {
    kind: "a foreign currency, not the customer's",
    says: "Bill Brandt (sonja.brandt@brandt-buch.example) 100 US dollars net for a talk in November 2026, and send it.",
    steps: [
      {
        call: "prepare_invoice",
        with: {
          ...brandt,
          currency: "USD",
          items: [{ title: "Talk, November 2026", quantity: 1, tax_rate: 19, single_net_amount: 100 }],
        },
        answer: { outcome: "done", says: ["gross 119.00 USD"] },
      },
      sendIt("119.00 USD", "USD is an unusual currency"),
    ],
    effects: { "invoice.created": 1, "item.created": 1, "invoice.sent": 1 },
    mails: toBrandt,
    calls: 2,
  },
  {
    kind: "0 % without a reason",
    says: "Bill Raman Analytics a meeting room in November 2026, 275 at 0 %. Send it.",
    steps: [
      {
        call: "prepare_invoice",
        with: {
          customer: "Raman Analytics",
          currency: "EUR",
          items: [{ title: "Meeting room, November 2026", quantity: 1, tax_rate: 0, single_net_amount: 275 }],
        },
        answer: { outcome: "done", says: ["gross 275.00 EUR"] },
      },
      sendIt("0 % tax, and no note gives the reason"),
    ],
    effects: { "invoice.created": 1, "item.created": 1, "invoice.sent": 1 },
    mails: ["invoice finance@raman-analytics.example"],
    calls: 2,
  },
  {
    kind: "net and gross mixed",
    says: "Bill Brandt (sonja.brandt@brandt-buch.example): room 100 plus tax, catering 119 including tax, 19 %, November 2026.",
    steps: [
      {
        call: "prepare_invoice",
        with: {
          ...brandt,
          items: [
            { title: "Room, November 2026", quantity: 1, tax_rate: 19, single_net_amount: 100 },
            { title: "Catering", quantity: 1, tax_rate: 19, single_gross_amount: 119 },
          ],
        },
        answer: { error: "invalid_input", says: ["the same way"], so_far: {} },
      },
    ],
    effects: {},
    calls: 1,
  },
  {
    kind: "a gross price for a net draft",
    says: "Add a projector at 59.50 including tax to the draft 'Zusatzplatz' of Brandt.",
    steps: [
      { call: "list_invoices", with: { search: "Brandt", status: "draft" }, answer: { says: ["52.36 EUR"] } },
      {
        call: "add_item",
        with: (seen) => ({
          invoice_id: seen.pick(0, "invoices", "id", "52.36"),
          title: "Projector, November 2026",
          quantity: 1,
          tax_rate: 19,
          single_gross_amount: 59.5,
        }),
        answer: { error: "invalid_input", says: ["calculated from net amounts", "give single_net_amount"], so_far: {} },
      },
      {
        call: "add_item",
        with: (seen) => ({
          invoice_id: seen.pick(0, "invoices", "id", "52.36"),
          title: "Projector, November 2026",
          quantity: 1,
          tax_rate: 19,
          single_net_amount: 50,
        }),
        answer: { outcome: "done", says: ["Added", "as line 3"] },
      },
    ],
    effects: { "item.created": 1 },
    calls: 3,
  },
  {
    kind: "fractions of a cent",
    says: "Bill Brandt (sonja.brandt@brandt-buch.example) 1000 clicks at 0.125 net, November 2026.",
    steps: [
      {
        call: "prepare_invoice",
        with: {
          ...brandt,
          items: [{ title: "Clicks, November 2026", quantity: 1000, tax_rate: 19, single_net_amount: 0.125 }],
        },
        answer: { error: "invalid_input", says: ["0.125", "quantity 1 with the line's total"], so_far: {} },
      },
      {
        call: "prepare_invoice",
        with: {
          ...brandt,
          items: [{ title: "1000 clicks, November 2026", quantity: 1, tax_rate: 19, single_net_amount: 125 }],
        },
        answer: { outcome: "done", says: ["gross 148.75 EUR"] },
      },
    ],
    effects: { "invoice.created": 1, "item.created": 1 },
    calls: 2,
  },
];
