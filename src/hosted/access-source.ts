import type { Config } from "../config.ts";
import { ConfigError } from "../errors.ts";
import { defaultPolicy, wantsSecondPerson } from "../guard/policy.ts";
import { type Access, type AccessFiles, loadAccess, type Tenant, tenantOf } from "./access.ts";
import { RIGHTS } from "./scopes.ts";
import type { HostedConfig } from "./settings.ts";

export interface AccessSourceOptions {
  readonly config: Config;
  readonly hosted: HostedConfig;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * How it is read who may do what: from the file; without one, whoever reaches this computer's own port is its person. Throws
 * a `ConfigError` at the start for what cannot work (`before`: null), and says it of a server that runs.
 */
export function accessSource(options: AccessSourceOptions): (files: AccessFiles, before: Access | null) => Access {
  const { config, hosted, env } = options;
  const { base_url, policy } = config;
  const path = hosted.access;
  return (files, before) => {
    if (path === undefined) return own(config, files);
    const access = loadAccess({ path, base_url, policy, env }, files, before);
    const unworkable = [nobody, noWayIn, noApprover, notTold].flatMap((check) => check(access, hosted) ?? []);
    const [first] = unworkable;
    if (first !== undefined && before === null) throw first;
    return { ...access, problems: [...access.problems, ...unworkable.map(({ message }) => message)] };
  };
}

function own(config: Config, files: AccessFiles): Access {
  const { base_url, policy } = config;
  return accessToOne({
    id: config.organization_id ?? null,
    origin: new URL(base_url).origin,
    policy: policy === undefined ? defaultPolicy : files.policy(policy),
    language: config.language,
    timezone: config.timezone,
    token: config.api_token,
  });
}

/** Without a file: whoever gets in may do everything in the one organization there is. */
export function accessToOne(
  known: Pick<Tenant, "id" | "origin" | "policy" | "language" | "timezone" | "token">,
): Access {
  const members = [{ subject: "*", rights: [...RIGHTS] }];
  return {
    tenants: [tenantOf({ ...known, mode: "full", members, missing: null, isDoubtful: false })],
    problems: [],
    isLapsed: false,
    hasKeys: false,
    keyName: () => null,
  };
}

type Unworkable = ConfigError | null;

function nobody({ hasKeys }: Access, { issuer }: HostedConfig): Unworkable {
  if (issuer !== undefined || hasKeys) return null;
  return new ConfigError("Nobody can get in: there is neither an issuer nor a key.", {
    next: "Set INVOICES_HTTP_ISSUER, or name keys in the file of INVOICES_HTTP_ACCESS.",
  });
}

function noWayIn({ tenants, hasKeys }: Access, { issuer }: HostedConfig): Unworkable {
  if (issuer !== undefined || !hasKeys) return null;
  const shut = tenants.find(({ members }) => !members.some((member) => "key" in member));
  if (shut === undefined) return null;
  return new ConfigError(`Nobody can get in to ${shut.id}: it names no key, and there is no issuer for people.`, {
    next: "Set INVOICES_HTTP_ISSUER, or name a key among its members.",
  });
}

/** A second person signs in; where nobody can, every act would wait for ever. */
function noApprover({ tenants }: Access, { issuer, client_id }: HostedConfig): Unworkable {
  const alone = tenants.find(({ policy }) => wantsSecondPerson(policy));
  if (alone === undefined || (issuer !== undefined && client_id !== undefined)) return null;
  return new ConfigError(
    `The policy of ${alone.id ?? "the organization"} wants a second person for every approval, and nobody can sign in to be one.`,
    { next: "Set INVOICES_HTTP_ISSUER and INVOICES_HTTP_CLIENT_ID, or another approver in the policy." },
  );
}

/** Somebody who is to be told, and never would be, is an error of the settings. */
function notTold({ tenants }: Access, { issuer, client_id, mail_url }: HostedConfig): Unworkable {
  const told = tenants.filter(({ members }) => members.some((member) => "mail" in member && member.mail !== undefined));
  const named = [...told, ...tenants.filter(({ webhook }) => webhook !== undefined)][0];
  if (named !== undefined && (issuer === undefined || client_id === undefined)) {
    return new ConfigError(`${named.id} names people to be told of approvals, and there is no page to send them to.`, {
      next: "Set INVOICES_HTTP_ISSUER and INVOICES_HTTP_CLIENT_ID, or take mail and webhook_env out of the access file.",
    });
  }
  if (told[0] !== undefined && mail_url === undefined) {
    return new ConfigError(`${told[0].id} names mail addresses, and INVOICES_HTTP_MAIL_URL is not set.`, {
      next: "Set it and INVOICES_HTTP_MAIL_FROM, or take mail out of the access file.",
    });
  }
  return null;
}
