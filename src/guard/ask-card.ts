import type { PagePlace } from "./ask-page.ts";
import { type Outcome, openText, pageText, pending, type Question } from "./ask-words.ts";
import type { GuardDeps } from "./deps.ts";
import { derivedSecrets, type KeyRing } from "./seal.ts";
import { cardHash, cardMatches } from "./typed.ts";
import { languageOf, say } from "./wording.ts";

/** The card in the chat as a place to ask. A card that was declared is not one that was seen. */
export function createCardPlace(deps: GuardDeps, keys: KeyRing, { openPage, pageAllowed, linkFor }: PagePlace) {
  const { store } = deps;
  /** A card that stood says that this client does show cards. */
  let showsCards = false;

  async function byCard(reason: string, question: Question): Promise<Outcome> {
    const { approval, snapshot, request } = question;
    const language = languageOf(request.plan.locale);
    const unseen = approval.card === "sent";
    // A repeated call shows the same card, wherever it is answered. Hashes only in the store.
    const secrets = derivedSecrets(approval.id, keys);
    const secret = secrets.find((one) => cardHash(one) === approval.secret_hash) ?? secrets[0];
    await store.offer(approval.id, { channel: "card", reason, secret_hash: cardHash(secret) });
    // A card that was declared and not seen: the browser, and the address for whoever sees neither.
    const opened = unseen && pageAllowed(snapshot) && (await openPage());
    const link = showsCards && !unseen ? null : await linkFor(approval, snapshot);
    const card = say(
      language,
      "Approve or decline on the card above.",
      "Bitte auf der Karte oben freigeben oder ablehnen.",
    );
    const page = opened ? `${pageText(deps.terminalCommand, language)} ` : "";
    const noCard = link === null ? "" : ` ${say(language, "No card?", "Keine Karte?")} ${openText(link, language)}`;
    return pending(question, "card", `${page}${card}${noCard}`, { link, secret });
  }

  return {
    byCard,
    async cardStands(id: string) {
      showsCards = true;
      await store.note(id, "card_stands");
    },
    /** Whether this is the secret of this approval's card, whatever became of the approval since. */
    isCard: (id: string, secret: string) => derivedSecrets(id, keys).some((one) => cardMatches(secret, cardHash(one))),
  };
}
