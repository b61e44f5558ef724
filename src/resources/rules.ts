import type { FixedResource } from "../toolkit/resource.ts";

/** The API's rules from its guide, the law's from wire facts 9; at most 500 tokens. */
const RULES = `How invoicing works here

The API
- A draft can be changed. Sending numbers it, e-mails it and locks it; there is no way back to a draft.
- Lines: whole quantities, at most 185 characters per title, a tax rate in percent, a unit price net or gross as the whole invoice is calculated. A negative price is a discount.
- There is no field for the service date: name the period in the line ("Consulting, March 2026").
- The number is given on sending. Leave it to the API: the series must be unique and consecutive.
- Only a sent invoice can be marked as paid, and only in full: it moves no money. Reminders may go out until it is done.
- Some drafts wait for a consolidated invoice. Never send drafts in bulk.
- A quote is not marked as paid.

Corrections
- A sent invoice is never edited or deleted.
- Wrong as a whole: cancel_invoice makes a credit note, in German "Stornorechnung" (not "Gutschrift", which means self-billing); then bill again.
- Wrong recipient: change_recipient cancels it and makes a copy for the right customer.
- Wrong in part: a new invoice with a negative amount that names the first one's number.

German law in short (not advice)
- An invoice names both parties with address, the seller's tax number or VAT ID, date, number, what was delivered and when, net per tax rate, rate and tax.
- Up to 250 EUR gross less is required.
- 0 % needs its reason in the notes: small business (§ 19 UStG), reverse charge ("Steuerschuldnerschaft des Leistungsempfängers", both VAT IDs), or another exemption.
- VAT shown by mistake is owed until it is corrected (§ 14c UStG).
- Between German companies e-invoices become mandatory from 2027 or 2028. They are made from the customer's record: keep address and VAT number there, not in free text.
`;

export default {
  uri: "guide://rules",
  name: "rules",
  title: "Invoicing rules in short",
  description: "What the API allows, how to correct an invoice, what German law asks for.",
  mimeType: "text/markdown",
  read: async () => ({ mimeType: "text/markdown", body: RULES }),
} satisfies FixedResource;
