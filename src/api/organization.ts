import { isId } from "../domain/ids.ts";
import type { Organization } from "../domain/organization.ts";
import { quoted } from "../domain/untrusted.ts";
import { ConfigError, InvoicingError } from "../errors.ts";
import { decodeDocument, findIncluded, manyResources, toOne } from "../jsonapi/decode.ts";
import type { Resource } from "../jsonapi/document.ts";
import { fieldsOf } from "../jsonapi/fields.ts";
import type { QueryPairs } from "../jsonapi/query.ts";
import type { CallOptions } from "./port.ts";
import { claimsOf } from "./token.ts";

export interface OrganizationLookup {
  /** What goes into `o`. */
  id(call?: CallOptions): Promise<string>;
  /** The same with its name, which is asked for once and may stay unknown. */
  get(call?: CallOptions): Promise<Organization>;
  /** The organizations that the API lists for the token; `null` where it does not tell. Never throws. */
  seen(): Promise<readonly Organization[] | null>;
  /** The same; throws what the API or the network answered. */
  listed(): Promise<readonly Organization[]>;
  /** The one that is open in the dashboard just now. A hint for a person to choose by. */
  active(): Promise<Organization | null>;
}

interface Sources {
  readonly configured: string | undefined;
  token(): Promise<string>;
  /** A read without `o`. */
  read(path: string, query: QueryPairs, call: CallOptions | undefined): Promise<string>;
}

const CHOOSE = "Set INVOICES_ORGANIZATION_ID to the id of the organization to work in.";

/**
 * Finds the organization once: the setting, the token's `tenant` claim, the only organization the token sees (wire facts
 * 2.3). Never the one that is active in the dashboard: that changes with a click there. Found out anew only after a
 * failure.
 */
export function createOrganizationLookup(sources: Sources): OrganizationLookup {
  let found: Promise<Organization> | null = null;
  let named: Promise<Organization> | null = null;

  function find(call?: CallOptions): Promise<Organization> {
    if (found === null) {
      // One caller's cancellation must not fail the others that wait for the same answer.
      const asked = discover(call?.language === undefined ? undefined : { language: call.language });
      found = asked;
      asked.catch(() => {
        found = null;
      });
    }
    return found;
  }

  async function discover(call: CallOptions | undefined): Promise<Organization> {
    const tenant = claimsOf(await sources.token()).tenant;
    const { configured } = sources;
    if (configured !== undefined) {
      if (!isId(configured)) throw new ConfigError("The organization id is not an id.", { next: CHOOSE });
      // Which of the two the API would follow is not documented, so a contradiction never gets that far.
      if (tenant !== null && tenant !== configured) {
        throw new ConfigError(
          `The access token belongs to organization ${tenant}, but INVOICES_ORGANIZATION_ID is ${configured}.`,
          { next: "Use a token of the organization you want, or unset INVOICES_ORGANIZATION_ID." },
        );
      }
      return { id: configured, name: null };
    }
    if (tenant !== null) return { id: tenant, name: null };
    let list: readonly Organization[];
    try {
      list = await organizations(call);
    } catch (error) {
      // A token may be allowed to read its user but not to list organizations.
      if (!isAnswered(error)) throw error;
      throw notTold(
        "The API does not let this access token list its organizations",
        await activeOrganization(call),
        error,
      );
    }
    if (list.length === 0) {
      throw notTold("The API lists no organization for this access token", await activeOrganization(call));
    }
    return onlyOrganization(list);
  }

  async function activeOrganization(call: CallOptions | undefined): Promise<Organization | null> {
    let text: string;
    try {
      text = await sources.read("/user", [["include", "active_organization"]], call);
    } catch (error) {
      // A token may be allowed to list organizations but not to read its user.
      if (isAnswered(error)) return null;
      throw error;
    }
    const document = decodeDocument(text);
    if (document.data === null || isResourceList(document.data)) return null;
    const active = toOne(document.data, "active_organization");
    if (!active || !isId(active.id)) return null;
    const included = findIncluded(document, active);
    return { id: active.id, name: included === null ? null : nameOf(included) };
  }

  async function organizations(call: CallOptions | undefined): Promise<readonly Organization[]> {
    const text = await sources.read("/organizations", [["page[size]", 30]], call);
    return manyResources(decodeDocument(text), "organizations")
      .filter(({ id }) => isId(id))
      .map((resource) => ({ id: resource.id, name: nameOf(resource) }));
  }

  async function withName(call: CallOptions | undefined): Promise<Organization> {
    const organization = await find(call);
    if (organization.name !== null) return organization;
    const ask = async (): Promise<string | null> => {
      const active = await activeOrganization(undefined);
      if (active !== null && active.id === organization.id && active.name !== null) return active.name;
      return (await organizations(undefined)).find(({ id }) => id === organization.id)?.name ?? null;
    };
    // The name is a courtesy; nothing depends on it.
    return { id: organization.id, name: await ask().catch(() => null) };
  }

  return {
    listed: () => organizations(undefined),
    active: () => activeOrganization(undefined),
    seen: async () => {
      const list = await organizations(undefined).catch(() => null);
      return list === null || list.length === 0 ? null : list;
    },
    id: async (call) => (await find(call)).id,
    get: (call) => {
      if (named === null) {
        const asked = withName(call);
        named = asked;
        asked.catch(() => {
          named = null;
        });
      }
      return named;
    },
  };
}

function isAnswered(error: unknown): boolean {
  return error instanceof InvoicingError && error.code !== "authentication" && error.status !== undefined;
}

/** Says what it means that the list is missing. Which one the dashboard shows just now is a hint for a person, no answer. */
function notTold(what: string, active: Organization | null, cause?: unknown): ConfigError {
  const hint =
    active === null
      ? "Or create the token inside the organization (Organization Settings, API)."
      : `The one that is open in the dashboard just now is ${labelOf(active)}; if that is meant, set it to ${active.id}.`;
  return new ConfigError(`${what}, so it is not known which one to bill for.`, { next: `${CHOOSE} ${hint}`, cause });
}

function onlyOrganization(list: readonly Organization[]): Organization {
  const [first, ...others] = list;
  if (first === undefined || others.length > 0) {
    throw new ConfigError(
      `The access token sees several organizations and none is chosen: ${list.map(labelOf).join(", ")}.`,
      { next: `Ask the person which one is meant. ${CHOOSE}` },
    );
  }
  return first;
}

/** Its id, and its name as data. */
export function labelOf({ id, name }: Organization): string {
  return name === null ? id : `${id} ${quoted(name, 60)}`;
}

function nameOf(resource: Resource): string | null {
  return fieldsOf(resource.attributes, `${resource.at}.attributes`).text("name");
}

function isResourceList(data: Resource | readonly Resource[]): data is readonly Resource[] {
  return Array.isArray(data);
}
