import { randomBytes } from "node:crypto";
import { approvedFresh, type Outcome, pending, type Question, refused } from "./ask-words.ts";
import type { GuardDeps } from "./deps.ts";
import type { Approval, Authorisation } from "./port.ts";
import { secretHash, secretMatches } from "./typed.ts";
import { languageOf, say } from "./wording.ts";

/** `--confirm token`, the owner's explicit choice: the model is given a token and calls again with it. */
export function createTokenPlace({ store, clock }: GuardDeps) {
  async function byToken(reason: string, question: Question): Promise<Outcome> {
    const { approval, request } = question;
    const secret = randomBytes(16).toString("base64url");
    await store.offer(approval.id, { channel: "token", reason, secret_hash: secretHash(secret) });
    const text = say(
      languageOf(request.plan.locale),
      "No person has confirmed this. The owner chose --confirm token: show the preview, then call again with the token.",
      "Kein Mensch hat das bestätigt. Der Inhaber hat --confirm token gewählt: Vorschau zeigen, dann mit dem Token erneut aufrufen.",
    );
    return pending(question, "token", text, { secret });
  }

  async function redeem(approval: Approval, token: string): Promise<Authorisation> {
    const current = await store.get(approval.id);
    const hash = current?.channel === "token" ? current.secret_hash : null;
    if (hash === null || !secretMatches(token, hash)) {
      return refused(
        "unavailable",
        "The approval token does not fit this act. Nothing was done.",
        "Call without a token to get a new preview.",
      );
    }
    const answer = { state: "approved", channel: "token", approved_by: "model", now: clock.now() } as const;
    if (!(await store.answer(approval.id, answer))) throw new Error("approval lost");
    return approvedFresh(store, approval.id, []);
  }

  return { byToken, redeem };
}
