import { type Account, openAccount } from "../api/probe.ts";
import type { ProxySettings } from "../api/proxy.ts";
import type { Config } from "../config.ts";
import { tokenProblem } from "../config-values.ts";
import { systemClock } from "../domain/clock.ts";
import { isId } from "../domain/ids.ts";
import type { Organization } from "../domain/organization.ts";
import { quoted } from "../domain/untrusted.ts";
import { ConfigError, InvoicingError } from "../errors.ts";
import { VERSION } from "../version.ts";
import type { Dialogue } from "./dialogue.ts";

/** The token and the organization that it is to work in, each tried at the API by reads alone. */
export interface FoundAccount {
  readonly token: string;
  readonly organization: Organization;
}

const WHERE =
  "Access token (dashboard, Organization Settings, API; with admin access). It is not shown while you paste it";

export async function findAccount(
  config: Config,
  given: string | undefined,
  proxy: ProxySettings | null,
  dialogue: Dialogue,
): Promise<FoundAccount> {
  const opened = (token: string, organizationId: string | undefined): Account =>
    openAccount({
      base_url: config.base_url,
      token,
      clock: systemClock,
      user_agent: `invoicing-mcp/${VERSION} (setup)`,
      ...(organizationId === undefined ? {} : { organization_id: organizationId }),
      ...(proxy === null ? {} : { proxy }),
    });
  for (let first = given; ; first = undefined) {
    const token = first ?? (await dialogue.secret(WHERE, emptyOrWrong, "INVOICES_API_TOKEN or --token-stdin"));
    try {
      const account = opened(token, undefined);
      const listed = await dialogue.busy("Looking for your organizations", () => listing(account));
      const organization = await chosen(config.organization_id, listed, dialogue);
      dialogue.say(`Organization: ${label(organization)}`);
      await checkReads(opened(token, organization.id), dialogue);
      return { token, organization };
    } catch (error) {
      if (!(error instanceof InvoicingError) || !dialogue.asks) throw error;
      dialogue.show("That did not work", `${error.message}\n${error.next}`);
      if (!(await dialogue.agree("Try again with another token?"))) throw error;
    }
  }
}

function emptyOrWrong(text: string): string | null {
  if (text === "") return "Paste the token; Ctrl+C ends.";
  const problem = tokenProblem(text);
  return problem === null ? null : `It ${problem}.`;
}

interface Listing {
  readonly listed: readonly Organization[];
  /** Where none is listed: the one open in the dashboard just now. */
  readonly active: Organization | null;
}

async function listing(account: Account): Promise<Listing> {
  try {
    const listed = await account.organizations();
    return { listed, active: listed.length === 0 ? await account.active() : null };
  } catch (error) {
    // A token may be allowed to work in an organization and not to list it.
    if (error instanceof InvoicingError && error.status === 403) return { listed: [], active: await account.active() };
    throw error;
  }
}

async function chosen(
  wanted: string | undefined,
  { listed, active }: Listing,
  dialogue: Dialogue,
): Promise<Organization> {
  if (wanted !== undefined) {
    const own = listed.find(({ id }) => id === wanted);
    if (own === undefined && listed.length > 0) {
      throw new ConfigError(
        `Organization ${wanted} is not one of this token's; it sees ${listed.map(label).join(", ")}.`,
        {
          next: "Correct --organization, or use a token of that organization.",
        },
      );
    }
    return own ?? { id: wanted, name: active?.id === wanted ? active.name : null };
  }
  const [first, ...others] = listed;
  if (first !== undefined && others.length === 0) return first;
  if (first !== undefined) {
    const id = await dialogue.choose(
      "For which organization are invoices written?",
      listed.map((one) => ({ value: one.id, label: label(one) })),
      "--organization",
    );
    return listed.find((one) => one.id === id) ?? first;
  }
  if (active !== null) {
    dialogue.say(`The API lists no organization. In the dashboard, ${label(active)} is open just now.`);
    if (dialogue.asks && (await dialogue.agree(`Write invoices for ${label(active)}?`))) return active;
  }
  const id = await dialogue.text(
    "Id of the organization that invoices are written for",
    (text) => (isId(text) ? null : "That is not an id."),
    "--organization",
  );
  return { id, name: null };
}

async function checkReads(account: Account, dialogue: Dialogue): Promise<void> {
  const reads = await dialogue.busy("Looking what the token may read", () => account.reads());
  for (const { resource, error } of reads) {
    if (error !== null) throw error;
    dialogue.say(`${resource}: can be read`);
  }
  dialogue.say("Whether it may also write shows at the first draft: setup changes nothing in your account.");
}

/** `"Studio Nord GmbH" (0b6f…)`. */
function label({ id, name }: Organization): string {
  return name === null ? id : `${quoted(name, 60)} (${id})`;
}
