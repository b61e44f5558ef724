/** What the page for credentials says, in the languages of the approval page. */

const EN = {
  title: "Credentials for the invoices API",
  intro:
    "This server works at the invoices API with the access token that is entered here. It is tried once, kept encrypted, and never shown again.",
  signedIn: (who: string) => `Signed in as ${who}.`,
  none: "You are signed in, and belong to no organization here. Whoever runs this server gives access.",
  fixed: "Whoever runs this server has set the token of this organization. There is nothing to enter.",
  own: "Your own credential",
  ownWhy: "Used for what you ask for, and for nobody else.",
  organization: "The organization's credential",
  organizationWhy: "Used for every member without one of their own, and for agents with a key.",
  notYours: "An owner of the organization enters and removes it.",
  absent: "None is stored.",
  stored: (when: string) => `Stored, as of ${when}.`,
  until: (when: string) => `It lapses on ${when}.`,
  lapsed: (when: string) => `It lapsed on ${when}. Enter a new one.`,
  dead: (when: string) => `The invoices API does not take it any more, since ${when}. Enter a new one.`,
  token: "Access token",
  where: "From the admin dashboard: Organization Settings, API.",
  signIn: "Sign in at the invoices API instead",
  outTitle: "Sign in at the invoices API",
  out: "It asks you there whether this server may work for you, and sends you back here. Choose the same organization.",
  onward: "Go on to the sign-in",
  enter: "Try and store",
  replace: "Try and replace",
  retry: "Try the stored one again",
  remove: "Remove…",
  removing: "What works with it stops working at once.",
  removeNow: "Remove now",
  said: {
    stored: (name: string) => `Stored${name === "" ? "" : `: it opens ${name}`}. It works from the next call on.`,
    revived: "The invoices API takes the stored one again. It works from the next call on.",
    changed: "There is no dead one any more. Nothing was changed.",
    removed: "Removed. Revoke the token where it was made, too.",
    absent: "There was none. Nothing was changed.",
    nothing: "No token was entered. Nothing was changed.",
    no_token:
      "That is no token: copy it alone, without the word Bearer, quotation marks or blanks. Nothing was changed.",
    no_answer: "That is no token answer, or its token is cut. Nothing was changed.",
    unusable: "That token has lapsed, or belongs to another region of the API. Nothing was changed.",
    refused: "The invoices API does not take that token. Nothing was changed.",
    other_organization: "That token opens another organization than this one. Nothing was changed.",
    unclear_organization:
      "It cannot be seen which organization that token opens. Create one inside the organization. Nothing was changed.",
    no_ability:
      "That token may not read the invoices of this organization. Create one with the abilities for invoices, items, customers and addresses. Nothing was changed.",
    not_known: "The invoices API could not be asked just now. Nothing was changed. Try again in a minute.",
    not_signed_in: "The sign-in at the invoices API was not finished. Nothing was changed.",
    too_many: "Too many attempts. Nothing was changed. Try again in a minute.",
  },
  overTitle: "Sign in again",
  over: "This page is only open for a few minutes after a sign-in. Nothing was changed.",
  again: "Sign in again",
  refusedTitle: "Not allowed",
  refused: "This was not sent from the page, or is not yours to do. Nothing was changed.",
  failedTitle: "Not known",
  failed: "The server met an error of its own. The page shows what is stored.",
  open: "Open the page",
};

const DE: typeof EN = {
  title: "Zugänge zur Rechnungs-API",
  intro:
    "Dieser Server arbeitet an der Rechnungs-API mit dem Zugriffstoken, das hier eingegeben wird. Es wird einmal ausprobiert, verschlüsselt aufbewahrt und nie wieder angezeigt.",
  signedIn: (who) => `Angemeldet als ${who}.`,
  none: "Sie sind angemeldet, gehören hier aber zu keiner Organisation. Zugang gibt, wer diesen Server betreibt.",
  fixed: "Wer diesen Server betreibt, hat das Token dieser Organisation gesetzt. Hier ist nichts einzugeben.",
  own: "Ihr eigener Zugang",
  ownWhy: "Gilt für das, worum Sie bitten, und für sonst niemanden.",
  organization: "Zugang der Organisation",
  organizationWhy: "Gilt für alle Mitglieder ohne eigenen Zugang und für Agenten mit einem Schlüssel.",
  notYours: "Eingeben und entfernen kann ihn, wer als Inhaber der Organisation eingetragen ist.",
  absent: "Es ist keiner hinterlegt.",
  stored: (when) => `Hinterlegt, Stand ${when}.`,
  until: (when) => `Läuft ab am ${when}.`,
  lapsed: (when) => `Abgelaufen am ${when}. Bitte einen neuen eingeben.`,
  dead: (when) => `Die Rechnungs-API nimmt ihn nicht mehr an, seit ${when}. Bitte einen neuen eingeben.`,
  token: "Zugriffstoken",
  where: "Aus der Verwaltung: Organisationseinstellungen, API.",
  signIn: "Stattdessen bei der Rechnungs-API anmelden",
  outTitle: "Bei der Rechnungs-API anmelden",
  out: "Dort werden Sie gefragt, ob dieser Server für Sie arbeiten darf, und dann hierher zurückgeschickt. Bitte dieselbe Organisation wählen.",
  onward: "Weiter zur Anmeldung",
  enter: "Ausprobieren und hinterlegen",
  replace: "Ausprobieren und ersetzen",
  retry: "Den hinterlegten noch einmal ausprobieren",
  remove: "Entfernen…",
  removing: "Was damit arbeitet, arbeitet ab sofort nicht mehr.",
  removeNow: "Jetzt entfernen",
  said: {
    stored: (name) => `Hinterlegt${name === "" ? "" : `: öffnet ${name}`}. Gilt ab dem nächsten Aufruf.`,
    revived: "Die Rechnungs-API nimmt den hinterlegten wieder an. Gilt ab dem nächsten Aufruf.",
    changed: "Es ist kein abgewiesener mehr hinterlegt. Es wurde nichts geändert.",
    removed: "Entfernt. Bitte das Token auch dort widerrufen, wo es erstellt wurde.",
    absent: "Es war keiner hinterlegt. Es wurde nichts geändert.",
    nothing: "Es wurde kein Token eingegeben. Es wurde nichts geändert.",
    no_token:
      "Das ist kein Token: bitte nur das Token kopieren, ohne das Wort Bearer, Anführungszeichen oder Leerzeichen. Es wurde nichts geändert.",
    no_answer: "Das ist keine Token-Antwort, oder ihr Token ist abgeschnitten. Es wurde nichts geändert.",
    unusable: "Dieses Token ist abgelaufen oder gehört zu einer anderen Region der API. Es wurde nichts geändert.",
    refused: "Die Rechnungs-API nimmt dieses Token nicht an. Es wurde nichts geändert.",
    other_organization: "Dieses Token öffnet eine andere Organisation als diese. Es wurde nichts geändert.",
    unclear_organization:
      "Es ist nicht zu sehen, welche Organisation dieses Token öffnet. Bitte eines in der Organisation selbst erstellen. Es wurde nichts geändert.",
    no_ability:
      "Dieses Token darf die Rechnungen dieser Organisation nicht lesen. Bitte eines mit den Rechten für Rechnungen, Positionen, Kunden und Adressen erstellen. Es wurde nichts geändert.",
    not_known:
      "Die Rechnungs-API war gerade nicht zu erreichen. Es wurde nichts geändert. Bitte in einer Minute noch einmal.",
    not_signed_in: "Die Anmeldung bei der Rechnungs-API wurde nicht abgeschlossen. Es wurde nichts geändert.",
    too_many: "Zu viele Versuche. Es wurde nichts geändert. Bitte in einer Minute noch einmal.",
  },
  overTitle: "Bitte neu anmelden",
  over: "Diese Seite ist nur wenige Minuten nach einer Anmeldung offen. Es wurde nichts geändert.",
  again: "Neu anmelden",
  refusedTitle: "Nicht erlaubt",
  refused: "Das kam nicht von der Seite, oder Sie dürfen es nicht. Es wurde nichts geändert.",
  failedTitle: "Nicht bekannt",
  failed: "Im Server ist ein Fehler aufgetreten. Die Seite zeigt, was hinterlegt ist.",
  open: "Seite öffnen",
};

export const WORDS = { en: EN, de: DE } as const;
export type Words = typeof EN;
export type Said = keyof Words["said"];

export function isSaid(word: string | undefined): word is Said {
  return word !== undefined && Object.hasOwn(EN.said, word);
}
