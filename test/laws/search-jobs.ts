/** What a person says, in English and German, and the tools that the job takes, in their order. */
export interface SearchJob {
  readonly en: string;
  readonly de: string;
  readonly tools: readonly string[];
}

/** The jobs of `test/evals`, in the words of people: no name of a tool, no word chosen for the search. */
export const SEARCH_JOBS: readonly SearchJob[] = [
  {
    en: "Bill Jane Doe of Acme Inc ten hours of consulting in October at 150 net",
    de: "Schreib Acme eine Rechnung über zehn Stunden Beratung im Oktober, 150 netto",
    tools: ["prepare_invoice"],
  },
  { en: "Send the Hafenkante draft", de: "Schick den Entwurf für Hafenkante raus", tools: ["send_invoice"] },
  { en: "Issue the invoice and e-mail it", de: "Rechnung ausstellen und verschicken", tools: ["send_invoice"] },
  {
    en: "Make Hart & Finch a quote for the summer conference",
    de: "Mach Hart & Finch ein Angebot für die Sommerkonferenz",
    tools: ["prepare_invoice"],
  },
  {
    en: "Bill Kollektiv Nordlicht the same as last month",
    de: "Für Nordlicht dasselbe wie letzten Monat",
    tools: ["copy_invoice"],
  },
  { en: "Who owes us money?", de: "Wer schuldet uns noch Geld?", tools: ["review_receivables"] },
  { en: "What is still unpaid and overdue?", de: "Was ist noch offen?", tools: ["review_receivables"] },
  { en: "List the overdue invoices", de: "Liste die überfälligen Rechnungen auf", tools: ["list_invoices"] },
  { en: "Which drafts are left?", de: "Welche Entwürfe gibt es noch?", tools: ["list_invoices"] },
  { en: "Show me RE-2026-0001", de: "Zeig mir Rechnung RE-2026-0001", tools: ["get_invoice"] },
  {
    en: "Here is the bank statement, who has paid?",
    de: "Hier ist der Kontoauszug, wer hat bezahlt?",
    tools: ["match_payments"],
  },
  {
    en: "Book the payments that are sure",
    de: "Verbuche die sicheren Zahlungen",
    tools: ["settle_payments"],
  },
  { en: "Mark the invoice as paid", de: "Markiere die Rechnung als bezahlt", tools: ["mark_paid"] },
  {
    en: "The money of Schmidt has arrived, the invoice is paid",
    de: "Das Geld von Schmidt ist eingegangen, die Rechnung ist bezahlt",
    tools: ["mark_paid"],
  },
  { en: "Cancel the invoice of Weber", de: "Storniere die Rechnung von Weber", tools: ["cancel_invoice"] },
  { en: "Void it and make a credit note", de: "Mach eine Stornorechnung", tools: ["cancel_invoice"] },
  {
    en: "That invoice went to the wrong customer",
    de: "Die Rechnung ging an den falschen Kunden",
    tools: ["change_recipient"],
  },
  {
    en: "What did we bill in October, tax by rate?",
    de: "Wie viel Umsatz hatten wir im Oktober, Umsatzsteuer nach Satz?",
    tools: ["review_billing"],
  },
  { en: "VAT report for the tax adviser", de: "Auswertung für den Steuerberater", tools: ["review_billing"] },
  { en: "Download the PDF of the invoice", de: "Lade das PDF der Rechnung herunter", tools: ["get_document"] },
  { en: "I need the e-invoice XML", de: "Ich brauche die XRechnung", tools: ["get_document"] },
  {
    en: "Find the customer with the e-mail jane@example.com",
    de: "Such den Kunden mit der E-Mail jane@example.com",
    tools: ["search_customers"],
  },
  { en: "Add a new customer Nordwind GmbH", de: "Leg einen neuen Kunden Nordwind GmbH an", tools: ["create_customer"] },
  {
    en: "The customer has a new e-mail address, change it",
    de: "Der Kunde hat eine neue E-Mail, bitte ändern",
    tools: ["update_customer"],
  },
  {
    en: "The customer's postal address is Gohliser Str. 5, 04105 Leipzig",
    de: "Die Anschrift vom Kunden ist Gohliser Str. 5, 04105 Leipzig",
    tools: ["create_address"],
  },
  { en: "Show the details of that customer", de: "Zeig die Kundendaten", tools: ["get_customer"] },
  { en: "Add a projector to the draft", de: "Füge dem Entwurf eine Position Beamer hinzu", tools: ["add_item"] },
  { en: "Change the quantity on line 1 to 9", de: "Ändere die Menge in Position 1 auf 9", tools: ["update_item"] },
  { en: "Remove the discount line", de: "Entferne die Position mit dem Rabatt", tools: ["remove_item"] },
  {
    en: "Let the draft be due on 31 January",
    de: "Setz die Fälligkeit vom Entwurf auf den 31. Januar",
    tools: ["update_invoice"],
  },
  { en: "Delete that draft", de: "Lösch den Entwurf", tools: ["delete_draft"] },
  { en: "What did you do today?", de: "Was hast du heute gemacht?", tools: ["list_operations"] },
  {
    en: "Did it go out? Check what became of the operation",
    de: "Ist sie rausgegangen? Prüf, was aus dem Vorgang wurde",
    tools: ["get_operation"],
  },
  {
    en: "I looked: it was done. Settle the unknown operation",
    de: "Ich habe nachgesehen: es ist erledigt. Vorgang klären",
    tools: ["resolve_operation"],
  },
  { en: "Start an empty draft in euros", de: "Leg einen leeren Entwurf in Euro an", tools: ["create_invoice"] },
];
