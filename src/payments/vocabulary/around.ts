/** What stands above, between and below the bookings of a statement. Data only, separated by `;`, compared by `keyOf`. */
type ByLanguage = Readonly<Record<"de" | "en" | "fr" | "it" | "nl" | "es" | "pl" | "nordic", string>>;

/** A cell that begins with one of these and holds nothing else but a day or an amount: a balance, no booking. */
export const BALANCE_LINES: ByLanguage = {
  de: "Anfangssaldo; Endsaldo; Startsaldo; Schlusssaldo; Kontostand; Alter Kontostand; Neuer Kontostand; Letzter Kontostand; Aktueller Kontostand; Saldo; Alter Saldo; Neuer Saldo; Saldovortrag; Übertrag Saldo; Zwischensaldo; Eröffnungssaldo; Abschlusssaldo; Buchungssaldo; Tagessaldo; Saldo alt; Saldo neu; Summe; Gesamtsumme; Summe Umsätze; Summe Gutschriften; Summe Lastschriften; Verfügbarer Betrag; Kontosaldo; Vortrag; Monatssaldo; Gesamt; Summen",
  en: "Opening balance; Closing balance; Balance; Starting balance; Ending balance; Balance brought forward; Brought forward; Balance carried forward; Carried forward; Previous balance; New balance; Current balance; Available balance; Final balance; Initial balance; Total; Totals; Total credits; Total debits; Start balance; End balance; Book balance; Grand total; Statement balance; Beginning balance; Ledger balance; Subtotal; Sum",
  fr: "Solde; Ancien solde; Nouveau solde; Solde initial; Solde final; Solde d'ouverture; Solde de clôture; Solde précédent; Report; Report à nouveau; Solde créditeur; Solde débiteur; Total; Totaux; Solde au; Total des opérations",
  it: "Saldo; Saldo iniziale; Saldo finale; Saldo contabile; Saldo disponibile; Saldo precedente; Nuovo saldo; Saldo di apertura; Saldo di chiusura; Totale; Riporto; Totali",
  nl: "Saldo; Beginsaldo; Eindsaldo; Oud saldo; Nieuw saldo; Vorig saldo; Openingssaldo; Slotsaldo; Totaal; Boeksaldo; Saldo vorige periode",
  es: "Saldo; Saldo inicial; Saldo final; Saldo anterior; Saldo actual; Saldo disponible; Nuevo saldo; Total; Saldo de apertura; Saldo de cierre; Totales; Suma y sigue",
  pl: "Saldo; Saldo początkowe; Saldo końcowe; Saldo otwarcia; Saldo zamknięcia; Poprzednie saldo; Suma; Razem; Saldo dostępne; Suma obrotów",
  nordic:
    "Saldo; Ingående saldo; Utgående saldo; Inngående saldo; Startsaldo; Slutsaldo; Sluttsaldo; Primosaldo; Ultimosaldo; Alkusaldo; Loppusaldo; Disponibelt; Tillgängligt belopp; Sum; Summa; Total; I alt; Totalt; Yhteensä; Staða; Forrige saldo",
};

/** Headings of lists of invoices, not of statements. */
export const DUE_HEADINGS: ByLanguage = {
  de: "Fällig am; Fälligkeit; Fälligkeitsdatum; Fällig; Zahlbar bis; Zahlungsziel",
  en: "Due date; Due; Due on; Payment due; Payment terms",
  fr: "Date d'échéance; Échéance",
  it: "Scadenza; Data scadenza; Data di scadenza",
  nl: "Vervaldatum; Vervaldag",
  es: "Vencimiento; Fecha de vencimiento",
  pl: "Termin płatności; Data płatności",
  nordic: "Förfallodag; Förfallodatum; Forfaldsdato; Forfallsdato; Forfaldsdag; Eräpäivä",
};

/** Headings of a card's own list of charges. */
export const CARD_HEADINGS: ByLanguage = {
  de: "Karteninhaber; Karteninhaberin; Kartennummer; Karten-Nr.; Kreditkartennummer; Kartenkonto; Kreditkarte",
  en: "Card member; Cardholder; Card holder; Card number; Card no; Card no.; Card; Card last 4; Card ending",
  fr: "Titulaire de la carte; Numéro de carte; Porteur",
  it: "Titolare carta; Numero carta; Intestatario carta",
  nl: "Kaarthouder; Kaartnummer",
  es: "Titular de la tarjeta; Número de tarjeta; Tarjeta",
  pl: "Posiadacz karty; Numer karty",
  nordic: "Kortinnehavare; Kortnummer; Kortholder; Kortinnehaver; Kortindehaver",
};

/** Labels above the headings whose neighbour is the currency of the account. */
export const CURRENCY_FACTS: ByLanguage = {
  de: "Währung; Waehrung; Kontowährung; Bewertet in; Whg; Devise; Währung des Kontos; Betrag in",
  en: "Currency; Account currency; Ccy; Currency code; Statement currency; Amounts in",
  fr: "Devise; Monnaie; Devise du compte; Montants en",
  it: "Divisa; Moneta; Divisa conto; Importi in",
  nl: "Munt; Munteenheid; Valuta; Bedragen in",
  es: "Divisa; Moneda; Divisa de la cuenta; Importes en",
  pl: "Waluta; Waluta rachunku; Waluta konta; Kwoty w",
  nordic: "Valuta; Valutta; Kontovaluta; Belopp i; Beløp i; Mynt",
};

/** Labels above the headings whose neighbour is the account. */
export const ACCOUNT_FACTS: ByLanguage = {
  de: "IBAN; Konto; Kontonummer; Kontonummer / IBAN; Konto-Nr.; Girokonto; Konto Nr",
  en: "IBAN; Account; Account number; Account no; Account IBAN",
  fr: "IBAN; Compte; Numéro de compte; N° de compte",
  it: "IBAN; Conto; Numero conto",
  nl: "IBAN; Rekening; Rekeningnummer",
  es: "IBAN; Cuenta; Número de cuenta",
  pl: "IBAN; Rachunek; Numer rachunku; Nr rachunku",
  nordic: "IBAN; Konto; Kontonummer; Tili; Tilinumero",
};

/** Months by name or abbreviation, January first. */
export const MONTHS: readonly string[] = [
  "Januar; Jänner; January; Jan; Janvier; Janv; Gennaio; Gen; Januari; Enero; Ene; Stycznia; Styczeń; Sty; Tammikuu; Tammikuuta; Jän",
  "Februar; Feber; February; Feb; Février; Févr; Fév; Febbraio; Februari; Febrero; Lutego; Luty; Lut; Helmikuu; Helmikuuta; Febr",
  "März; March; Mar; Mär; Mrz; Mars; Marzo; Maart; Mrt; Marca; Marzec; Maaliskuu; Maaliskuuta; Marts",
  "April; Apr; Avril; Avr; Aprile; Abril; Abr; Kwietnia; Kwiecień; Kwi; Huhtikuu; Huhtikuuta",
  "Mai; May; Maggio; Mag; Mei; Mayo; Maja; Maj; Toukokuu; Toukokuuta",
  "Juni; June; Jun; Juin; Giugno; Giu; Junio; Czerwca; Czerwiec; Cze; Kesäkuu; Kesäkuuta",
  "Juli; July; Jul; Juillet; Juil; Luglio; Lug; Julio; Lipca; Lipiec; Lip; Heinäkuu; Heinäkuuta",
  "August; Aug; Août; Aou; Agosto; Ago; Augustus; Augusti; Sierpnia; Sierpień; Sie; Elokuu; Elokuuta",
  "September; Sep; Sept; Septembre; Settembre; Set; Septiembre; Września; Wrzesień; Wrz; Syyskuu; Syyskuuta",
  "Oktober; October; Okt; Oct; Octobre; Ottobre; Ott; Octubre; Października; Październik; Paź; Lokakuu; Lokakuuta",
  "November; Nov; Novembre; Noviembre; Listopada; Listopad; Lis; Marraskuu; Marraskuuta",
  "Dezember; December; Dez; Dec; Décembre; Déc; Dicembre; Dic; Diciembre; Grudnia; Grudzień; Gru; Desember; Des; Joulukuu; Joulukuuta",
];
