/**
 * Exports that name no currency, of banks whose account has one only. The exact headings, all of them in their order, tell
 * the bank; anything else without a currency is asked about.
 */
export const ONE_CURRENCY_LAYOUTS: readonly {
  readonly bank: string;
  readonly headings: readonly string[];
  readonly currency: string;
}[] = [
  {
    bank: "Kontist",
    headings: ["Buchungsdatum", "Empfänger", "Verwendungszweck", "Betrag", "Transaktionstyp"],
    currency: "EUR",
  },
  {
    bank: "bunq",
    headings: ["Datum", "Bedrag", "Rekening", "Tegenrekening", "Naam", "Omschrijving"],
    currency: "EUR",
  },
];
