/** Words of the approval page around the cards. */
const EN = {
  lang: "en",
  title: "Approvals",
  intro: "Your assistant cannot approve these itself. Read, then decide.",
  none: "Nothing is waiting for you",
  noneHint: "New requests appear here by themselves. You can close this tab when you are done.",
  passkey: "Approving takes your passkey: your device asks for your fingerprint, your face or its PIN.",
  askedBy: (who: string) => `Asked by ${who}. You approve it as a second person.`,
  byAnother: "Somebody else of your organization has to approve this. You can decline it.",
  noSignature: "The passkey was not used. Nothing was approved; please try again.",
  link: "This link does not work any more",
  linkHint: "It works once, in one tab. Go back to that tab, or ask the assistant again for a new link.",
  over: "Your sign-in is over",
  overHint: "What was not answered is still open.",
  signInAgain: "Sign in again",
  offline: "The server does not answer. It may have been closed; this page keeps trying.",
  waiting: (count: number) => (count === 1 ? "1 request is waiting." : `${count} requests are waiting.`),
  further: (count: number) => (count === 1 ? "Show 1 more request" : `Show ${count} more requests`),
};

const DE: typeof EN = {
  lang: "de",
  title: "Freigaben",
  intro: "Ihr Assistent kann das nicht selbst freigeben. Erst lesen, dann entscheiden.",
  none: "Nichts wartet auf Sie",
  noneHint: "Neue Anfragen erscheinen hier von selbst. Wenn Sie fertig sind, können Sie den Tab schließen.",
  passkey: "Zum Freigeben fragt Ihr Gerät nach Ihrem Passkey: Fingerabdruck, Gesicht oder PIN.",
  askedBy: (who) => `Gestellt von ${who}. Sie geben als zweite Person frei.`,
  byAnother: "Das muss jemand anderes aus Ihrer Organisation freigeben. Ablehnen können Sie es.",
  noSignature: "Der Passkey wurde nicht benutzt. Es wurde nichts freigegeben; bitte versuchen Sie es noch einmal.",
  link: "Dieser Link gilt nicht mehr",
  linkHint:
    "Er gilt einmal, in einem Tab. Gehen Sie zu diesem Tab oder bitten Sie den Assistenten um einen neuen Link.",
  over: "Ihre Anmeldung ist abgelaufen",
  overHint: "Was nicht beantwortet ist, ist noch offen.",
  signInAgain: "Neu anmelden",
  offline: "Der Server antwortet nicht. Vielleicht wurde er beendet; diese Seite versucht es weiter.",
  waiting: (count) => (count === 1 ? "1 Anfrage wartet." : `${count} Anfragen warten.`),
  further: (count) => (count === 1 ? "1 weitere Anfrage zeigen" : `${count} weitere Anfragen zeigen`),
};

export function pageWordsFor(locale: string): typeof EN {
  return locale.toLowerCase().startsWith("de") ? DE : EN;
}
