/**
 * Words that stand before a number in what payers write, by language. Data only: as people write them, without dots;
 * compared after `fold`. A word of none of these lists is unknown, and a number behind it is never certain.
 */
type ByLanguage = Readonly<Record<"de" | "en" | "fr" | "it" | "nl" | "es" | "pl" | "nordic", string>>;

/** The number is an invoice's. Whole words; those of `COMPOUNDED` end longer ones too (`Schlussrechnung`). */
export const INVOICE_WORDS: ByLanguage = {
  de: "Re RE-Nr Rg Rgn Rn Rnr R Ren Rech Rechn Rechng Rechnung Rechnungen Rechnungs Beleg Faktura Fakt",
  en: "Inv Invs Invoice Invoices Invoiced Bill Invno",
  fr: "Facture Factures Fact Fac",
  it: "Fattura Fatture Fatt Ft Fatturazione Fattnr",
  nl: "Factuur Facturen Factuurs Fact",
  es: "Factura Facturas Fact Fra Fras Fac",
  pl: "Faktura Faktury Fakturę Fakture Faktur FV Fvat FVS Fakturze Fakt",
  nordic:
    "Faktura Fakturaer Fakturor Fakturan Fakturaen Faktur Lasku Laskun Laskut Laskusta Laskunro Regning Regninger",
};

/** Ends of longer words that mean an invoice. */
export const COMPOUNDED: readonly string[] = [
  "rechnung",
  "rechnungen",
  "rechnungs",
  "faktura",
  "factuur",
  "facturen",
  "lasku",
];

/** Longer words with those ends that do not. */
export const NOT_COMPOUNDED: readonly string[] = [
  "Stornorechnung",
  "Gutschriftsrechnung",
  "Korrekturrechnung",
  "Abrechnung",
  "Lohnabrechnung",
  "Gegenrechnung",
  "Proformarechnung",
  "Kreditfaktura",
  "Kreditnota",
  "Hyvityslasku",
];

/** The number is something else's, by what it is. */
export const OTHER_WORDS: Readonly<Record<string, ByLanguage>> = {
  order: {
    de: "Bestell Bestellung Best Bst Bestnr Auftrag Auftrags Auftr Auft Ord Order Abruf Auftragsbestätigung",
    en: "Order Orders Ord PO Purchase Job Requisition",
    fr: "Commande Commandes Cmd Cde Comm BC",
    it: "Ordine Ordini Ord Odl Oda Commessa",
    nl: "Bestelling Bestel Opdracht Order",
    es: "Pedido Pedidos Ped Orden Encargo OC",
    pl: "Zamówienie Zamówienia Zam Zlecenie Zlecenia",
    nordic: "Ordre Order Beställning Bestilling Tilaus Tilauksen Uppdrag Oppdrag",
  },
  delivery: {
    de: "Lieferschein Lieferung Lief Liefer LS Versand Sendung Paket",
    en: "Delivery Note Shipment Shipping Tracking Parcel Consignment DN Waybill",
    fr: "Livraison Bon Expédition Colis Suivi BL",
    it: "DDT Bolla Consegna Spedizione Trasporto",
    nl: "Pakbon Levering Leverbon Zending Vrachtbrief",
    es: "Albarán Albaranes Entrega Envío Remito",
    pl: "WZ Dostawa Dostawy Przesyłka List",
    nordic: "Følgeseddel Följesedel Leverans Levering Lähete Lähetys Pakkseddel",
  },
  quote: {
    de: "Angebot Angebots Ang Offerte KV Kostenvoranschlag Proforma",
    en: "Quote Quotation Offer Estimate Proposal Proforma",
    fr: "Devis Offre Proforma",
    it: "Preventivo Prev Offerta Proforma",
    nl: "Offerte Aanbieding Proforma",
    es: "Presupuesto Oferta Cotización Proforma",
    pl: "Oferta Oferty Wycena Proforma",
    nordic: "Offert Tilbud Tarjous Proforma",
  },
  customer: {
    de: "Kunde Kunden Kd Kdn Kdnr Kundnr Debitor Deb Mandant Patient Patienten Mieter Teilnehmer Schüler Personal Lieferant Kreditor",
    en: "Customer Cust Client Debtor Patient Tenant Student Employee Supplier Vendor Payer",
    fr: "Client Clients Débiteur Patient Locataire Élève Fournisseur",
    it: "Cliente Clienti Cli Paziente Debitore Fornitore Inquilino",
    nl: "Klant Klanten Debiteur Debiteuren Deb Relatie Patiënt Leverancier Huurder",
    es: "Cliente Clientes Paciente Deudor Proveedor Alumno Inquilino",
    pl: "Klient Klienta Nabywca Nabywcy Pacjent Kontrahent Dostawca",
    nordic: "Kund Kunde Kundnr Asiakas Asiakkaan Asiakasnro Debitor Patient Leverandør Toimittaja",
  },
  member: {
    de: "Mitglied Mitglieds Mitgl Verein Spende Beitrag",
    en: "Member Membership Subscriber Subscription Donation",
    fr: "Adhérent Membre Abonné Abonnement Cotisation Don",
    it: "Socio Tessera Abbonamento Donazione",
    nl: "Lid Lidmaatschap Abonnement Donatie",
    es: "Socio Afiliado Abonado Suscripción Donación",
    pl: "Członek Członkowski Abonament Darowizna",
    nordic: "Medlem Medlems Jäsen Abonnement Prenumeration Gåva",
  },
  contract: {
    de: "Vertrag Vertrags Vertr Vtr Vtg Darlehen Darlehens Leasing Mandat Mandats Mandatsref Mref Cred Abo",
    en: "Contract Agreement Lease Loan Mandate Deal",
    fr: "Contrat Contrats Bail Prêt Mandat Marché",
    it: "Contratto Contr Mutuo Mandato Noleggio",
    nl: "Contract Overeenkomst Lening Machtiging Mandaat",
    es: "Contrato Préstamo Mandato Alquiler",
    pl: "Umowa Umowy Kredyt Pożyczka Mandat",
    nordic: "Avtal Avtale Aftale Kontrakt Sopimus Lån Laina Mandat",
  },
  policy: {
    de: "Police Policen Versicherung Versicherungs Versicherungsschein Vers VS Schaden Schadens Schd",
    en: "Policy Insurance Claim Claims",
    fr: "Police Assurance Sinistre",
    it: "Polizza Assicurazione Sinistro",
    nl: "Polis Verzekering Schade",
    es: "Póliza Seguro Siniestro",
    pl: "Polisa Polisy Ubezpieczenie Szkoda",
    nordic: "Försäkring Forsikring Vakuutus Skada Skade",
  },
  case: {
    de: "Az Aktenzeichen Akten Akte Vorgang Vorgangs Vg Fall Fälle Kassenzeichen Kz Geschäftszeichen Gz Zeichen Buchungszeichen Bescheid Verfahren Gewerk Bauvorhaben BV Objekt",
    en: "Case File Matter Incident Docket Proceeding",
    fr: "Dossier Affaire Doss Cas",
    it: "Pratica Fascicolo Protocollo Prot Caso",
    nl: "Dossier Zaak Kenmerk Zaaknr",
    es: "Expediente Exp Caso Asunto Trámite",
    pl: "Sprawa Sprawy Akta Sygnatura Sygn Znak",
    nordic: "Ärende Sak Sag Sags Asia Asian Diarie Saksnr",
  },
  booking: {
    de: "Buchung Buchungs Buch Buchungscode Reservierung Reservierungs Termin Reise Veranstaltung Kurs Seminar Anmeldung",
    en: "Booking Reservation Res Appointment Event Course Registration Confirmation Trip",
    fr: "Réservation Résa Inscription Confirmation Séjour",
    it: "Prenotazione Pren Iscrizione Conferma Corso",
    nl: "Boeking Reservering Afspraak Inschrijving Bevestiging",
    es: "Reserva Reservación Inscripción Confirmación Curso Cita",
    pl: "Rezerwacja Rezerwacji Rez Szkolenie Kurs",
    nordic: "Bokning Bestillings Booking Reservasjon Varaus Varauksen Kurs",
  },
  project: {
    de: "Projekt Projekts Proj Prj Maßnahme Kostenstelle KST Auftragsprojekt",
    en: "Project Proj Campaign Program Budget Cost",
    fr: "Projet Chantier Campagne",
    it: "Progetto Cantiere Cup Cig",
    nl: "Project Werk Kostenplaats",
    es: "Proyecto Obra Campaña",
    pl: "Projekt Projektu Budowa",
    nordic: "Projekt Prosjekt Projekti Hanke",
  },
  reminder: {
    de: "Mahnung Mahn Mahnungs Zahlungserinnerung Erinnerung Inkasso",
    en: "Reminder Dunning Overdue",
    fr: "Relance Rappel",
    it: "Sollecito Richiamo",
    nl: "Herinnering Aanmaning Incasso",
    es: "Recordatorio Reclamación",
    pl: "Wezwanie Upomnienie Monit Ponaglenie",
    nordic: "Påminnelse Purring Rykker Muistutus Maksumuistutus Inkasso",
  },
  account: {
    de: "Konto Kto Kontonr BLZ IBAN BIC Depot Karte Kartennr Girokonto TAN Terminal TA",
    en: "Account Acct Acc Card Sort IBAN BIC Terminal",
    fr: "Compte Carte IBAN BIC",
    it: "Conto Carta IBAN CRO TRN",
    nl: "Rekening Rek Pas Kaart",
    es: "Cuenta Tarjeta Cta",
    pl: "Konto Rachunek Rachunku Karta Rach",
    nordic: "Konto Kort Tili Kortti",
  },
  tax: {
    de: "Steuer Steuern Stnr USt UStId Finanzamt",
    en: "VAT Tax EIN TIN",
    fr: "TVA Siret Siren",
    it: "IVA PIVA CF",
    nl: "BTW KVK",
    es: "IVA NIF CIF",
    pl: "NIP Regon",
    nordic: "Moms Org Orgnr CVR",
  },
  contact: {
    de: "Tel Telefon Telefonnr Mobil Handy Fax PLZ Postfach",
    en: "Phone Tel Mobile Fax ZIP Postcode",
    fr: "Tél Portable Téléphone",
    it: "Tel Cell Telefono CAP",
    nl: "Tel Telefoon Mobiel Postcode",
    es: "Tel Teléfono Móvil CP",
    pl: "Tel Telefon Kom",
    nordic: "Tlf Telefon Puh Mobil",
  },
  ticket: {
    de: "Ticket Tickets Serie Seriennr Gerät Zähler Zählernr Artikel Art Artnr Charge Gutschein Kennzeichen Kfz Transaktion Formular",
    en: "Ticket Serial Item Article Lot Voucher Transaction Trans Batch Meter Receipt Permit Plate",
    fr: "Ticket Billet Série Article Lot Transaction Reçu Bordereau",
    it: "Biglietto Serie Articolo Lotto Transazione Ricevuta",
    nl: "Ticket Serie Artikel Bon Kassabon Transactie",
    es: "Ticket Serie Artículo Lote Transacción Recibo",
    pl: "Bilet Seria Artykuł Partia Transakcja Paragon",
    nordic: "Billet Biljett Lippu Artikel Serie Kvittering Kvitto Kuitti Transaktion",
  },
  credit_note: {
    de: "Storno Stornorechnung Gutschriftsnummer Gutschriftsrechnung Korrektur Korrekturrechnung Lohnabrechnung Proformarechnung",
    en: "Credit Creditnote Correction Cancellation",
    fr: "Avoir Annulation",
    it: "Storno Annullamento Nota",
    nl: "Creditnota Creditfactuur Correctie",
    es: "Abono Rectificativa Anulación",
    pl: "Korekta Korekty Korygująca",
    nordic: "Kreditnota Kreditfaktura Hyvityslasku",
  },
};

/** "Number", in the ways it stands between the word and the digits. Ends of longer words too (`Policennummer`). */
export const NUMBER_WORDS: ByLanguage = {
  de: "Nr Nrn Nummer Nummern Num",
  en: "No Nos Num Number Numbers",
  fr: "N No Num Numéro Numéros",
  it: "N Nr Num Numero Numeri",
  nl: "Nr Nummer Nummers",
  es: "N No Núm Número Números",
  pl: "Nr Numer Numery Numeru",
  nordic: "Nr Nro Nummer Numero Numret",
};

/** Words of payment and courtesy: they say nothing about the number. */
export const PAYMENT_WORDS: ByLanguage = {
  de: "Zahlung Bezahlung Zahlungseingang Überweisung Überw Überweisungsgutschrift Eingang Danke Dank Vielen Herzlichen Betrag Zahlbetrag Gesamtbetrag Betreff Betr Verwendungszweck Zweck Zahlungszweck Zahlungsgrund Zahlungsreferenz SVWZ Ref Referenz Restzahlung Rest Ausgleich Begleichung bezahlt Abrechnung SEPA Echtzeit Online Haben Basis Echtzeitüberweisung Dauerauftrag Grüße Gruß LG MfG Hallo Bitte",
  en: "Payment Payments Paid Pay Paying Pmt Pymt Transfer Thanks Thank you Remittance Reference Ref Re Received Details Balance Settlement Settling Amount Full Bank Wire Money with many dated",
  fr: "Virement Vir Paiement Règlement Merci Référence Réf Motif Libellé Solde Acquittement Beaucoup Montant",
  it: "Bonifico Pagamento Pag Saldo Grazie Causale Riferimento Rif Rimessa Importo A Favore",
  nl: "Betaling Betalen Overboeking Overschrijving Bedankt Dank Omschrijving Mededeling Referentie Betreft Bedrag Voldoening",
  es: "Pago Transferencia Gracias Concepto Referencia Importe Abonar Liquidación Muchas",
  pl: "Zapłata Płatność Przelew Dziękuję Tytułem Tytuł Opłata Wpłata Kwota Dotyczy Należność",
  nordic:
    "Betalning Betaling Innbetaling Indbetaling Inbetalning Överföring Overføring Overførsel Tack Tak Takk Maksu Kiitos Meddelande Melding Besked Viesti Viite Referens Referanse Reference Beløp Belopp Summa",
};

/** Articles, prepositions and pronouns: looked past. */
export const LINK_WORDS: ByLanguage = {
  de: "vom von der die das den dem des zu zur zum für fuer an aus ihre ihr ihrer unsere unser unserer meine mein deine lt laut gemäß siehe wg wegen über per dt in im",
  en: "the of for your our my to from on at against per a by",
  fr: "de du des la le les d l votre notre vos pour à au sur",
  it: "di del della delle dei il la le per vostra vs ns nostra al alla su",
  nl: "van het een uw onze voor de mbt inzake op",
  es: "de del la las el los su sus nuestra por para al",
  pl: "za z ze do na od dla wg",
  nordic: "av af til till för for fra från din deres vår vores den det på om",
};

/** "And", between two numbers. */
export const AND_WORDS: ByLanguage = {
  de: "und u sowie",
  en: "and plus",
  fr: "et",
  it: "e ed",
  nl: "en",
  es: "y e",
  pl: "i oraz",
  nordic: "og och ja samt",
};

/** The money goes back, or came back: wherever such a word stands, nothing is certain. Beginnings of words. */
export const RETURN_WORDS: ByLanguage = {
  de: "Rückzahlung Rücklastschrift Rücküberweisung Rückbuchung Rückgabe Rückerstattung Retoure Storno Erstattung Rückläufer Rücklauf Rückruf",
  en: "Refund Returned Return Reversal Reversed Chargeback Recall Reimbursement",
  fr: "Remboursement Rejet Retour Annulation Rétrocession",
  it: "Rimborso Storno Insoluto Restituzione Reso Riaccredito",
  nl: "Terugbetaling Terugboeking Terugstorting Stornering Restitutie Retour",
  es: "Devolución Devuelto Reembolso Retrocesión Retroceso",
  pl: "Zwrot Storno Reklamacja",
  nordic: "Återbetalning Retur Tilbakebetaling Tilbagebetaling Tilbageførsel Tilbakeføring Palautus Hyvitys",
};

/** The text may say which invoice is *not* paid. */
export const NEGATIONS: ByLanguage = {
  de: "nicht kein keine keiner ohne außer statt anstatt ausgenommen",
  en: "not except without instead excluding unlike",
  fr: "pas sauf sans",
  it: "non senza tranne eccetto",
  nl: "niet zonder behalve",
  es: "sin excepto salvo",
  pl: "nie bez oprócz zamiast",
  nordic: "inte ikke utan uden uten ilman",
};

/** Introduce a number with a check digit: `OCR 202600425`. */
export const CHECKED_WORDS: Readonly<Record<"ocr" | "kid" | "viite", string>> = {
  ocr: "OCR OCR-nr OCRnr Betalingsid Betalings-ID",
  kid: "KID KID-nr KIDnr",
  viite: "Viite Viitenumero Viitenro Viitenr Viitnr",
};

/** Companies that collect payments for others and pay them out together. */
export const PROVIDERS =
  "PayPal Stripe SumUp Mollie Klarna Adyen Zettle iZettle Square GoCardless Payone Concardis Nexi Worldline Wero Unzer Heidelpay Checkout Braintree Shopify Amazon Ebay Etsy Novalnet Computop Vivawallet Viva Payrexx Twint Swish Vipps MobilePay Satispay Bizum Przelewy24 PayU Tpay Elavon Worldpay";

/** Several payments in one. Beginnings of words. */
export const PAYOUT_WORDS: ByLanguage = {
  de: "Auszahlung Sammelauszahlung Sammelgutschrift Kartenumsätze Kartenumsatz Händlerauszahlung Batch Sammler",
  en: "Payout Settlement Disbursement Batch Merchant",
  fr: "Reversement Remise",
  it: "Accredito Versamento",
  nl: "Uitbetaling Verzamelbetaling",
  es: "Liquidación Remesa",
  pl: "Wypłata Rozliczenie",
  nordic: "Utbetalning Utbetaling Udbetaling Tilitys",
};
