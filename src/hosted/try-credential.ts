import { openAccount } from "../api/probe.ts";
import type { ProxySettings } from "../api/proxy.ts";
import type { SharedBudget } from "../api/shared-budget.ts";
import { claimsOf, refusedBecause } from "../api/token.ts";
import { systemClock } from "../domain/clock.ts";
import type { Organization } from "../domain/organization.ts";
import { InvoicingError } from "../errors.ts";
import { VERSION } from "../version.ts";

/** What trying a token showed. Only `good` may be stored. */
export type Verdict =
  | { readonly is: "good"; readonly name: string | null }
  /** `unusable`: it lapsed, or is of another region; `refused`: the API does not take it. */
  | { readonly is: "unusable" | "refused" }
  /** It opens another organization; or it is not shown which one. */
  | { readonly is: "other_organization" | "unclear_organization" }
  /** It opens the organization and may not read its invoices. */
  | { readonly is: "no_ability" }
  /** Nothing was heard that says either. */
  | { readonly is: "not_known" };

export interface Trial {
  readonly token: string;
  /** Origin of the API. */
  readonly origin: string;
  readonly organization_id: string;
  readonly proxy: ProxySettings | null;
  readonly budget: SharedBudget | null;
}

/** As many as one question lists. */
const PAGE = 30;

/**
 * Tries a token by reads alone: whether the API takes it, whether it opens this organization and no other, and whether it may
 * read invoices there. Of two sources for the organization, the token's own claim and what the API lists, none may
 * contradict and one has to name it: some tokens work in their own organization whatever a request names.
 */
export async function tryCredential({ token, origin, organization_id, proxy, budget }: Trial): Promise<Verdict> {
  if (refusedBecause(token, origin, systemClock.now()) !== null) return { is: "unusable" };
  const { tenant } = claimsOf(token);
  if (tenant !== null && tenant !== organization_id) return { is: "other_organization" };
  const account = openAccount({
    base_url: origin,
    token,
    organization_id,
    clock: systemClock,
    user_agent: `invoicing-mcp/${VERSION}`,
    ...(proxy === null ? {} : { proxy }),
    ...(budget === null ? {} : { shared_budget: budget }),
  });
  try {
    const listed = await account.organizations().catch((error: unknown) => {
      // A token may work without listing its organizations.
      if (error instanceof InvoicingError && error.status === 403) return null;
      throw error;
    });
    const place = placeIn(listed, tenant, organization_id);
    if (place !== null) return { is: place };
    const reads = await account.reads();
    const error = reads.find(({ resource }) => resource === "invoices")?.error ?? null;
    if (error === null) return { is: "good", name: listed?.find(({ id }) => id === organization_id)?.name ?? null };
    throw error;
  } catch (error) {
    if (!(error instanceof InvoicingError)) throw error;
    if (error.code === "authentication") return { is: "refused" };
    return { is: error.code === "permission" ? "no_ability" : "not_known" };
  }
}

/** What speaks against its being this one; `null`: nothing does, and something says so. */
function placeIn(
  listed: readonly Organization[] | null,
  tenant: string | null,
  organizationId: string,
): "other_organization" | "unclear_organization" | null {
  if (listed?.some(({ id }) => id === organizationId) === true) return null;
  // A list that may go on says nothing of who is not on it.
  if (listed !== null && listed.length > 0 && listed.length < PAGE) return "other_organization";
  return tenant === null ? "unclear_organization" : null;
}
