import { openAccount, type ProbedResource } from "../api/probe.ts";
import type { ProxySettings } from "../api/proxy.ts";
import { claimsOf } from "../api/token.ts";
import { type Config, tokenMissing } from "../config.ts";
import { keptFor, keptTokens, tokenOf } from "../credentials/kept.ts";
import { systemClock } from "../domain/clock.ts";
import { quoted } from "../domain/untrusted.ts";
import { InvoicingError } from "../errors.ts";
import { VERSION } from "../version.ts";
import { toolVerdicts } from "./abilities.ts";
import { type Finding, fromError } from "./finding.ts";

/** The token, the organization and what may be done there: by reads alone. */

interface GivenToken {
  readonly token: string;
  readonly organization_id: string | undefined;
  readonly from: string;
}

export async function checkAccount(
  config: Config,
  proxy: ProxySettings | null,
  setup: string,
): Promise<readonly Finding[]> {
  let given: GivenToken;
  try {
    given = await tokenGiven(config, setup);
  } catch (error) {
    if (!(error instanceof InvoicingError)) throw error;
    return [fromError("token", error, "There is no token that can be used")];
  }
  const account = openAccount({
    base_url: config.base_url,
    token: given.token,
    clock: systemClock,
    user_agent: `invoicing-mcp/${VERSION} (doctor)`,
    ...(given.organization_id === undefined ? {} : { organization_id: given.organization_id }),
    ...(proxy === null ? {} : { proxy }),
  });
  try {
    await account.organizations();
  } catch (error) {
    if (!(error instanceof InvoicingError)) throw error;
    // A token may work without listing its organizations.
    if (error.status !== 403) return [fromError("token", error, "The API does not take the token")];
  }
  const token: Finding = { check: "token", verdict: "good", says: `The API takes it; ${given.from}` };
  try {
    const { id, name } = await account.chosen();
    const detail = name === null ? id : `${quoted(name, 60)} (${id})`;
    const reads = await account.reads();
    const refused = reads.flatMap(({ resource, error }) => (error === null ? [] : [{ resource, error }]));
    const organization: Finding = { check: "organization", verdict: "good", says: "It is known which one", detail };
    const failures = refused.map(({ resource, error }) => fromError("abilities", error, `${resource} cannot be read`));
    const readable = reads.filter(({ error }) => error === null).map(({ resource }) => resource);
    return [token, organization, ...failures, abilities(readable, given.token)];
  } catch (error) {
    if (!(error instanceof InvoicingError)) throw error;
    return [token, fromError("organization", error, "It is not known which one to work in")];
  }
}

async function tokenGiven(config: Config, setup: string): Promise<GivenToken> {
  const { api_token, organization_id, data_dir, base_url } = config;
  if (api_token !== undefined) return { token: api_token, organization_id, from: "from INVOICES_API_TOKEN" };
  const kept = keptFor(keptTokens(data_dir), base_url, organization_id);
  if (kept === null) throw tokenMissing(setup);
  const from = kept.kept === "keyring" ? "from this system's keyring" : "from a file that only this user can read";
  return { token: await tokenOf(kept), organization_id: kept.organization_id, from };
}

function abilities(readable: readonly ProbedResource[], token: string): Finding {
  const tools = toolVerdicts(readable, claimsOf(token).scopes);
  const named = (verdict: string) => Object.keys(tools).filter((name) => tools[name] === verdict);
  const refused = named("refused");
  const unknown = named("unknown");
  const says = [
    `${named("works").length} tools work`,
    ...(refused.length === 0 ? [] : [`refused: ${refused.join(", ")}`]),
    ...(unknown.length === 0 ? [] : [`shows only when used, because it would write: ${unknown.join(", ")}`]),
  ].join("; ");
  if (refused.length === 0) return { check: "abilities", verdict: "good", says, tools };
  const cure = "Use an admin token that has the required abilities (invoices, items, customers, addresses).";
  return { check: "abilities", verdict: "bad", says, cure, tools };
}
