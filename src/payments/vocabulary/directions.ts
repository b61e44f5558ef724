/**
 * Words that say which way money went. Data only, separated by `;`, compared by `keyOf`. Marks stand alone in a cell or
 * behind an amount; words also inside the name of a kind of booking, at the beginning of a pasted row.
 */
type ByLanguage = Readonly<Record<"de" | "en" | "fr" | "it" | "nl" | "es" | "pl" | "nordic", string>>;

/** Whole cells only: short, and words of their own elsewhere. */
export const IN_MARKS = "+; H; C; CR; CRDT; IN; MA; BIJ; AVERE; HABER; PLUS; CREDIT; EIN";
export const OUT_MARKS = "-; S; D; DR; DBIT; OUT; WN; AF; AUS; DEB; DEBE; MINUS; DEBIT; UT; UD";

export const IN_WORDS: ByLanguage = {
  de: "Verkauf; Haben; Eingang; Eingänge; Gutschrift; Gutschr; Zahlungseingang; Geldeingang; Einzahlung; Überweisungsgutschrift; Überweisungsgutschr; Überweisungseingang; SEPA-Gutschrift; Eingehende Überweisung; Zahlung erhalten; Geld erhalten; Eingehend; Zugang; Gutgeschrieben; Echtzeitgutschrift; Dauerauftragsgutschrift; Dauerauftragsgutschr; Gutschrift von; Lohn Gehalt Gutschrift; Einnahme; Erhaltene Zahlung; Gutschrift Überweisung; Eingegangen; Empfangen; Einzug Gutschrift",
  en: "Sale; Sales; Credit; Incoming; Credit transfer; Incoming transfer; Deposit; Money in; Received; Payment received; Credited; Inbound; Money received; Receive; Incoming payment; Bank credit; Transfer in; Topup; Top-up; Direct credit; Faster payment received; Received from; Payment from; Money added; Paid in; Credit received; Income",
  fr: "Vente; Crédit; Virement reçu; Entrant; Reçu; Encaissement; Paiement reçu; Virement en votre faveur; Versement; Avoir en compte; Virement entrant; Vir recu; Entrée; Crédité",
  it: "Vendita; Accredito; Entrata; Bonifico ricevuto; Bonifico in entrata; Ricevuto; Pagamento ricevuto; Bonifico a vostro favore; Bonifico a tuo favore; In entrata; Versamento",
  nl: "Verkoop; Bijschrijving; Bijgeschreven; Ontvangen; Inkomend; Ontvangen betaling; Inkomende overschrijving; Overschrijving in uw voordeel; Storting; Betaling ontvangen",
  es: "Venta; Abono; Ingreso; Transferencia recibida; Recibido; Pago recibido; Entrante; Transferencia a su favor; Abonado; Cobro; Transferencia a favor; Entrada; Crédito",
  pl: "Sprzedaż; Uznanie; Wpływ; Przelew przychodzący; Przychodzący; Otrzymany; Otrzymano; Wpłata; Przelew otrzymany; Otrzymana płatność; Wpływ na rachunek; Przelew z rachunku na rachunek uznanie",
  nordic:
    "Salg; Försäljning; Kredit; Insättning; Innbetaling; Indbetaling; Inbetalning; Insatt; Mottatt; Modtaget; Mottagen; Pano; Tilisiirto saapunut; Saapunut; Saapuva; Inkommande; Innkommende; Indgående; Overførsel modtaget; Godskrevet; Mottagen betalning; Innskudd; Indsat; Tulo",
};

export const OUT_WORDS: ByLanguage = {
  de: "Wir haben bezahlt; Wir haben überwiesen; Überwiesen an; Von mir bezahlt; Soll; Ausgang; Ausgänge; Lastschrift; Lastschr; SEPA-Lastschrift; Basislastschrift; Folgelastschrift; Erstlastschrift; Einmallastschrift; Lastschrifteinzug; Zahlungsausgang; Geldausgang; Auszahlung; Belastung; Abbuchung; Überweisungsauftrag; Überweisungsausgang; Online-Überweisung; Onlineüberweisung; Überweisung an; SEPA-Überweisung an; Zahlung an; Kartenzahlung; Abgang; Ausgehende Überweisung; Ausgehend; Zahlung gesendet; Geld gesendet; Bargeldauszahlung; Dauerauftrag an; Gesendet; Ausgabe; Entgeltabschluss; Einzugsermächtigung; Girocard; Geldautomat; Vergütungsauftrag; Rechnungszahlung an; Lastschriftbelastung; Bezahlt an; Gezahlt an; Dauerauftragsbelastung; Abgebucht; Rechnungsabschluss",
  en: "We paid; I paid; You paid; You sent; We sent; I sent; Sent by you; Debit; Outgoing; Debit transfer; Outgoing transfer; Withdrawal; Money out; Sent; Payment sent; Debited; Outbound; Direct debit; Card payment; Standing order; Paid to; Payment to; Transfer to; Sent to; Money sent; Bill payment; Outgoing payment; Cash withdrawal; ATM; Transfer out; Expense; Spent; Paid out; Sent money; To pay; Charge card; Purchase; Send; Pos purchase",
  fr: "Débit; Virement émis; Prélèvement; Sortant; Paiement par carte; Retrait; Envoyé; Virement vers; Virement sortant; Paiement envoyé; Débité; Paiement à; Virement à; Sortie; Achat; Vir emis; Prlv; Virement en faveur de",
  it: "Addebito; Uscita; Bonifico disposto; Bonifico inviato; Bonifico in uscita; Inviato; Pagamento inviato; Prelievo; Pagamento carta; In uscita; Addebito diretto; Pagamento a; Bonifico a favore di; Spesa",
  nl: "Afschrijving; Afgeschreven; Uitgaand; Betaalautomaat; Overschrijving naar; Betaling aan; Verzonden; Uitgave; Geldopname; Opname; Domiciliëring; Overschrijving aan; Automatische incasso",
  es: "Cargo; Adeudo; Transferencia emitida; Transferencia realizada; Enviado; Pago enviado; Recibo domiciliado; Saliente; Retirada; Pago con tarjeta; Pago a; Transferencia a; Salida; Gasto; Domiciliación; Débito; Reintegro",
  pl: "Obciążenie; Wydatek; Przelew wychodzący; Wychodzący; Wysłany; Wypłata; Polecenie zapłaty; Płatność kartą; Zapłata za; Przelew do; Wysłano; Płatność do; Zakup; Obciążenie rachunku; Wydane",
  nordic:
    "Debet; Uttag; Utbetaling; Udbetaling; Utbetalning; Sendt; Skickad; Otto; Lähtevä; Utgående; Udgående; Autogiro; Kortköp; Varekjøp; Betaling til; Betalning till; Overførsel til; Överföring till; Dankort; Avtalegiro; Kortkøp; Meno; Korttiosto; Hævning; Köp; Kjøp; Køb; Varekøb; Betalingsservice; Trukket",
};

/** At the very beginning of a pasted row they name whom money went to, or whom it is about: a question. */
export const TO_WHOM = "an; to; aan; do; till; til; para; al; för";

/** They end or begin longer words of German banks (`Überweisungsgutschrift`, `Folgelastschrift`). */
export const IN_COMPOUNDS = "gutschrift; gutschr; eingang";
export const OUT_COMPOUNDS = "lastschrift; lastschr; ausgang; auszahlung; abbuchung; belastung";
