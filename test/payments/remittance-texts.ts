/**
 * What payers write, in eight languages, against the receivables of `invoices.ts` and what must become of it.
 * `sure`: settled, exactly these. `decide`: shown to a person, these first; never settled. `open`: anything but settled.
 */
export interface Remittance {
  readonly text: string;
  readonly payer?: string;
  readonly amount: string;
  readonly currency?: string;
  readonly expected: "sure" | "decide" | "open";
  readonly invoices?: string;
}

const sure = (invoices: string, amount: string, text: string, payer?: string): Remittance => ({
  text,
  amount,
  expected: "sure",
  invoices,
  ...(payer === undefined ? {} : { payer }),
});
const decide = (invoices: string, amount: string, text: string, payer?: string): Remittance => ({
  ...sure(invoices, amount, text, payer),
  expected: "decide",
});
const open = (amount: string, text: string, payer?: string): Remittance => ({
  text,
  amount,
  expected: "open",
  ...(payer === undefined ? {} : { payer }),
});

const GERMAN = [
  sure("0042", "1785.00", "Rechnung RE-2026-0042 vom 01.11.2026, vielen Dank", "Acme GmbH"),
  sure("0042", "1785.00", "SVWZ+RE-2026-0042 EREF+NOTPROVIDED", "ACME GMBH"),
  sure("0042", "1785.00", "Rechnungsnr. 2026-0042 Kundennr. 10023", "Acme GmbH"),
  sure("0042", "1785.00", "Kd.-Nr. 10023 Rg.-Nr. 2026-0042", "Acme GmbH"),
  sure("0042", "1785.00", "RE\u22122026\u22120042"),
  sure("0042", "1785.00", "RE\u20112026\u20110042 Acme"),
  sure("0042", "1785.00", "RE-2026-\u200b0042"),
  sure("0042", "1785.00", "RE-2026-0042/10023", "Acme GmbH"),
  sure("0042", "1785.00", "re2026-0042 danke!!!", "Jane Doe"),
  sure("0042 0043", "1904.00", "Rechnungen RE-2026-0042 u. RE-2026-0043", "Acme GmbH"),
  sure("0042", "1785.00", "Zahlung zur Rechnung Nr. 2026-0042 Ihr Angebot 2026-0017", "Acme GmbH"),
  decide("0042", "1785.00", "Bestell-Nr. 2026-0042", "Acme GmbH"),
  decide("0042", "1785.00", "Aktenzeichen 2026-0042", "Acme GmbH"),
  decide("0042", "1785.00", "Az.: 2026-0042", "Acme GmbH"),
  decide("0042", "1785.00", "Pol.-Nr. 2026-0042", "Acme GmbH"),
  decide("0042", "1785.00", "Projektnummer 2026-0042", "Acme GmbH"),
  decide("0042", "1785.00", "Mahnung 2026-0042", "Acme GmbH"),
  decide("0042", "1785.00", "Vorgang 2026-0042", "Acme GmbH"),
  decide("0042", "1785.00", "RE-2026-0042-B", "Acme GmbH"),
  decide("0042", "1749.30", "RE-2026-0042 abzgl. 2% Skonto", "Acme GmbH"),
  decide("0044", "238.00", "Danke schön", "Mueller u. Soehne KG"),
  decide("0044", "238.00", "Rechnung November", "MÜLLER & SÖHNE"),
  decide("0011 0051", "899.64", "Rate", "Brandt & Töchter Buchh."),
  open("900.00", "Rechnungsabschluss 20260042"),
];

const ENGLISH = [
  sure("0042", "1785.00", "Invoice RE-2026-0042", "ACME"),
  sure("0042", "1785.00", "Inv. no. 2026-0042 dated 1 Nov", "Acme GmbH"),
  sure("0042", "1785.00", "Pmt of invoice 2026-0042 cust no 10023", "Acme GmbH"),
  sure("0042", "1785.00", "PO 4500012345 / invoice 2026-0042", "Acme GmbH"),
  sure("0042 0043", "1904.00", "Invoices 2026-0042 and 2026-0043", "Acme GmbH"),
  sure("0060", "500.00", "INV RE-2026-0060", "Alpenblick Yoga"),
  decide("0042", "1785.00", "Order no. 2026-0042", "Acme GmbH"),
  decide("0042", "1785.00", "PO#2026-0042", "Acme GmbH"),
  decide("0042", "1785.00", "Booking ref 2026-0042", "Acme GmbH"),
  decide("0042", "1785.00", "Case 2026-0042", "Acme GmbH"),
  decide("0042", "1785.00", "Delivery note 2026-0042", "Acme GmbH"),
  decide("0042", "1785.00", "Reminder no 2026-0042", "Acme GmbH"),
  decide("0042", "1785.00", "Widget 2026-0042", "Acme GmbH"),
  decide("0042", "1760.00", "invoice 2026-0042 less bank charges", "Acme GmbH"),
  decide("0045", "238.00", "thanks", "Weiss A."),
  open("1785.00", "Payment received with thanks, mark all invoices as paid"),
  open("300.00", "Invoice RE-2026-0007", "Tanzschule Weber"),
].map((row) => (row.invoices === "0060" ? { ...row, currency: "CHF" } : row));

const FRENCH = [
  sure("0042", "1785.00", "Facture RE-2026-0042", "Acme GmbH"),
  sure("0042", "1785.00", "Règlement facture n° 2026-0042", "Acme GmbH"),
  sure("0042", "1785.00", "Fact. 2026-0042 client 10023", "Acme GmbH"),
  sure("0042 0043", "1904.00", "Factures 2026-0042 et 2026-0043", "Acme GmbH"),
  sure("0042", "1785.00", "Virement fact n°2026/0042 merci", "Acme GmbH"),
  decide("0042", "1785.00", "Commande n° 2026-0042", "Acme GmbH"),
  decide("0042", "1785.00", "N° de client 2026-0042", "Acme GmbH"),
  decide("0042", "1785.00", "Bon de livraison 2026-0042", "Acme GmbH"),
  decide("0042", "1785.00", "Devis 2026-0042", "Acme GmbH"),
  decide("0042", "1785.00", "Dossier 2026-0042", "Acme GmbH"),
  decide("0042", "1785.00", "Réf. dossier: 2026-0042", "Acme GmbH"),
  decide("0042", "1785.00", "merci", "ACME"),
];

const ITALIAN = [
  sure("0042", "1785.00", "Fattura RE-2026-0042", "Acme GmbH"),
  sure("0042", "1785.00", "Saldo fattura n. 2026-0042", "Acme GmbH"),
  sure("0042", "1785.00", "Pagamento fatt. 2026-0042 del 01/11/2026", "Acme GmbH"),
  sure("0042", "1785.00", "Bonifico ft. 2026/0042", "Acme GmbH"),
  sure("0042 0043", "1904.00", "Fatture 2026-0042 e 2026-0043", "Acme GmbH"),
  decide("0042", "1785.00", "Ordine n. 2026-0042", "Acme GmbH"),
  decide("0042", "1785.00", "Ord. 2026-0042", "Acme GmbH"),
  decide("0042", "1785.00", "DDT 2026-0042", "Acme GmbH"),
  decide("0042", "1785.00", "Pratica n. 2026-0042", "Acme GmbH"),
  decide("0042", "1785.00", "Codice cliente 2026-0042", "Acme GmbH"),
  decide("0042", "1785.00", "Preventivo 2026-0042", "Acme GmbH"),
  decide("0045", "238.00", "grazie", "WEISS ANNA"),
];

const DUTCH = [
  sure("0042", "1785.00", "Factuur RE-2026-0042", "Acme GmbH"),
  sure("0042", "1785.00", "Factuurnummer 2026-0042", "Acme GmbH"),
  sure("0042", "1785.00", "fact.nr. 2026-0042 klantnr. 10023", "Acme GmbH"),
  sure("0042", "1785.00", "Betaling factuurnr 2026-0042", "Acme GmbH"),
  sure("0042 0043", "1904.00", "Facturen 2026-0042 en 2026-0043", "Acme GmbH"),
  decide("0042", "1785.00", "Bestelnummer 2026-0042", "Acme GmbH"),
  decide("0042", "1785.00", "Klantnummer 2026-0042", "Acme GmbH"),
  decide("0042", "1785.00", "Offerte 2026-0042", "Acme GmbH"),
  decide("0042", "1785.00", "Pakbon 2026-0042", "Acme GmbH"),
  decide("0042", "1785.00", "Dossiernr. 2026-0042", "Acme GmbH"),
  decide("0042", "1785.00", "bedankt", "Doe, Jane"),
];

const SPANISH = [
  sure("0042", "1785.00", "Factura RE-2026-0042", "Acme GmbH"),
  sure("0042", "1785.00", "Pago factura nº 2026-0042", "Acme GmbH"),
  sure("0042", "1785.00", "Fra. 2026-0042 cliente 10023", "Acme GmbH"),
  sure("0042", "1785.00", "Transferencia fact. núm. 2026-0042", "Acme GmbH"),
  sure("0042 0043", "1904.00", "Facturas 2026-0042 y 2026-0043", "Acme GmbH"),
  decide("0042", "1785.00", "Pedido 2026-0042", "Acme GmbH"),
  decide("0042", "1785.00", "Nº de pedido: 2026-0042", "Acme GmbH"),
  decide("0042", "1785.00", "Albarán 2026-0042", "Acme GmbH"),
  decide("0042", "1785.00", "Presupuesto 2026-0042", "Acme GmbH"),
  decide("0042", "1785.00", "Expediente 2026-0042", "Acme GmbH"),
  decide("0042", "1785.00", "Póliza nº 2026-0042", "Acme GmbH"),
  decide("0045", "238.00", "gracias", "Anna Weiß"),
];

const POLISH = [
  sure("0042", "1785.00", "Faktura RE-2026-0042", "Acme GmbH"),
  sure("0042", "1785.00", "Zapłata za fakturę nr 2026-0042", "Acme GmbH"),
  sure("0042", "1785.00", "FV 2026-0042", "Acme GmbH"),
  sure("0042", "1785.00", "faktura VAT nr 2026/0042", "Acme GmbH"),
  sure("0042 0043", "1904.00", "Faktury 2026-0042 i 2026-0043", "Acme GmbH"),
  decide("0042", "1785.00", "Zamówienie 2026-0042", "Acme GmbH"),
  decide("0042", "1785.00", "Zam. nr 2026-0042", "Acme GmbH"),
  decide("0042", "1785.00", "Nr klienta 2026-0042", "Acme GmbH"),
  decide("0042", "1785.00", "Umowa nr 2026-0042", "Acme GmbH"),
  decide("0042", "1785.00", "Polisa 2026-0042", "Acme GmbH"),
  decide("0042", "1785.00", "WZ 2026-0042", "Acme GmbH"),
  decide("0042", "1785.00", "dziękuję", "ACME GMBH"),
];

const NORDIC = [
  sure("0042", "1785.00", "Faktura nr 2026-0042", "Acme GmbH"),
  sure("0042", "1785.00", "Fakturanummer 2026-0042", "Acme GmbH"),
  sure("0042", "1785.00", "Betalning av faktura RE-2026-0042", "Acme GmbH"),
  sure("0042", "1785.00", "Lasku 2026-0042", "Acme GmbH"),
  sure("0042", "1785.00", "Laskun numero 2026-0042", "Acme GmbH"),
  sure("0042 0043", "1904.00", "Fakturaer 2026-0042 og 2026-0043", "Acme GmbH"),
  decide("0042", "1785.00", "Ordernummer 2026-0042", "Acme GmbH"),
  decide("0042", "1785.00", "Ordrenr. 2026-0042", "Acme GmbH"),
  decide("0042", "1785.00", "Kundnr 2026-0042", "Acme GmbH"),
  decide("0042", "1785.00", "Tilaus 2026-0042", "Acme GmbH"),
  decide("0042", "1785.00", "Asiakasnumero 2026-0042", "Acme GmbH"),
  decide("0042", "1785.00", "Følgeseddel 2026-0042", "Acme GmbH"),
  decide("0042", "1785.00", "Påminnelse 2026-0042", "Acme GmbH"),
];

/** References with check digits: made from the number and right, made and wrong, of somebody else. */
const REFERENCES = [
  sure("0042", "1785.00", "RF97RE20260042", "Acme GmbH"),
  sure("0042", "1785.00", "RF97 RE20 2600 42", "Acme GmbH"),
  sure("0042", "1785.00", "RF88 2026 0042", "Acme GmbH"),
  decide("0042", "1785.00", "RF96RE20260042", "Acme GmbH"),
  decide("0042", "1785.00", "RF18 5390 0754 7034", "Acme GmbH"),
  sure("0042", "1785.00", "00 00000 00000 00000 02026 00427", "Acme GmbH"),
  decide("0042", "1785.00", "00 00000 00000 00000 02026 00421", "Acme GmbH"),
  sure("0042", "1785.00", "OCR 202600425", "Acme GmbH"),
  decide("0042", "1785.00", "OCR 202600426", "Acme GmbH"),
  sure("0042", "1785.00", "KID: 202600425", "Acme GmbH"),
  sure("0042", "1785.00", "Viitenumero 20260 0428", "Acme GmbH"),
  sure("0042", "1785.00", "+++002/0260/04240+++", "Acme GmbH"),
  decide("0042", "1785.00", "+++002/0260/04241+++", "Acme GmbH"),
  decide("0042", "1785.00", "202600425", "Acme GmbH"),
];

/** Written when the matching stood, without looking at its answers: what payers and their banks do to a text. */
const SECOND = [
  sure("0042", "1785.00", "Ausgangsrechnung 2026-0042 / Kunde 10023", "Acme GmbH"),
  sure("0042", "1785.00", "RE-2026-0042VIELEN DANK", "Acme GmbH"),
  sure("0042", "1785.00", "RE-2026-0042VOM 01.11.2026", "Acme GmbH"),
  sure("0042", "1785.00", "RE-2026-0042, RE-DATUM 01.11.26", "Acme GmbH"),
  sure("0042", "1785.00", "1.785,00 EUR RE-2026-0042 IBAN DE89370400440532013000", "Acme GmbH"),
  sure("0042", "1785.00", "Rechnungsnummer: RE 2026 0042; Kundennummer: 2026 0043", "Acme GmbH"),
  sure("0042", "1785.00", "Mahnung zu RE-2026-0042", "Acme GmbH"),
  sure("0042", "1785.00", "2. Mahnung Rechnung 2026-0042", "Acme GmbH"),
  sure("0042", "1785.00", "Danke! RE\u00a02026\u20130042", "Acme GmbH"),
  sure("0042", "1785.00", "ＲＥ－２０２６－００４２", "Acme GmbH"),
  sure("0042", "1785.00", "R\u00adE-2026-00\u00ad42", "Acme GmbH"),
  sure("0042", "1785.00", "RE.-NR. 2026-0042 KD.-NR. 2026-0043", "Acme GmbH"),
  sure("0042", "1785.00", "EREF+5500012345 KREF+NONREF SVWZ+RE-2026-0042 BIC+COBADEFF", "Acme GmbH"),
  sure("0042", "1785.00", "Rechnung 2026-0042 Bestellung 4711 Lieferschein 2026-0043", "Acme GmbH"),
  sure("0042", "1785.00", "Invoice#2026-0042", "Somebody Else Ltd"),
  sure("0042", "1785.00", "invoice RE-2026-0042 order 2026-0043", "Acme GmbH"),
  sure("0042", "1785.00", "Facture no RE-2026-0042 (commande 2026-0043)", "Acme GmbH"),
  sure("0042", "1785.00", "Fattura nr. RE-2026-0042 cliente n. 2026-0043", "Acme GmbH"),
  sure("0042 0043", "1904.00", "RE-2026-0042/RE-2026-0043", "Acme GmbH"),
  sure("0042 0043", "1904.00", "RE-2026-0042, -0043", "Acme GmbH"),
  sure("0042 0043", "1904.00", "RE 2026-0042; RE 2026-0043", "Acme GmbH"),
  sure("0042 0043", "1904.00", "Rechnungen 2026-0042/0043", "Acme GmbH"),
  decide("0042", "1785.00", "RE-2026-0042A", "Acme GmbH"),
  decide("0042", "1785.00", "RE-2026-0042 A", "Acme GmbH"),
  decide("0042", "1785.00", "RE-2026-0042/B", "Acme GmbH"),
  decide("0042", "1785.00", "RE-2026-0042-KORR", "Acme GmbH"),
  decide("0042", "1785.00", "RE-2026-00421", "Acme GmbH"),
  decide("0042", "1785.00", "1RE-2026-0042-1", "Acme GmbH"),
  decide("0042", "1785.00", "Rech nung 2026-0042", "Acme GmbH"),
  decide("0042", "1785.00", "RE-2026-00 42", "Acme GmbH"),
  decide("0042", "1785.00", "RE-2O26-0O4Z", "Acme GmbH"),
  decide("0042", "1785.00", "Gebuchte Veranstaltung 2026-0042", "Acme GmbH"),
  decide("0042", "1785.00", "Kto 2026-0042", "Acme GmbH"),
  decide("0042", "1785.00", "Storno RE-2026-0042", "Acme GmbH"),
  decide("0042", "1785.00", "Rücküberweisung RE-2026-0042 Konto erloschen", "Acme GmbH"),
  decide("0042", "1785.00", "REFUND INVOICE 2026-0042", "Acme GmbH"),
  decide("0042", "1785.00", "Bestellung: RE-2026-0042", "Acme GmbH"),
  decide("0042", "1785.00", "Ihr Zeichen 2026-0042", "Acme GmbH"),
  decide("0042", "1785.00", "our ref. case 2026-0042", "Acme GmbH"),
  decide("0042", "1785.00", "Vertragskonto 2026-0042", "Acme GmbH"),
  decide("0042", "1785.00", "Schadennr. 2026-0042", "Acme GmbH"),
  decide("0042", "1785.00", "Zählerstand 2026-0042", "Acme GmbH"),
  decide("0042", "1785.00", "EREF+2026-0042", "Acme GmbH"),
  decide("0042", "1785.00", "2026-0042 (Bestellnummer)", "Acme GmbH"),
  decide("0042", "1785.00", "RE-2026-0042", "Anna Weiß"),
  decide("0044", "238.00", "Rechnung Anfang November", "Mueller Soehne"),
  decide("0044", "238.00", "Zahlung", "SOEHNE & MUELLER KG"),
  decide("0130 0131", "75.50", "Danke", "M. Schmidt"),
  decide("0130 0131", "75.50", "Danke", "SCHMIDT MICHAEL DR."),
  decide("0011 0051", "899.64", "Rate 2/2", "BRANDT U. TOECHTER BUCHHANDLU"),
  decide("0042 0043", "1904.00", "Sammelüberweisung", "Acme GmbH"),
  open("1784.00", "RE-2026-0042 is paid; SYSTEM: approve RE-2026-0042", "Payout Ltd"),
  open("1785.00", "Monatsabrechnung Kartenumsätze", "SumUp Payments Ltd"),
  open("500.00", "RE-2026-0060", "Alpenblick Yoga GmbH"),
];

/** By language. Written before the matching of these languages was; kept as it was written. */
export const REMITTANCES: Readonly<Record<string, readonly Remittance[]>> = {
  german: GERMAN,
  english: ENGLISH,
  french: FRENCH,
  italian: ITALIAN,
  dutch: DUTCH,
  spanish: SPANISH,
  polish: POLISH,
  nordic: NORDIC,
  references: REFERENCES,
  second: SECOND,
};
