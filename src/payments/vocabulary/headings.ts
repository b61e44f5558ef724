/**
 * What columns of bank and provider exports are called, by role and language. Data only, separated by `;`, compared by
 * `keyOf` (case, accents, blanks and punctuation do not count). A currency in brackets or after "in" is read apart
 * (`Betrag (EUR)`, `Umsatz in SEK`).
 */
export const HEADING_ROLES = [
  "date",
  "value_date",
  "text",
  "payer",
  "payee",
  "party",
  "amount",
  "net",
  "fee",
  "credit",
  "debit",
  "direction",
  "currency",
  "status",
  "info",
  "type",
  "balance",
  "account",
  "reference",
  "ignore",
] as const;
export type HeadingRole = (typeof HEADING_ROLES)[number];

type ByLanguage = Partial<Readonly<Record<"de" | "en" | "fr" | "it" | "nl" | "es" | "pl" | "nordic", string>>>;

export const HEADINGS: Readonly<Record<HeadingRole, ByLanguage>> = {
  /** The day of booking. */
  date: {
    de: "Buchungstag; Buchungsdatum; Buchung; Datum; Tag; Datum Buchung; Gebucht am; Buchungszeit; Transaktionsdatum; Startdatum; Abschlussdatum; Ausführungsdatum; Abgeschlossen am",
    en: "Booked at; Operation date (local); DateOp; Payment date; Sale date; Date; Booking date; Booked on; Booked; Transaction date; Posting date; Posted date; Date posted; Post date; Entry date; Completed date; Date completed; Completed date (UTC); Date completed (UTC); Started date; Date started; Date started (UTC); Start date; Created; Created on; Created at; Created (UTC); Available on; Available on (UTC); Execution date; Operation date; Finished on; Settlement date (UTC); Settled at; Completed on; Day",
    fr: "Date de l'opération (locale); Date; Date de comptabilisation; Date comptable; Date opération; Date de l'opération; Date d'opération; Date de transaction; Date d'exécution; Comptabilisé le",
    it: "Data; Data contabile; Data operazione; Data di registrazione; Data registrazione; Data contabilizzazione; Data movimento",
    nl: "Datum; Boekdatum; Boekingsdatum; Transactiedatum; Uitvoeringsdatum",
    es: "Fecha; Fecha contable; Fecha operación; Fecha de operación; F. operación; F. contable; Fecha de la operación; Fecha movimiento",
    pl: "Data; Data księgowania; Data operacji; Data transakcji; Data waluty operacji; Data zaksięgowania",
    nordic:
      "Datum; Dato; Bokföringsdag; Bokföringsdatum; Bokført dato; Bokføringsdato; Bogføringsdato; Bogført dato; Transaktionsdag; Transaktionsdatum; Kirjauspäivä; Kirjauspvm; Päivämäärä; Päiväys; Reskontradatum; Utført dato; Transaksjonsdato; Dags",
  },
  value_date: {
    de: "Valuta; Valutadatum; Wertstellung; Wertstellungsdatum; Wertstellungstag; Wertstellung (Valuta); Wert; Valuta Datum",
    en: "Valuta date; Settlement date (local); DateVal; Capture date; Value date; Val date; Valuedate; Effective date",
    fr: "Date de la valeur (locale); Date de valeur; Date valeur; Valeur",
    it: "Data valuta; Valuta",
    nl: "Rentedatum; Valutadatum",
    es: "Fecha valor; F. valor; Fecha de valor",
    pl: "Data waluty",
    nordic: "Valutadag; Valutadatum; Rentedato; Arvopäivä; Valutadato; Valør; Rentedag; Räntedatum",
  },
  /** What the payer wrote, or what may hold it. */
  text: {
    de: "Verwendungszweck; Verwendungszweckzeile; Verwendungszweck Zeile; VWZ; Zweck; Umsatztext; Buchungsdetails; Zahlungsreferenz; Zahlungsgrund; Kundenreferenz; Kundenreferenz (End-to-End); Ende-zu-Ende-Referenz; End-to-End-Referenz; Vorgang/Verwendungszweck; Text; Mitteilung; Mitteilungen; Beschreibung; Betreff; Hinweis; Avisierungstext; Notiz; Notizen; Rechnungsnummer; Artikelbezeichnung; Buchungsinformation; Buchungsinformationen; Zahlungszweck; Verwendungszweck 1; Bemerkungen; Kommentar; Nachricht; Details; Transaktionsdetails; Belegtext; Zusatztext; Umsatzinformation; Buchungstext und Verwendungszweck",
    en: "Label; Merchant reference; Merchant reference1; Merchant reference 1; Notes and tags; Description; Transaction description; Details; Detail; Reference; Payment reference; Narrative; Memo; Remittance information; Remittance information (unstructured); Remittance info; Remittance; Purpose; Payment purpose; Message; Note; Notes; Text; Additional information; Additional info; Invoice number; Invoice; Invoice ID; Subject; Item title; Particulars; End-to-end reference; End to end id; Endtoendid; Customer reference; Payment details; Transaction details; Comment; Comments; Statement description; Transaction reference; Sender reference; Booking text and purpose; Payment description; Merchant or description; Label",
    fr: "Libellé court; Texte de notification; Libelle court; Libellé; Libellé complet; Libelle operation; Libellé opération; Description; Communication; Communications; Motif; Motif du paiement; Détails; Détail; Objet; Texte; Informations; Informations complémentaires; Titre de l'objet; Numéro de facture; Remarque; Référence; Libellé simplifié",
    it: "Descrizione; Causale; Descrizione estesa; Descrizione completa; Descrizione operazione; Oggetto; Dettagli; Testo; Note; Nota; Comunicazione; Numero fattura; Messaggio; Riferimento",
    nl: "Omschrijving; Mededelingen; Mededeling; Omschrijving-; Beschrijving; Betalingskenmerk of omschrijving; Details; Vrije mededeling; Onderwerp; Notitie; Factuurnummer; Kenmerk",
    es: "Concepto; Descripción; Observaciones; Detalle; Detalles; Más datos; Referencia; Comentario; Asunto; Número de factura; Concepto ampliado; Información adicional; Mensaje; Nota",
    pl: "Tytuł; Tytuł operacji; Tytułem; Opis; Opis operacji; Opis transakcji; Szczegóły; Tytuł przelewu; Tytuł płatności; Dane operacji; Numer faktury; Uwagi",
    nordic:
      "Otsikko; Selitys; Text; Tekst; Beskrivning; Beskrivelse; Meddelande; Melding; Besked; Viesti; Selite; Referens; Referanse; Forklaring; Specifikation; Notering; Notat; Fakturanummer; Kommentti; Transaktionstext; Tillægstekst; Egen notat; Betalningsreferens; Rubrik; Posteringstekst",
  },
  payer: {
    de: "Zahlungspflichtiger; Zahlungspflichtige; Zahlungspflichtige*r; Zahlungspflichtige/r; Empfänger/Zahlungspflichtiger; Auftraggeber; Auftraggeber Name; Auftraggebername; Name des Auftraggebers; Absender; Absendername; Zahler; Einzahler; Kunde; Kundenname; Name Auftraggeber; Debitor; Von",
    en: "Consumer name; Payer; Payer name; Sender; Sender name; Debtor; Debtor name; From; From name; Ordering party; Source name; Paid by; Remitter; Customer name; Customer description; Originator; Name of payer",
    fr: "Payeur; Émetteur; Donneur d'ordre; Débiteur; Nom du payeur; Expéditeur; De",
    it: "Ordinante; Pagatore; Debitore; Mittente; Nome ordinante; Da",
    nl: "Betaler; Afzender; Opdrachtgever; Van",
    es: "Ordenante; Pagador; Remitente; De; Nombre del ordenante",
    pl: "Nadawca; Zleceniodawca; Płatnik; Nazwa nadawcy",
    nordic: "Betalare; Betaler; Avsändare; Avsender; Maksaja; Indbetaler; Fra; Från; Avsändare namn",
  },
  /** The other side of money that goes out. */
  payee: {
    de: "Zahlungsempfänger; Zahlungsempfänger*in; Zahlungsempfänger/in; Begünstigter; Begünstigte; An; Name Empfänger; Empfängername",
    en: "Payee; Payee name; Beneficiary; Beneficiary name; Recipient; Recipient name; Creditor; Creditor name; To; Target name; To name; Paid to",
    fr: "Bénéficiaire; Destinataire; Créancier; À; Nom du bénéficiaire",
    it: "Beneficiario; Destinatario; Creditore; Nome beneficiario; A",
    nl: "Begunstigde; Ontvanger; Naar",
    es: "Beneficiario; Destinatario; A; Nombre del beneficiario",
    pl: "Odbiorca; Beneficjent; Nazwa odbiorcy",
    nordic: "Maksunsaaja; Mottagare; Mottaker; Modtager; Saaja; Til; Till",
  },
  /** The other side, whoever that is. */
  party: {
    de: "Beguenstigter/Zahlungspflichtiger; Begünstigter / Auftraggeber; Auftraggeber / Begünstigter; Auftraggeber/Empfänger; Empfänger/Auftraggeber; Auftraggeber/Zahlungsempfänger; Zahlungsempfänger/Auftraggeber; Name Zahlungsbeteiligter; Name des Zahlungsbeteiligten; Zahlungsbeteiligter; Zahlungspartner; Partnername; Partner Name; Name; Gegenpartei; Name Gegenkonto; Partner; Empfänger; Empfänger*in; Empfängerin; Gegenkontoinhaber; Kontoinhaber Gegenkonto; Auftraggeber oder Empfänger; Name des Partners; Auftraggeber/Begünstigter; Absender/Empfänger; Empfänger/Absender; Begünstigter/Auftraggeber Name; Kontoname Gegenkonto; Zahlungspflichtiger/Zahlungsempfänger; Zahlungsempfänger/Zahlungspflichtiger; Beguenstigter Auftraggeber",
    en: "Counterparty; Counterparty name; Counter party; Counterpart; Partner name; Name; Merchant; Merchant name; Merchant; Other party; Payee/Payer; Payer/Payee; Payer / Payee; Name of partner; Transaction partner; Counterparty account name; Contact; Name / Description; Related party; Party; Third party; Customer",
    fr: "Nom; Contrepartie; Nom de la contrepartie; Tiers; Nom contrepartie; Nom de la contrepartie du compte; Nom contrepartie contient; Contrepartie nom",
    it: "Nome; Controparte; Nome controparte; Ordinante/Beneficiario",
    nl: "Naam; Naam tegenpartij; Tegenpartij; Naam / Omschrijving; Naam tegenrekening; Tegenrekeninghouder; Naam tegenrekeninghouder; Naam ontvanger/betaler",
    es: "Nombre; Contraparte; Ordenante/Beneficiario; Beneficiario/Ordenante; Tercero",
    pl: "Odbiorca/Zleceniodawca; Kontrahent; Dane kontrahenta; Nazwa kontrahenta; Nadawca/Odbiorca; Nadawca / Odbiorca; Nazwa; Imię i nazwisko",
    nordic:
      "Namn; Navn; Saaja/Maksaja; Motpart; Modpart; Nimi; Avsändare/Mottagare; Mottagare/Avsändare; Avsender/mottaker; Navn modpart; Nafn",
  },
  amount: {
    de: "Betrag inkl. MwSt; Betrag inkl. MwSt.; Betrag; Umsatz; Umsatzbetrag; Zahlungsbetrag; Buchungsbetrag; Brutto; Bruttobetrag; Betrag in Kontowährung; Transaktionsbetrag; Umsatz Betrag; Wert in Kontowährung",
    en: "Credit/Debit amount; Total amount (incl. VAT); Amount; Transaction amount; Gross; Gross amount; Total amount; Value; Payment amount; Amount in account currency; Total; Booked amount; Booking amount; Target amount (after fees); Amount booked; Sum",
    fr: "Montant total (TTC); Montant; Montant de l'opération; Montant opération; Brut; Avant commission; Montant brut; Somme",
    it: "Importo; Importo operazione; Lordo; Importo lordo; Ammontare",
    nl: "Bedrag; Transactiebedrag; Bruto; Brutobedrag; Totaalbedrag",
    es: "Importe; Importe operación; Bruto; Importe bruto; Monto; Cantidad",
    pl: "Kwota transakcji (waluta rachunku); Kwota; Kwota operacji; Kwota transakcji; Brutto; Kwota w walucie rachunku",
    nordic: "Belopp; Beløp; Beløb; Määrä; Summa; Brutto; Insatt/Uttag; Ind/ud; Bokført beløp; Upphæð; Euromäärä",
  },
  /** What is left of the gross amount. */
  net: {
    de: "Netto; Nettobetrag; Auszahlungsbetrag netto",
    en: "Net; Net amount",
    fr: "Net; Montant net",
    it: "Netto; Importo netto",
    nl: "Netto; Nettobedrag",
    es: "Neto; Importe neto",
    pl: "Netto; Kwota netto",
    nordic: "Netto; Nettobelopp; Nettobeløp",
  },
  fee: {
    de: "Entgelt; Gebühr; Gebühren; Gebührenbetrag; Provision",
    en: "Fee; Fees; Total fees; Fee amount; Processing fee; Fees total; Source fee amount; Commission",
    fr: "Frais; Commission; Commissions; Montant des frais",
    it: "Tariffa; Commissione; Commissioni",
    nl: "Kosten; Vergoeding; Fee",
    es: "Comisión; Comisiones; Tarifa",
    pl: "Opłata; Prowizja",
    nordic: "Avgift; Gebyr; Avgifter; Palkkio",
  },
  credit: {
    de: "Haben; Gutschrift; Gutschriften; Gutschriftsbetrag; Eingang; Eingänge; Einnahme; Einnahmen; Einzahlung; Einzahlungen; Zugang; Zugänge; Zufluss; Betrag Haben; Haben Betrag; Zahlungseingang",
    en: "Credit; Credits; Credit amount; Money in; Paid in; In; Deposit; Deposits; Incoming; Income; Credited; Receipt; Receipts; Amount credited; Received; Amount in; Paid in amount",
    fr: "Crédit; Crédits; Montant crédit; Entrée; Entrées; Recettes; Encaissement; Encaissements; Montant au crédit",
    it: "Accredito; Accrediti; Avere; Entrate; Entrata; Dare/Avere entrate; Importo avere; Crediti",
    nl: "Bij; Bijschrijving; Bijschrijvingen; Ontvangen; Inkomsten; Credit; Bedrag bij",
    es: "Abono; Abonos; Haber; Ingreso; Ingresos; Importe haber; Crédito; Entradas",
    pl: "Uznanie; Uznania; Wpływ; Wpływy; Ma; Kwota uznania; Przychód; Przychody",
    nordic:
      "Insättning; Insättningar; Inn; Inn på konto; Ind; Indbetaling; Innbetaling; Insatt; Panot; Pano; Tulot; Kredit; Inbetalning; Indsat; Godskrevet",
  },
  debit: {
    de: "Soll; Lastschrift; Lastschriften; Belastung; Belastungen; Belastungsbetrag; Ausgang; Ausgänge; Ausgabe; Ausgaben; Auszahlung; Auszahlungen; Abgang; Abgänge; Abfluss; Betrag Soll; Soll Betrag; Zahlungsausgang",
    en: "Debit; Debits; Debit amount; Money out; Paid out; Out; Withdrawal; Withdrawals; Outgoing; Expense; Expenses; Debited; Amount debited; Spent; Amount out; Payments out; Paid out amount",
    fr: "Débit; Débits; Montant débit; Sortie; Sorties; Dépenses; Décaissement; Décaissements; Montant au débit",
    it: "Addebito; Addebiti; Dare; Uscite; Uscita; Importo dare; Debiti",
    nl: "Af; Afschrijving; Afschrijvingen; Betaald; Uitgaven; Debet; Bedrag af",
    es: "Cargo; Cargos; Debe; Gasto; Gastos; Importe debe; Débito; Salidas; Adeudo",
    pl: "Obciążenie; Obciążenia; Wydatek; Wydatki; Winien; Kwota obciążenia; Rozchód; Rozchody",
    nordic:
      "Uttag; Ut; Ut fra konto; Ud; Udbetaling; Utbetaling; Utbetalning; Panosta; Otot; Otto; Menot; Debet; Hævet; Trukket",
  },
  /** A mark of direction per line. */
  direction: {
    de: "Soll/Haben; Soll-Haben; Soll/Haben-Kennzeichen; Soll-/Haben-Kennzeichen; Sollhabenkz; S/H; S/H-Kz.; S/H-Kennzeichen; SH; H/S; Haben/Soll; Vorzeichen; VZ; Richtung; Zahlungsrichtung; Umsatztyp; Soll/Haben Kz; Kennzeichen S/H; Ein-/Ausgang; Eingang/Ausgang; Plus/Minus; +/-",
    en: "DR/CR; CR/DR; Dr / Cr; Credit/Debit; Debit/Credit; Credit/Debit indicator; Debit/credit indicator; Credit debit indicator; DC; CD; D/C; C/D; Direction; CdtDbtInd; Sign; In/Out; Money in/out; Credit or debit; Dr Cr; Debit or credit; Debit/Credit mark; Indicator",
    fr: "Sens; Débit/Crédit; Crédit/Débit; D/C; Signe; Sens de l'opération",
    it: "Segno; Dare/Avere; Avere/Dare; Verso",
    nl: "Af Bij; Af/Bij; Bij/Af; Debet/Credit; D/C; Code af/bij; Debet credit",
    es: "Signo; Debe/Haber; D/H; Cargo/Abono; Sentido; Abono/Cargo",
    pl: "Strona; Wn/Ma; Winien/Ma; Uznanie/Obciążenie; Obciążenie/Uznanie; Kierunek; Znak",
    nordic: "Debet/Kredit; Kredit/Debet; Inn/Ut; Plus/Minus; In/ut; Retning; Tecken; Etumerkki; Panot/Otot",
  },
  currency: {
    de: "Währung; Waehrung; Whg; Whrg; Devise; Kontowährung; Währungscode; Buchungswährung; Umsatzwährung; Währungskennzeichen; Transaktionswährung; Wäh",
    en: "Currency; Currency code; Ccy; Curr; Cur; Payment currency; Transaction currency; Account currency; Target currency; Amount currency; Currency type",
    fr: "Devise; Monnaie; Devise du compte; Code devise",
    it: "Valuta conto; Divisa; Moneta; Codice divisa; Valuta importo",
    nl: "Munt; Valuta code; Muntsoort; Valutacode; Munteenheid; Valuta bedrag",
    es: "Divisa; Moneda; Código de moneda",
    pl: "Waluta; Waluta operacji; Waluta rachunku; Waluta transakcji",
    nordic: "Valuutta; Valuta kode; Valutakod; Valutakode; Valutta; Mynt; Kontovaluta",
  },
  status: {
    de: "Status; Buchungsstatus; Zustand; Zahlungsstatus; Transaktionsstatus; Umsatzstatus; Gebucht",
    en: "Captured; Status; State; Booking status; Transaction status; Payment status; Cleared",
    fr: "Statut; État; Etat; Statut de l'opération",
    it: "Stato; Stato operazione",
    nl: "Status; Toestand; Betaalstatus",
    es: "Estado; Estado de la operación; Situación",
    pl: "Status; Stan; Status operacji; Stan operacji; Status transakcji",
    nordic: "Status; Tila; Tilstand; Läge; Bokført status",
  },
  /** Text, or a state where its words are words of state. */
  info: {
    de: "Info; Bemerkung; Zusatzinfo; Hinweise",
    en: "Info; Remark; Remarks",
    fr: "Info; Remarques",
    nl: "Info; Opmerking",
    es: "Info",
    nordic: "Info; Anmärkning",
  },
  /** The kind of booking, in the bank's own words. */
  type: {
    de: "Buchungstext; Buchungsart; Umsatzart; Art; Typ; Vorgang; Transaktionstyp; Transaktionsart; Zahlungsart; Geschäftsvorfall; Textschlüssel; Auftragsart; Art der Buchung; Geschäftsfall; Art der Transaktion; Kontobewegungsart",
    en: "Type; Transaction type; Booking type; Booking text; Payment type; Kind; Category type; Type of transaction; Entry type; Transaction code description; Transaction",
    fr: "Type; Type d'opération; Nature; Type de transaction; Type opération; Nature de l'opération; Type de mouvement",
    it: "Tipo; Tipo operazione; Tipologia; Tipo transazione; Tipo movimento; Operazione",
    nl: "Betaalwijze; Mutatiesoort; Soort; Type; Transactietype; Boekingstype; Soort mutatie; Type verrichting",
    es: "Tipo; Tipo de operación; Tipo de movimiento; Movimiento; Operación",
    pl: "Typ; Typ operacji; Rodzaj; Rodzaj operacji; Typ transakcji; Rodzaj transakcji",
    nordic: "Typ; Type; Transaktionstyp; Transaksjonstype; Tapahtumalaji; Laji; Kontohändelse; Tegund; Undertype",
  },
  balance: {
    de: "Saldo; Kontostand; Saldo nach Buchung; Guthaben; Neuer Saldo; Kontosaldo; Endsaldo; Saldo in Kontowährung",
    en: "Running bal.; Accountbalance; Balance; Running balance; Account balance; Closing balance; Balance after; Available balance; Ledger balance; Balance after transaction; New balance",
    fr: "Solde; Solde après opération; Solde du compte",
    it: "Saldo; Saldo contabile; Saldo progressivo; Saldo disponibile",
    nl: "Saldo; Saldo na trn; Saldo na mutatie; Boeksaldo; Saldo na boeking; Saldo voor mutatie",
    es: "Disponible; Saldo; Saldo disponible; Saldo contable; Saldo posterior",
    pl: "Saldo; Saldo po operacji; Saldo po transakcji; Saldo końcowe",
    nordic: "Saldo; Bokfört saldo; Bokført saldo; Kontosaldo; Disponibel saldo; Saldo efter; Staða",
  },
  /** The own account. */
  account: {
    de: "Auftragskonto; IBAN Auftragskonto; IBAN Kontoinhaber; Eigenes Konto; Kontonummer eigenes Konto; Konto; IBAN eigenes Konto; Auftragskonto IBAN",
    en: "AccountNum; Account; Account number; Own account; Account IBAN; Own IBAN; Account No; Account id",
    fr: "Compte; Numéro de compte; Compte de l'émetteur; N° de compte; IBAN du compte",
    it: "Conto; Numero conto; Conto corrente",
    nl: "Rekening; Rekeningnummer; IBAN/BBAN; Eigen rekening",
    es: "Cuenta; Número de cuenta",
    pl: "Rachunek; Numer rachunku; Konto; Nr rachunku",
    nordic: "Konto; Kontonummer konto; Tili; Tilinumero; Radnummer konto",
  },
  /** A field of its own for a structured creditor reference. */
  reference: {
    de: "QR-Referenz; ESR-Referenz; Strukturierte Referenz; Referenznummer QR; Gläubigerreferenz; Zahlungsreferenz strukturiert",
    en: "Creditor reference; Structured reference; Structured communication; RF reference; Remittance information (structured)",
    fr: "Communication structurée; Référence structurée; Référence QR",
    it: "Riferimento strutturato; Riferimento QR",
    nl: "Gestructureerde mededeling; Betalingskenmerk; Gestructureerde referentie",
    es: "Referencia estructurada",
    pl: "Referencja strukturalna",
    nordic: "OCR; OCR-nummer; KID; KID-nummer; Viite; Viitenumero; FIK; Betalingsid",
  },
  /** Says nothing about direction, currency, state or size of the amount. */
  ignore: {
    de: "Kartentyp; Letzte 4 Ziffern; ZKB-Referenz; Uhrzeit; Zeit; Zeitzone; IBAN; BIC; BLZ; Bankleitzahl; Kontonummer; Konto-Nr.; Kontonummer/IBAN; IBAN / Kontonummer; BIC (SWIFT-Code); SWIFT; Gläubiger ID; Glaeubiger ID; Gläubiger-ID; Gläubiger-Identifikationsnummer; Mandatsreferenz; Mandat; Sammlerreferenz; Lastschrift Ursprungsbetrag; Auslagenersatz Ruecklastschrift; Kategorie; Unterkategorie; Bezeichnung Auftragskonto; BIC Auftragskonto; Bankname Auftragskonto; IBAN Zahlungsbeteiligter; BIC (SWIFT-Code) Zahlungsbeteiligter; Bank Zahlungsbeteiligter; Gekennzeichneter Umsatz; Primanota; PN; ZahlungsempfängerKto; ZahlungsempfängerIBAN; ZahlungsempfängerBLZ; ZahlungsempfängerBIC; Fremde Gebühren; Abweichender Empfänger; Anzahl der Aufträge; Anzahl der Schecks; Auszugsnummer; Auszug; Umsatzzeit; Abschlusszeit; Einzelbetrag; Transaktions-Nr.; Transaktionsnummer; Transaktionscode; Transaktions-ID; Fussnoten; Absender-E-Mail-Adresse; Empfänger-E-Mail-Adresse; Adressstatus; Partner IBAN; Kontoname; Originalbetrag; Ursprungsbetrag; Originalwährung; Ursprungswährung; Wechselkurs; Umrechnungskurs; Kurs; Belegnummer; Buchungsnummer; Lfd. Nr.; Nr.; Nummer; Bank; Bankname; Kontoinhaber; Kontobezeichnung; Erfassungszeit; Land; Ländervorwahl; Versandadresse; Lieferadresse; Adresszeile 1; Adresszusatz; Stadt; Ort; PLZ; Telefon; Wallet; Steuerrelevant; Markierung; Tags; Anhang; Beleg; Auswirkung auf Guthaben; Zugehöriger Transaktionscode; Kundennummer; Erfassungsdatum; Geschäftsvorfallcode; GVC; Filiale; Bankreferenz; Konto Gegenkonto; Gegenkonto; Gegenkonto IBAN; IBAN Gegenkonto; BIC Gegenkonto; Umsatz-ID; Valuta Zeit; Identifikation; Ident; Mandats-ID; Buchungsreferenz; Artikelnummer; Menge; Umsatzsteuer; Trinkgeld; Verwendete Kreditkarte; Kartennummer; Karte; Kostenstelle; ISIN; WKN",
    en: "Original description; Category name; Currency rate; Merchant area; Short order id; Purchase country; Payout; CategoryParent; SupplierFound; AccountLabel; Local amount; Local currency; Emoji; Category split; Is link; Statement descriptor; Transaction details type; Card type; Tip amount; Net sale; Consumer bank account; Consumer BIC; Filing ID; Settlement currency; Settlement amount; Source account; Running balance currency; Time; Time zone; TimeZone; Timezone; IBAN; BIC; Swift; BIC (SWIFT); Partner IBAN; Sort code; Account name; Account type; Original amount; Original currency; Orig amount; Orig currency; Exchange rate; Fx rate; Category; Subcategory; Product; Transaction ID; ID; TransferWise ID; Wise ID; From email address; To email address; Shipping address; Address status; Address; Address line 1; Town/City; Country; Postal code; Contact phone number; Phone; Email; Customer email; Date time; Datetime; Transaction number; Balance impact; Item ID; Reference txn ID; Shipping and handling amount; Insurance amount; Sales tax; Quantity; Receipt ID; Merchant category; Merchant category code; MCC; Card number; Card last four digits; Exchange from; Exchange to; Exchange to amount; Fee currency; Tags; Attachment; Batch; Created by; Counterparty IBAN; Counterparty account; Counterparty account number; Counterparty BIC; Bank; Bank name; Mandate reference; Mandate id; Creditor ID; Sequence number; Number; No; Nr; Row; Source currency; Source amount; Beneficiary account number; Beneficiary sort code or routing number; Beneficiary IBAN; Beneficiary BIC; Payer IBAN; Card; Cardholder; Source; Transfer; Transfer date; Transfer date (UTC); Converted amount; Converted currency; Card label; Payment method; Related transaction id; User; Source fee currency; Source amount (after fees); Target fee amount; Target fee currency; Wise; Spaces; Sender account; Recipient account; Settlement reference; Spending category; Serial number; Check number; Cheque number; Check or slip #; Branch; Bank code; Cost center; VAT; Payment ID; Charge ID; Automatic payout ID; Reporting category; Customer id",
    fr: "Méthode de paiement; Initiateur; Heure; Fuseau horaire; IBAN; BIC; Catégorie; Sous-catégorie; Sous catégorie; Numéro; N°; Numéro de transaction; Taux de change; Pays; Adresse; Adresse email de l'expéditeur; Adresse email du destinataire; De l'adresse email; À l'adresse email; Numéro d'extrait; Compte contrepartie; Compte de la contrepartie; Montant d'origine; Devise d'origine; Pointage; Pointage opération; Etat de l'adresse; Numéro d'avis de réception; Référence de la banque; Impact sur le solde; Information sur les versements; Référence bancaire; Code postal; Rue et numéro; Banque; Mandat",
    it: "Mezzo; Ora; Fuso orario; IBAN; BIC; Categoria; Numero; ABI; CAB; Tasso di cambio; Paese; Indirizzo email mittente; Indirizzo email destinatario; Codice transazione; Importo originale; Valuta originale; Filiale; Causale ABI",
    nl: "Tegenrekeningnummer; Adres; Rekeningnummer tegenpartij; Adres tegenpartij; Machtigingsnummer; Referentie; Type betaling; Tijd; Tijdzone; IBAN; BIC; Volgnr; Volgnummer; Tegenrekening; Tegenrekening IBAN/BBAN; Tegenrekening IBAN; Code; Naam uiteindelijke partij; Naam initiërende partij; BIC tegenpartij; Batch ID; Transactiereferentie; Machtigingskenmerk; Incassant ID; Reden retour; Oorspr bedrag; Oorspr munt; Koers; Tag; Categorie; Land; Straat en nummer; Postcode en plaats; Rekeninguittrekselnummer; Afschriftnummer; Transactienummer; Rubrieknaam",
    es: "Hora; Zona horaria; IBAN; BIC; Categoría; Subcategoría; Oficina; Número; Tipo de cambio; País; Id de transacción; Correo electrónico; Importe original; Divisa original; Correo electrónico del remitente; Correo electrónico del destinatario",
    pl: "Adres nadawcy / odbiorcy; Rachunek źródłowy; Rachunek docelowy; Numer rachunku/karty; Na konto/Z konta; Nazwa banku; Kwota blokady/zwolnienie blokady; Kwota płatności w walucie; Godzina; Strefa czasowa; IBAN; BIC; Kategoria; Numer; Rachunek kontrahenta; Numer rachunku kontrahenta; Nr rachunku kontrahenta; Kurs; Kraj; Numer transakcji; Numer referencyjny; Nr transakcji; Bank; Adres; Kwota oryginalna; Lp.",
    nordic:
      "Kvittonummer; Afstemt; Saajan pankin BIC; Tid; Tidszon; IBAN; BIC; Kategori; Kategoria; Nummer; Radnr; Rad; Clearingnummer; Clnr; Kontonr; Kontonummer; Produkt; Arkivreferanse; Arkistointitunnus; Arkiveringsreferens; Fra konto; Til konto; Från konto; Till konto; Kurs; Valutakurs; Land; Underkategori; Avstemt; Avstämd; Pankkiviivain; BIC-tunnus; Saajan tilinumero; Fra kontonummer; Til kontonummer; Numericref; Motkonto; Tilinumero saaja; Kortnummer",
  },
};
