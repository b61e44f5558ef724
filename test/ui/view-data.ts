/** Answers of the tools as a host passes them to a view: `structuredContent` and what `_meta` adds. */
const whose = (locale: "de" | "en") => ({
  organization: { id: "7d5f", name: "Muster Coworking GmbH" },
  simulator: true,
  locale,
  today: "2026-11-12",
  time_zone: "Europe/Berlin",
});

function answer(show: string, locale: "de" | "en", structuredContent: object, more: object) {
  return {
    content: [{ type: "text", text: "The same in words." }],
    structuredContent,
    _meta: { "invoicing/view": { ...whose(locale), show, more } },
  };
}

export const receivables = (locale: "de" | "en", changes: object = {}) =>
  answer(
    "receivables",
    locale,
    {
      totals: [
        {
          currency: "EUR",
          open: "8423.15",
          overdue: "4935.65",
          not_due: "3487.50",
          "1-30": "1785.00",
          "31-60": "2610.80",
          over_90: "539.85",
        },
        { currency: "CHF", open: "90.00", overdue: "0.00", not_due: "90.00" },
      ],
      customers: [
        {
          currency: "EUR",
          open: "3150.65",
          overdue: "3150.65",
          "31-60": "2610.80",
          over_90: "539.85",
          customer: "Kollektiv Nordlicht e.V.",
          customer_id: "4711",
          oldest_days: 97,
          invoices: ["RE-2026-0012 539.85 EUR due 2026-08-07", "RE-2026-0031 2610.80 EUR due 2026-10-01"],
        },
        {
          currency: "EUR",
          open: "5272.50",
          overdue: "1785.00",
          not_due: "3487.50",
          "1-30": "1785.00",
          customer: "Acme Inc (Jane Doe)",
          customer_id: "4712",
          oldest_days: 1,
          invoices: ["RE-2026-0040 1785.00 EUR due 2026-11-11", "RE-2026-0044 3487.50 EUR due 2026-11-26"],
          more_invoices: 2,
        },
        {
          currency: "CHF",
          open: "90.00",
          overdue: "0.00",
          not_due: "90.00",
          customer: "Atelier Süd AG",
          customer_id: "4713",
          oldest_days: 0,
          invoices: ["RE-2026-0045 90.00 CHF due 2026-11-30"],
        },
      ],
      more_customers: 3,
      covers: 11,
      ...changes,
    },
    {
      invoices: [
        [
          { number: "RE-2026-0012", amount: "539.85", due: "2026-08-07" },
          { number: "RE-2026-0031", amount: "2610.80", due: "2026-10-01" },
        ],
        [
          { number: "RE-2026-0040", amount: "1785.00", due: "2026-11-11" },
          { number: "RE-2026-0044", amount: "3487.50", due: "2026-11-26" },
        ],
        [{ number: "RE-2026-0045", amount: "90.00", due: "2026-11-30" }],
      ],
    },
  );

/** A statement of which something is not understood. */
export const questioned = (locale: "de" | "en") =>
  statement(
    locale,
    { questions: ['currency "kr" (line 2): It can be SEK, NOK: say which.'], unread: ["Line 9: no amount found."] },
    {
      questions: ['Währung "kr" (Zeile 2): nicht sicher verstanden; der Assistent fragt danach.'],
      unread: ["Zeile 9"],
    },
  );

export const statement = (locale: "de" | "en", changes: object = {}, more: object = {}) =>
  answer(
    "statement",
    locale,
    {
      sure: [
        {
          handle: "k3f9",
          line: 1,
          day: "2026-11-10",
          payer: "Kollektiv Nordlicht",
          amount: "539.85 EUR",
          text: "Rechnung RE-2026-0012 vom 24.07.",
          invoices: [{ number: "RE-2026-0012", customer: "Kollektiv Nordlicht e.V.", amount: "539.85 EUR" }],
        },
        {
          handle: "k3fa",
          line: 2,
          day: "2026-11-11",
          payer: "ACME INC",
          amount: "5272.50 EUR",
          text: "RE-2026-0040 RE-2026-0044",
          kind: "several",
          invoices: [
            { number: "RE-2026-0040", customer: "Acme Inc", amount: "1785.00 EUR" },
            { number: "RE-2026-0044", customer: "Acme Inc", amount: "3487.50 EUR" },
          ],
        },
      ],
      to_decide: [
        {
          handle: "k3fb",
          line: 3,
          day: "2026-11-11",
          payer: "K. Nordlicht",
          amount: "2558.58 EUR",
          text: "RE 31 abzgl. Skonto",
          kind: "partial",
          invoices: [{ number: "RE-2026-0031", customer: "Kollektiv Nordlicht e.V.", amount: "2610.80 EUR" }],
          agrees: "number, payer",
          differs: "amount",
          reason: "52.22 EUR less than #RE-2026-0031 (2,610.80 EUR), a discount of 2 %.",
        },
      ],
      not_found: [
        { handle: "k3fc", line: 5, day: "2026-11-12", payer: "Bäckerei Mehl", amount: "12.00 EUR", text: "Danke" },
      ],
      settle: [{ line: "k3f9" }, { line: "k3fa" }],
      totals: [{ currency: "EUR", received: "8382.93", settle: "5812.35" }],
      ignored: 2,
      ...changes,
    },
    { reasons: { k3fb: "52,22 EUR weniger als #RE-2026-0031 (2.610,80 EUR): genau 2 %, vielleicht Skonto." }, ...more },
  );

export const billing = (locale: "de" | "en", changes: object = {}, more: object = {}) =>
  answer(
    "billing",
    locale,
    {
      period: "2026-07-01 to 2026-09-30",
      complete: true,
      totals: [{ currency: "EUR", net: "18240.00", tax: "3317.60", gross: "21557.60", documents: 14, open: "3150.65" }],
      taxes: [
        { currency: "EUR", tax_rate: "19", net: "17040.00", tax: "3237.60", gross: "20277.60", documents: 13 },
        { currency: "EUR", tax_rate: "7", net: "1142.86", tax: "80.00", gross: "1222.86", documents: 2 },
        { currency: "EUR", tax_rate: "not stated", net: "57.14", tax: "0.00", gross: "57.14", documents: 1 },
      ],
      months: [
        { currency: "EUR", month: "2026-07", net: "7310.00", tax: "1388.90", gross: "8698.90", documents: 6 },
        { currency: "EUR", month: "2026-08", net: "3120.00", tax: "592.80", gross: "3712.80", documents: 3 },
        { currency: "EUR", month: "2026-09", net: "7810.00", tax: "1335.90", gross: "9145.90", documents: 5 },
      ],
      customers: [
        {
          currency: "EUR",
          customer: "Acme Inc (Jane Doe)",
          net: "9800.00",
          tax: "1862.00",
          gross: "11662.00",
          documents: 6,
        },
        {
          currency: "EUR",
          customer: "Kollektiv Nordlicht e.V.",
          net: "5240.00",
          tax: "995.60",
          gross: "6235.60",
          documents: 5,
        },
        { currency: "EUR", customer: "no customer", net: "3200.00", tax: "460.00", gross: "3660.00", documents: 3 },
      ],
      more_customers: 1,
      unclear: ["#RE-2026-0029: the API states no total."],
      apart: "Apart: 1 quote, 2 drafts.",
      covers: "All 40 documents of the account were looked at.",
      ...changes,
    },
    {
      apart: { quotes: 1, drafts: 2 },
      documents: [],
      unclear: [{ document: "#RE-2026-0029", code: "no_amounts" }],
      ...more,
    },
  );

export const operations = (locale: "de" | "en", changes: object = {}, more: object = {}) =>
  answer(
    "operations",
    locale,
    {
      operations: [
        {
          operation_id: "op_5",
          act: "mark_paid",
          state: "unknown",
          at: "2026-11-12T13:20:05.000Z",
          document: "RE-2026-0031",
          amount: "2,610.80 EUR",
          why: "The connection was lost after the request was sent.",
        },
        {
          operation_id: "op_4",
          act: "mark_paid",
          state: "done",
          at: "2026-11-12T13:12:44.000Z",
          document: "RE-2026-0012",
          amount: "539.85 EUR",
          bank_line: "2026-11-10 Kollektiv Nordlicht 539.85 EUR",
        },
        {
          operation_id: "op_3",
          act: "send_invoice",
          state: "done",
          at: "2026-11-12T09:02:10.000Z",
          document: "RE-2026-0046",
          amount: "1,785.00 EUR",
        },
        {
          operation_id: "op_2",
          act: "add_item",
          state: "done",
          at: "2026-11-12T08:59:01.000Z",
          document: "9b1c2a6e-41aa-4e4b-9d5f-0d9c1f6b7a10",
        },
        {
          operation_id: "op_1",
          act: "create_invoice",
          state: "not_done",
          at: "2026-11-11T22:58:58.000Z",
          why: "The API refused it.",
        },
      ],
      more: 2,
      sums: ["send_invoice: 1 done, 1,785.00 EUR", "mark_paid: 1 done, 539.85 EUR"],
      ...changes,
    },
    {
      since: "2026-11-12",
      until: "2026-11-12",
      sums: [
        { act: "send_invoice", done: 1, amounts: [{ currency: "EUR", amount: "1785.00" }] },
        { act: "mark_paid", done: 1, amounts: [{ currency: "EUR", amount: "539.85" }] },
      ],
      ...more,
    },
  );
