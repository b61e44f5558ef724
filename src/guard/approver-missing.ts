import { refused } from "./ask-words.ts";
import type { GuardDeps } from "./deps.ts";
import { WANTED, wantsSecondPerson } from "./policy.ts";
import type { Authorisation } from "./port.ts";

/** Under a policy that names its approver: why there can be none. */
export async function approverMissing(deps: GuardDeps, principal: string): Promise<Authorisation | null> {
  const { approver } = deps.policy;
  if (approver === "person") return null;
  if (deps.confirm !== "auto" && deps.confirm !== "page") {
    return refused(
      "unavailable",
      `The owner's policy wants ${WANTED[approver]} for every approval, which only the page can take; --confirm ${deps.confirm} allows no page. Nothing was done.`,
      "Only the owner can change that: start the server with --confirm page.",
    );
  }
  if (wantsSecondPerson(deps.policy)) {
    if (deps.page?.remote === true) return null;
    return refused(
      "unavailable",
      `The owner's policy wants ${WANTED[approver]} for every approval, and there is no page where one could sign in. Nothing was done.`,
      "Whoever runs the server sets INVOICES_HTTP_ISSUER and INVOICES_HTTP_CLIENT_ID. Tell the person.",
    );
  }
  if (((await deps.passkeys?.list(principal)) ?? []).length > 0) return null;
  return refused(
    "unavailable",
    "The owner's policy wants a passkey for every approval, and none is registered. Nothing was done.",
    deps.page?.passkeyLink === undefined
      ? `Tell the person to register one in a terminal of this machine: ${deps.passkeyCommand ?? "invoicing-mcp passkey add"}`
      : `Tell the person to sign in and register one at ${deps.page.passkeyLink}, then make the same call again.`,
  );
}
