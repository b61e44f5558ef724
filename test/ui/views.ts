import type { InvoiceView, PlanView } from "../../src/ui/plan-view.ts";

/** The guide's example as the card gets it. */
export const draft: InvoiceView = {
  id: "9b1c2a6e-0001",
  kind: "draft",
  number: null,
  status: "draft",
  recipient: ["Acme Inc", "Jane Doe", "Hauptstraße 42", "50667 Köln"],
  buyer_address: [],
  sender: [],
  vat_number: null,
  customer: "Acme Inc (Jane Doe)",
  customer_id: "4711",
  email: "jane@example.com",
  email_note: null,
  issued_at: "01 Apr 2026",
  due_date: "15 Apr 2026",
  amounts_are: "net",
  lines: [
    {
      title: "Consulting — March 2026",
      subtitle: "On site in Köln, ten hours",
      quantity: "10",
      unit_price: "150.00 EUR",
      tax_rate: "19 %",
      total: "1,500.00 EUR",
    },
  ],
  more_lines: 0,
  net: "1,500.00 EUR",
  taxes: [{ rate: "19 %", net: "1,500.00 EUR", tax: "285.00 EUR" }],
  tax: "285.00 EUR",
  gross: "1,785.00 EUR",
  currency: "EUR",
  notes: [],
  bank_line: null,
};

const inTenMinutes = () => new Date(Date.now() + 600_000).toISOString();

export function sendPlan(changes: Partial<PlanView> = {}): PlanView {
  return {
    act: "send_invoice",
    title: 'Send 1,785.00 EUR to "Acme Inc"?',
    organization: { id: "7d5f", name: "Muster Coworking GmbH" },
    simulator: false,
    documents: [draft],
    details: [],
    changes: [],
    consequences: [
      "The invoice gets its number and is locked.",
      'It is e-mailed to "jane@example.com".',
      "This cannot be undone. The way back is to cancel it with a credit note.",
    ],
    warnings: [],
    level: "approve",
    typed_prompt: null,
    typed_why: null,
    expires_at: inTenMinutes(),
    locale: "en",
    ...changes,
  };
}

export function typedPlan(changes: Partial<PlanView> = {}): PlanView {
  return sendPlan({
    simulator: true,
    level: "typed",
    typed_prompt: "Type the gross amount 1,785.00 to approve",
    warnings: [
      { code: "first_invoice", sentence: 'This is the first invoice to "Acme Inc".', raises: true },
      { code: "look_alike", sentence: "A look-alike for 1,785.00 EUR was sent 12 days ago.", raises: true },
    ],
    ...changes,
  });
}

export function cancelPlanInGerman(changes: Partial<PlanView> = {}): PlanView {
  return sendPlan({
    act: "cancel_invoice",
    title: "Rechnung RE-2026-0042 über 1.999,00 EUR stornieren?",
    documents: [
      {
        ...draft,
        kind: "invoice",
        number: "RE-2026-0042",
        status: "versendet",
        issued_at: "01.04.2026",
        due_date: "15.04.2026",
        lines: [
          {
            title: "Beratung — März 2026",
            subtitle: null,
            quantity: "10",
            unit_price: "150,00 EUR",
            tax_rate: "19 %",
            total: "1.500,00 EUR",
          },
          {
            title: "Handbuch, gedruckt, mit einem recht langen Titel, der in schmalen Fenstern umbrechen muss",
            subtitle: "2. Auflage",
            quantity: "4",
            unit_price: "50,00 EUR",
            tax_rate: "7 %",
            total: "200,00 EUR",
          },
        ],
        net: "1.700,00 EUR",
        taxes: [
          { rate: "19 %", net: "1.500,00 EUR", tax: "285,00 EUR" },
          { rate: "7 %", net: "200,00 EUR", tax: "14,00 EUR" },
        ],
        tax: "299,00 EUR",
        gross: "1.999,00 EUR",
        notes: ["Leistungszeitraum März 2026.", "Vielen Dank für Ihren Auftrag."],
      },
    ],
    details: [{ label: "Stornorechnung über", value: "−1.999,00 EUR" }],
    consequences: [
      "Eine Stornorechnung mit denselben Positionen entsteht, die Rechnung wird ungültig.",
      "Bereits eingegangene Zahlungen werden dadurch nicht erstattet.",
      "Das lässt sich nicht rückgängig machen.",
    ],
    warnings: [],
    level: "typed",
    typed_prompt: "Zum Freigeben die letzten vier Zeichen der Nummer eingeben: 0042",
    locale: "de",
    ...changes,
  });
}

export function batchPlan(changes: Partial<PlanView> = {}): PlanView {
  const document = (index: number, customer: string, gross: string): InvoiceView => ({
    ...draft,
    id: `b-${index}`,
    kind: "invoice",
    number: `RE-2026-00${index}`,
    status: "sent",
    customer,
    gross,
  });
  return sendPlan({
    act: "settle_payments",
    title: "Mark 3 invoices as paid: 2,380.00 EUR",
    documents: [
      document(41, "Acme Inc (Jane Doe)", "1,785.00 EUR"),
      document(42, "Hofladen Weber", "357.00 EUR"),
      document(43, "A very long customer name that has to wrap somewhere GmbH & Co. KG", "238.00 EUR"),
    ],
    details: [
      { label: "Invoices", value: "3" },
      { label: "Together", value: "2,380.00 EUR" },
    ],
    consequences: ["Each invoice is marked as paid. No e-mail is sent.", "This cannot be undone."],
    level: "typed",
    typed_prompt: "Type the total 2,380.00 to approve",
    ...changes,
  });
}
