/**
 * Words about the state of a booking. Data only, separated by `;`, compared by `keyOf`. In a column of states the whole
 * cell must be one of them; in text they are looked for as whole words and make the line a question.
 */
type ByLanguage = Readonly<Record<"de" | "en" | "fr" | "it" | "nl" | "es" | "pl" | "nordic", string>>;

export const BOOKED_WORDS: ByLanguage = {
  de: "Bestätigt; Gebucht; Umsatz gebucht; Abgeschlossen; Ausgeführt; Verbucht; Erledigt; Bezahlt; Eingegangen; Gutgeschrieben; Erfolgreich; Durchgeführt; Ja; Valutiert",
  en: "True; Captured; Booked; Completed; Complete; Posted; Settled; Cleared; Succeeded; Success; Successful; Done; BOOK; Paid; Executed; Processed; Available; Finished; Yes; Confirmed; Received; Reconciled",
  fr: "Comptabilisé; Comptabilisée; Effectué; Effectuée; Terminé; Terminée; Exécuté; Exécutée; Réglé; Payé; Validé",
  it: "Contabilizzato; Contabilizzata; Completato; Completata; Eseguito; Eseguita; Registrato; Pagato",
  nl: "Geboekt; Voltooid; Uitgevoerd; Verwerkt; Afgerond; Betaald",
  es: "Contabilizado; Contabilizada; Completado; Completada; Completo; Ejecutado; Ejecutada; Realizado; Realizada; Pagado; Finalizado",
  pl: "Zaksięgowano; Zaksięgowana; Zaksięgowany; Zaksięgowane; Zrealizowano; Zrealizowana; Zrealizowany; Wykonano; Wykonana; Wykonany; Zakończona; Zakończony; Rozliczona; Rozliczono",
  nordic:
    "Bokförd; Bokfört; Bokført; Bogført; Utförd; Utført; Udført; Kirjattu; Toteutunut; Slutförd; Fullført; Gennemført; Genomförd; Gjennomført; Bókað",
};

export const PENDING_WORDS: ByLanguage = {
  de: "Vorgemerkt; Umsatz vorgemerkt; Vormerkung; Vorgemerkte Umsätze; Ausstehend; Offen; In Bearbeitung; Nicht gebucht; Noch nicht gebucht; Autorisiert; Reserviert; Geplant; Terminiert; Schwebend; Erwartet; Angekündigt; In Prüfung; Einbehalten; Ungebucht; Wird bearbeitet; Nicht ausgeführt; Zurückgehalten; Unbestätigt; Angefordert; Vorläufig",
  en: "False; Uncaptured; Not captured; Pending submission; Pending transactions; Pending payments; Pending; PDNG; Authorized; Authorised; Unclaimed; On hold; Held; Scheduled; Processing; In progress; Not booked; Unbooked; Expected; Upcoming; Awaiting; Created; INFO; Future; FUTR; Open; Temporary hold; Placed; Under review; Requested; In transit; Unsettled; Uncleared; Not yet booked; Initiated; Waiting; Reserved; Incomplete; Unconfirmed; Planned; Queued; Submitted; Pending review",
  fr: "En attente; À venir; En cours; Autorisé; Non comptabilisé; Planifié; Prévu; Réservé; En traitement; En suspens; Non réclamé",
  it: "In attesa; In sospeso; Autorizzato; Non contabilizzato; Previsto; Pianificato; In corso; In elaborazione; Non contabilizzata; Da contabilizzare; Prenotato",
  nl: "In behandeling; Gereserveerd; Niet geboekt; Gepland; Verwacht; Openstaand; In afwachting; Geautoriseerd; Nog te verwerken",
  es: "Pendiente; En curso; Autorizado; Retenido; No contabilizado; Previsto; Programado; En proceso; En espera; Sin contabilizar",
  pl: "Oczekuje; Oczekująca; Oczekujące; Oczekujący; W trakcie; W realizacji; Zablokowana; Niezaksięgowana; Planowana; Nierozliczona; Nierozliczone; Blokada; Do realizacji; W toku; Zaplanowany",
  nordic:
    "Venter; Reserveret beløb; Reservationer; Kommande betalningar; Reserverade belopp; Väntande; Reserverad; Reservert; Reserveret; Under behandling; Afventer; Ventende; Odottaa; Varaus; Katevaraus; Kommande; Kommende; Ej bokförd; Ikke bokført; Planlagt; Planerad; Preliminär; Reserverat; Ikke bogført; Bevakad; Ej bokfört; Forfalder",
};

export const FAILED_WORDS: ByLanguage = {
  de: "Abgelehnt; Storniert; Fehlgeschlagen; Abgebrochen; Zurückgewiesen; Gescheitert; Verweigert; Gelöscht; Abgelaufen; Ungültig; Widerrufen; Verfallen; Gesperrt; Annulliert; Nicht erfolgreich; Fehlerhaft; Blockiert",
  en: "Memo; Failed; Declined; Denied; Canceled; Cancelled; Rejected; Reverted; Expired; Voided; Void; RJCT; CANC; Blocked; Unsuccessful; Failure; Error; Refused; Deleted; Invalid; Removed; Aborted; Insufficient funds; Bounced; Dishonoured; Dishonored",
  fr: "Refusé; Refusée; Annulé; Annulée; Échoué; Échouée; Rejeté; Rejetée; Expiré; Échec; Bloqué",
  it: "Rifiutato; Rifiutata; Annullato; Annullata; Fallito; Fallita; Respinto; Respinta; Scaduto; Negato",
  nl: "Geweigerd; Geannuleerd; Mislukt; Afgewezen; Verlopen; Vervallen; Afgekeurd; Geblokkeerd",
  es: "Rechazado; Rechazada; Cancelado; Cancelada; Fallido; Fallida; Denegado; Denegada; Anulado; Anulada; Caducado",
  pl: "Odrzucono; Odrzucona; Odrzucony; Anulowano; Anulowana; Anulowany; Nieudana; Nieudany; Wygasła; Błąd; Odmowa; Niezrealizowana; Wycofano",
  nordic:
    "Avvisad; Avvist; Afvist; Hylätty; Misslyckad; Mislykket; Feilet; Avbruten; Makulerad; Kansellert; Annulleret; Annullert; Peruttu; Nekad; Avslått; Mislykkedes; Inställd; Slettet",
};

/** The money went back, or is an own payment that came back. */
export const RETURNED_WORDS: ByLanguage = {
  de: "Stornogutschrift; Storno Lastschrift; Storno Überweisung; Währungsumrechnung; Allgemeine Währungsumrechnung; Rückgabe; Rücklastschrift; Rückbuchung; Rücküberweisung; Retoure; Rückruf; Storno; Stornierung; Rückerstattet; Zurückgezahlt; Rückzahlung; Rückläufer; Stornobuchung; Zurückgebucht; Erstattet; Teilweise erstattet; Rückerstattung; Rückrechnung; Retourniert",
  en: "Currency conversion; General currency conversion; Refunded; Returned; Reversed; Refund; Return; Reversal; Chargeback; Partially refunded; RVSL; Charged back; Disputed; Payment refund; Recalled; Recall; Payment reversal; Unpaid; Dispute; Cashback reversal; Returned payment; Partial refund",
  fr: "Remboursé; Remboursée; Remboursement; Retour; Retourné; Extourne; Contre-passation; Contrepassation; Impayé; Retour virement",
  it: "Rimborsato; Rimborso; Storno; Stornato; Restituito; Insoluto; Restituzione",
  nl: "Terugbetaald; Terugbetaling; Teruggeboekt; Terugboeking; Retour; Storno; Stornering; Gestorneerd; Retourbetaling",
  es: "Reembolsado; Reembolso; Devolución; Devuelto; Devuelta; Retrocesión; Retrocedido; Impagado",
  pl: "Zwrot; Zwrócono; Zwrócona; Zwrócony; Storno; Reklamacja; Stornowano; Zwrócone",
  nordic:
    "Återbetald; Återbetalning; Refundert; Refunderad; Returnerad; Returnert; Returneret; Palautus; Palautettu; Retur; Tilbakeført; Tilbageført; Refusjon; Tilbagebetaling; Tilbakebetaling; Återföring; Refusion",
};

/** A state in words of a sentence: what will be, or is not. Looked for in pasted rows, as written after `keyOf`. */
export const NOT_YET_WORDS: ByLanguage = {
  de: "Mahnung an; Zahlungserinnerung an; Rechnung an; Zahlungsanforderung; Mahnung verschickt; Rechnung verschickt; fällig; fällig am; überfällig; zahlbar bis; offene Posten; offene Rechnungen; offene Rechnung; Fälligkeit; wird überweisen; will überweisen; will morgen; werde überweisen; wird bezahlt; wird gezahlt; morgen; demnächst; nächste Woche; angekündigt; steht aus; steht noch aus; noch offen; noch nicht; kommt noch; soll kommen; versprochen; zugesagt; nicht eingegangen; offene Zahlung; folgt; übermorgen; in Aussicht",
  en: "payment request; request sent; reminder sent; will be paying; will be paid; invoice sent; invoice to; overdue; due by; payable by; open invoices; unpaid invoices; open items; past due; due date; will pay; will transfer; will send; going to; tomorrow; next week; promised; not yet; to be paid; expects; expected; awaiting; outstanding; coming soon; not received; is due; due on; to come; would pay; wants to pay",
  fr: "à échéance; échéance; factures impayées; à payer avant; va payer; va virer; demain; à venir; promis; pas encore; sera payé; prochainement; la semaine prochaine; non reçu",
  it: "scadenza; fatture aperte; da pagare; pagherà; domani; in arrivo; promesso; non ancora; sarà pagato; prossima settimana; non ricevuto",
  nl: "vervaldatum; openstaande facturen; te betalen; zal betalen; morgen; gaat betalen; beloofd; nog niet; volgende week; wordt betaald; niet ontvangen",
  es: "vencimiento; facturas pendientes; por pagar; pagará; mañana; prometido; todavía no; aún no; será pagado; la próxima semana; no recibido; va a pagar",
  pl: "termin płatności; nieopłacone faktury; do zapłaty; zapłaci; jutro; obiecał; obiecała; jeszcze nie; w przyszłym tygodniu; nie otrzymano; zostanie zapłacone",
  nordic:
    "förfallodag; förfaller; forfaller; forfaldsdato; obetalda fakturor; erääntyy; kommer att betala; imorgon; i morgon; i morgen; skal betale; vil betale; lovet; lovat; ännu inte; ikke ennå; endnu ikke; huomenna; maksaa huomenna; nästa vecka; neste uke; næste uge",
};

/** Before a state word they turn it round (`nicht vorgemerkt`). */
export const NEGATIONS = "nicht; kein; keine; not; no; non; niet; geen; nie; ej; ikke; inte; ei; pas; un";

/** Words of state that are common words elsewhere: outside a column of states they say nothing. */
export const COMMON_WORDS =
  "Memo; Offen; Open; Info; Held; Created; Future; FUTR; Placed; Void; Error; Blocked; Removed; Invalid; Expected; Waiting; Processing; Planned; Requested; Reserved; Return; Returned; Retour; Retur; Deleted; Prévu; En cours; Created; Gelöscht; Gesperrt; Temporary hold; Kommande; Kommende; Storno; Recall; Unpaid; Offene Zahlung; Erwartet; Blokada; Angefordert; BOOK; INFO; CANC; Incomplete; Awaiting; Initiated; In transit; Morgen; Due on; Folgt; To come";

/** Below a heading that is a state itself (`Refunded`): it is not. */
export const NO_WORDS = "no; nein; false; non; nee; nie; nej; nei; ei; n; f; -";

/** In a pasted row they cross a payment out, or leave it open. */
export const NOT_PAID_SIGNS = "❌✗✘✖✕☒🚫⛔⏳⌛❓";

/** At the very beginning of a pasted row: something sent to the customer, not a payment. A payer may write it further on. */
export const REMINDERS: ByLanguage = {
  de: "Mahnung; Zahlungserinnerung; Erinnerung; Letzte Mahnung; Zweite Mahnung; Erste Mahnung; 1. Mahnung; 2. Mahnung; 3. Mahnung; Rechnung an; Angebot",
  en: "Reminder; Payment reminder; Dunning; Final notice; Invoice sent; Quote; Chased",
  fr: "Rappel; Relance; Mise en demeure; Devis",
  it: "Sollecito; Promemoria; Preventivo",
  nl: "Herinnering; Betalingsherinnering; Aanmaning; Offerte",
  es: "Recordatorio; Reclamación; Presupuesto",
  pl: "Wezwanie; Przypomnienie; Oferta",
  nordic: "Påminnelse; Betalningspåminnelse; Purring; Rykker; Betalingspåmindelse; Muistutus; Maksumuistutus; Inkasso",
};
