import { claimsOf } from "../api/token.ts";
import { tokenProblem } from "../config-values.ts";
import type { UpstreamSecret } from "../store/vault-port.ts";
import { jsonIn } from "./json-text.ts";
import { tokensIn } from "./renewal.ts";

/** What is wrong with what somebody typed or pasted; never quotes it. */
export type EntryProblem =
  | { readonly is: "nothing" }
  | { readonly is: "no_token"; readonly because: string }
  | { readonly is: "no_answer" };

/** A token alone, or the JSON of a token answer. */
export function enteredSecret(given: string): UpstreamSecret | EntryProblem {
  const text = given.trim();
  if (text === "") return { is: "nothing" };
  if (text.startsWith("{")) return tokensIn(jsonIn(text), Date.now()) ?? { is: "no_answer" };
  const because = tokenProblem(text);
  if (because !== null) return { is: "no_token", because };
  return { access_token: text, refresh_token: null, expires_at: claimsOf(text).expires };
}
