import type { Conversation } from "../conversation.ts";
import { approves, declines } from "../person.ts";

const consulting = { title: "Consulting — October 2026", quantity: 10, tax_rate: 19, single_net_amount: 150 };

export const billing: readonly Conversation[] = [
  {
    kind: "new customer, three lines, sent",
    says: "Bill Jane Doe of Acme Inc (jane@example.com, Hauptstraße 42, 50667 Köln): 10 h consulting in October at 150 net, two handbooks at 24.50 with 7 %, 100 off. Send it.",
    steps: [
      {
        call: "prepare_invoice",
        with: {
          new_customer: {
            email: "jane@example.com",
            locale: "de",
            given_name: "Jane",
            family_name: "Doe",
            company: "Acme Inc",
            street_address: "Hauptstraße 42",
            zip_code: "50667",
            city: "Köln",
            country_code: "DE",
          },
          currency: "EUR",
          items: [
            consulting,
            { title: "Handbook", quantity: 2, tax_rate: 7, single_net_amount: 24.5 },
            { title: "Discount", quantity: 1, tax_rate: 19, single_net_amount: -100 },
          ],
        },
        answer: {
          outcome: "done",
          says: ["Draft prepared for a new customer, 3 lines.", "gross 1718.43 EUR", "send_invoice"],
        },
      },
      {
        call: "send_invoice",
        with: (seen) => ({ invoice_id: seen.last("invoice_id") }),
        person: approves,
        answer: {
          outcome: "done",
          says: [/^Sent invoice RE-\d{4}-\d{4}: 1,718\.43 EUR/, "mark_paid"],
          asks: ["1,718.43 EUR", "Acme Inc", "jane@example.com", "first invoice to this customer"],
        },
      },
    ],
    effects: {
      "customer.created": 1,
      "address.created": 1,
      "invoice.created": 1,
      "item.created": 3,
      "invoice.sent": 1,
    },
    mails: ["invoice jane@example.com"],
    calls: 3,
  },
  {
    kind: "existing customer by e-mail, gross price",
    says: "Invoice david.okafor@mailfox.example for one letterpress workshop on 12 November 2026, 129 euros all in, 19 %.",
    steps: [
      {
        call: "prepare_invoice",
        with: {
          customer: "David.Okafor@mailfox.example",
          currency: "EUR",
          items: [{ title: "Workshop letterpress, 12 Nov 2026", quantity: 1, tax_rate: 19, single_gross_amount: 129 }],
        },
        answer: { outcome: "done", says: ['for "David Okafor"', "gross 129.00 EUR; amounts entered gross"] },
      },
      {
        call: "send_invoice",
        with: (seen) => ({ invoice_id: seen.last("invoice_id") }),
        person: approves,
        // The same amount went to him days ago: the person is told.
        answer: { outcome: "done", says: ["129.00 EUR"], asks: ["same amount", "129.00 EUR"] },
      },
    ],
    effects: { "invoice.created": 1, "item.created": 1, "invoice.sent": 1 },
    mails: ["invoice david.okafor@mailfox.example"],
    calls: 2,
  },
  {
    kind: "existing customer by name, kept as a draft",
    says: "Prepare an invoice for Tanzschule Weber: hall, December 2026, 4 evenings at 85 net. Don't send it yet.",
    steps: [
      {
        call: "prepare_invoice",
        with: {
          customer: "Tanzschule Weber",
          currency: "EUR",
          items: [{ title: "Saalmiete Dezember 2026", quantity: 4, tax_rate: 19, single_net_amount: 85 }],
        },
        answer: { outcome: "done", says: ["Tanzschule Weber", "gross 404.60 EUR"] },
      },
    ],
    effects: { "invoice.created": 1, "item.created": 1 },
    calls: 1,
  },
  {
    kind: "two customers of one name",
    says: "Bill Michael Schmidt 3 day tickets, November 2026, 22 each including 19 % tax.",
    steps: [
      {
        call: "prepare_invoice",
        with: {
          customer: "Michael Schmidt",
          currency: "EUR",
          items: [{ title: "Tagesticket November 2026", quantity: 3, tax_rate: 19, single_gross_amount: 22 }],
        },
        answer: {
          says: [
            "Several customers",
            "Nothing was created.",
            "Leipzig",
            "Dresden",
            /last invoice RE-/,
            "Ask the person",
          ],
          so_far: {},
        },
      },
      {
        says: "The one in Dresden.",
        call: "prepare_invoice",
        with: (seen) => ({
          customer: seen.pick(0, "candidates", "customer_id", "Dresden"),
          currency: "EUR",
          items: [{ title: "Tagesticket November 2026", quantity: 3, tax_rate: 19, single_gross_amount: 22 }],
        }),
        answer: { outcome: "done", says: ["gross 66.00 EUR", "m.schmidt@elbe-design.example"] },
      },
    ],
    effects: { "invoice.created": 1, "item.created": 1 },
    calls: 2,
  },
  {
    kind: "a misspelt name",
    says: "Draft for Hafenkannte Architekten: meeting room Elbe, whole day, 20 November 2026, 240 net.",
    steps: [
      {
        call: "prepare_invoice",
        with: {
          customer: "Hafenkannte Architekten",
          currency: "EUR",
          items: [{ title: "Meetingraum Elbe, 20.11.2026", quantity: 1, tax_rate: 19, single_net_amount: 240 }],
        },
        answer: { says: ["No customer matches", "Nothing was created.", "spelling"], so_far: {} },
      },
      {
        call: "search_customers",
        with: { search: "Hafenk" },
        answer: { says: ["1 customer", "Hafenkante Architekten PartG mbB"] },
      },
      {
        says: "Yes, Hafenkante in Hamburg.",
        call: "prepare_invoice",
        with: (seen) => ({
          customer: seen.last("customers", 0, "id"),
          currency: "EUR",
          items: [{ title: "Meetingraum Elbe, 20.11.2026", quantity: 1, tax_rate: 19, single_net_amount: 240 }],
        }),
        answer: { outcome: "done", says: ["gross 285.60 EUR"] },
      },
    ],
    effects: { "invoice.created": 1, "item.created": 1 },
    calls: 3,
  },
  {
    kind: "an e-mail that belongs to somebody else",
    says: "New customer: Nordwind GmbH, hej@nordlicht.example. Draft one hour of consulting in November 2026 at 90 net.",
    steps: [
      {
        call: "prepare_invoice",
        with: {
          new_customer: { email: "hej@nordlicht.example", locale: "de", company: "Nordwind GmbH" },
          currency: "EUR",
          items: [{ title: "Consulting November 2026", quantity: 1, tax_rate: 19, single_net_amount: 90 }],
        },
        answer: { says: ["belongs to", "Kollektiv Nordlicht", "Nothing was created."], so_far: {} },
      },
    ],
    effects: {},
    calls: 1,
  },
  {
    kind: "wrong VAT caught at the approval",
    says: "Bill Brandt & Töchter an extra seat, November 2026, 49 net, 7 %, and send it.",
    steps: [
      {
        call: "prepare_invoice",
        with: {
          customer: "Brandt & Töchter Buchhandlung",
          currency: "EUR",
          items: [{ title: "Zusatzplatz November 2026", quantity: 1, tax_rate: 7, single_net_amount: 49 }],
        },
        answer: { outcome: "done", says: ["gross 52.43 EUR", "7 %: 3.43"] },
      },
      {
        call: "send_invoice",
        with: (seen) => ({ invoice_id: seen.last("invoice_id") }),
        person: declines,
        answer: {
          error: "refused",
          asks: ["7 %", "52.43 EUR"],
          // A line cannot be changed by a documented call, so the answer has to say how a draft is put right.
          says: ["The person declined.", "update_item"],
          so_far: { "invoice.created": 1, "item.created": 1 },
        },
      },
      {
        says: "That must be 19 %.",
        call: "prepare_invoice",
        with: {
          customer: "Brandt & Töchter Buchhandlung",
          currency: "EUR",
          items: [{ title: "Zusatzplatz November 2026", quantity: 1, tax_rate: 19, single_net_amount: 49 }],
        },
        answer: { outcome: "done", says: ["gross 58.31 EUR"] },
      },
      {
        call: "send_invoice",
        with: (seen) => ({ invoice_id: seen.last("invoice_id") }),
        person: approves,
        answer: { outcome: "done", says: ["58.31 EUR"], asks: ["19 %", "58.31 EUR"] },
      },
    ],
    effects: { "invoice.created": 2, "item.created": 2, "invoice.sent": 1 },
    mails: ["invoice sonja.brandt@brandt-buch.example"],
    calls: 4,
  },
  {
    kind: "same as last month",
    says: async (world) =>
      `Same as last month for the Brandt bookshop (${(await world.document("sonja.brandt@brandt-buch.example", "sent")).number}), but five seats, and say December.`,
    steps: [
      {
        call: "list_invoices",
        with: { search: "Brandt", limit: 3 },
        answer: { says: ["899.64 EUR", "Brandt & Töchter"] },
      },
      {
        call: "copy_invoice",
        with: (seen) => ({
          invoice_id: `#${seen.pick(0, "invoices", "number", "899.64", '"overdue"')}`,
          replace: [{ from: "ein Monat", to: "Dezember 2026" }],
          lines: [{ line: 1, quantity: 5 }],
        }),
        answer: {
          outcome: "done",
          says: ["as a new draft", "quantity 4 → 5", "ein Monat", "Dezember 2026", "gross 1124.55 EUR"],
        },
      },
      {
        call: "send_invoice",
        with: (seen) => ({ invoice_id: seen.last("invoice_id") }),
        person: approves,
        answer: { outcome: "done", says: ["1,124.55 EUR"], asks: ["1,124.55 EUR", "Dezember 2026"] },
      },
    ],
    effects: { "invoice.created": 1, "item.created": 1, "invoice.sent": 1 },
    mails: ["invoice sonja.brandt@brandt-buch.example"],
    calls: 3,
  },
  {
    kind: "two jobs for one customer on one day",
    says: "Bill Brandt & Töchter an extra seat in November 2026, 49 net, and send it. — And now a projector, 20 net, as an invoice of its own.",
    steps: [
      {
        call: "prepare_invoice",
        with: {
          customer: "Brandt & Töchter Buchhandlung",
          currency: "EUR",
          items: [{ title: "Zusatzplatz November 2026", quantity: 1, tax_rate: 19, single_net_amount: 49 }],
        },
        answer: { outcome: "done", says: ["gross 58.31 EUR"] },
      },
      {
        call: "send_invoice",
        with: (seen) => ({ invoice_id: seen.last("invoice_id") }),
        person: approves,
        answer: { outcome: "done", asks: ["58.31 EUR"] },
      },
      {
        call: "prepare_invoice",
        with: {
          customer: "Brandt & Töchter Buchhandlung",
          currency: "EUR",
          items: [{ title: "Beamer November 2026", quantity: 1, tax_rate: 19, single_net_amount: 20 }],
        },
        answer: { outcome: "done", says: ["Draft prepared", "1 line.", "gross 23.80 EUR"] },
      },
    ],
    effects: { "invoice.created": 2, "item.created": 2, "invoice.sent": 1 },
    mails: ["invoice sonja.brandt@brandt-buch.example"],
    calls: 3,
  },
  {
    kind: "a quote",
    says: "Make Hart & Finch a quote for the summer conference 2027: two days at 1,450 net, 19 %. Send it.",
    steps: [
      {
        call: "prepare_invoice",
        with: {
          customer: "Hart & Finch Ltd",
          currency: "EUR",
          is_quote: true,
          items: [{ title: "Summer conference 2027", quantity: 2, tax_rate: 19, single_net_amount: 1450 }],
        },
        answer: { outcome: "done", says: ["quote draft", "gross 3451.00 EUR"] },
      },
      {
        call: "send_invoice",
        with: (seen) => ({ invoice_id: seen.last("invoice_id") }),
        person: approves,
        // A quote is not paid, and there is no cancelling one.
        answer: {
          outcome: "done",
          says: ["3,451.00 EUR"],
          hides: ["mark_paid"],
          asks: [/quote/, "accounts@hartfinch.example"],
        },
      },
    ],
    effects: { "invoice.created": 1, "item.created": 1, "invoice.sent": 1 },
    mails: ["quote accounts@hartfinch.example"],
    calls: 2,
  },
  {
    kind: "a draft parked for a consolidated invoice",
    says: "Send the Hafenkante draft.",
    steps: [
      { call: "list_invoices", with: { status: "draft" }, answer: { says: ["Hafenkante", "166.60 EUR"] } },
      {
        call: "send_invoice",
        with: (seen) => ({ invoice_id: seen.pick(0, "invoices", "id", "Hafenkante") }),
        person: declines,
        answer: {
          error: "refused",
          asks: [
            "Sammelrechnung Monatsende: nicht einzeln senden.",
            "waiting for a consolidated invoice",
            "Type the gross amount",
          ],
        },
      },
    ],
    effects: {},
    calls: 2,
  },
  {
    kind: "a due date in the past",
    says: "Draft for Raman Analytics: meeting room, 1 day, 275, reverse charge, due 1 January 2026, and send it.",
    steps: [
      {
        call: "prepare_invoice",
        with: {
          customer: "Raman Analytics",
          currency: "EUR",
          due_date: "2026-01-01",
          notes: "Reverse charge. Service date 5 January 2026.",
          items: [{ title: "Meeting room", quantity: 1, tax_rate: 0, single_net_amount: 275 }],
        },
        answer: { outcome: "done", says: ["due 2026-01-01"] },
      },
      {
        call: "send_invoice",
        with: (seen) => ({ invoice_id: seen.last("invoice_id") }),
        person: declines,
        answer: { error: "refused", asks: [/due date.*already past/] },
      },
      {
        says: "Oh. Let it be due on 31 January 2031.",
        call: "update_invoice",
        with: (seen) => ({ invoice_id: seen.of(0, "invoice_id"), due_date: "2031-01-31" }),
        answer: { outcome: "done", says: ["Changed due_date", "due 2031-01-31"] },
      },
      {
        call: "send_invoice",
        with: (seen) => ({ invoice_id: seen.last("invoice_id") }),
        person: approves,
        answer: { outcome: "done", asks: ["31 Jan 2031"], says: ["due 2031-01-31"] },
      },
    ],
    effects: { "invoice.created": 1, "item.created": 1, "invoice.updated": 1, "invoice.sent": 1 },
    mails: ["invoice finance@raman-analytics.example"],
    calls: 4,
  },
  {
    kind: "a customer without an address",
    says: "Bill Thomas Berger (t.berger@mailbox-berger.example): storage, November 2026, 40 net. Send it.",
    steps: [
      {
        call: "prepare_invoice",
        with: {
          customer: "t.berger@mailbox-berger.example",
          currency: "EUR",
          items: [{ title: "Lagerfläche November 2026", quantity: 1, tax_rate: 19, single_net_amount: 40 }],
        },
        // No address: say so now, not after the invoice has gone out without one.
        answer: { outcome: "done", says: ["no postal address", "create_address"] },
      },
      {
        says: "His address is Gohliser Straße 5, 04105 Leipzig.",
        call: "create_address",
        with: (seen) => ({
          customer_id: seen.last("invoice", "customer_id"),
          name: "Thomas Berger",
          street_address: "Gohliser Straße 5",
          zip_code: "04105",
          city: "Leipzig",
          country_code: "DE",
        }),
        answer: { outcome: "done", says: ["Address created.", "Gohliser Straße 5"] },
      },
      {
        call: "send_invoice",
        with: (seen) => ({ invoice_id: seen.of(0, "invoice_id") }),
        person: approves,
        answer: { outcome: "done", asks: ["47.60 EUR", "Gohliser Straße 5"] },
      },
    ],
    effects: {
      "invoice.created": 1,
      "item.created": 1,
      "address.created": 1,
      "invoice.sent": 1,
    },
    mails: ["invoice t.berger@mailbox-berger.example"],
    calls: 3,
  },
];
