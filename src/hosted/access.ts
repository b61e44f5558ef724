import { hash, timingSafeEqual } from "node:crypto";
import { dirname, resolve } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { type Config, loadConfig } from "../config.ts";
import type { Place } from "../domain/scope.ts";
import { oneLine } from "../domain/untrusted.ts";
import { ConfigError } from "../errors.ts";
import { duplicateKey } from "../guard/duplicate-key.ts";
import { defaultPolicy, type Policy } from "../guard/policy.ts";
import { RIGHTS, type Right, rightSchema } from "./scopes.ts";
import { safeUrl } from "./setting-values.ts";

export const KEY_NAME = /^[A-Za-z0-9._-]{1,64}$/;

const word = z.string().min(1).max(255);
const rights = z
  .array(rightSchema)
  .min(1)
  .default([...RIGHTS]);

/** Where somebody is told that something waits for their approval. */
const mail = z.email("is not an e-mail address").max(254).optional();
/** May enter and remove the organization's own credential at the API. Said of people alone: a key cannot sign in. */
const owner = z.boolean().optional();

const memberSchema = z.union(
  [
    z.strictObject({ subject: word, rights, mail, owner }),
    z.strictObject({ claim: word, value: word, rights, mail, owner }),
    z.strictObject({ key: word, rights }),
  ],
  {
    error:
      "must name somebody by subject, by claim and value, or by key; besides it takes rights (some of read, draft, send, cancel), mail and owner (not for a key)",
  },
);

const variable = z.string().regex(/^[A-Z][A-Z0-9_]*$/, "must be the name of a variable");

const organizationSchema = z.strictObject({
  id: z.string().regex(/^[A-Za-z0-9-]{1,64}$/, "must be an organization id"),
  name: word.optional(),
  base_url: z.string().optional(),
  token_env: variable.optional(),
  webhook_env: variable.optional(),
  mode: z.enum(["full", "draft-only", "read-only"]).optional(),
  policy: word.optional(),
  language: z.string().optional(),
  timezone: z.string().optional(),
  members: z.array(memberSchema),
});

/** Who may do what. Unknown keys are errors: a misspelt limit would be no limit. */
const accessSchema = z.strictObject({
  version: z.literal(1),
  keys: z
    .array(z.strictObject({ name: z.string().regex(KEY_NAME), sha256: z.string().regex(/^[0-9a-f]{64}$/) }))
    .default([]),
  organizations: z.array(organizationSchema).min(1),
});

export type Member = z.infer<typeof memberSchema>;

/** One organization as the file describes it. */
export interface Tenant {
  /** `null`: the one that the token belongs to. */
  readonly id: string | null;
  /** What its people call it. */
  readonly name?: string;
  /** Origin of the API, as part of everything recorded. */
  readonly origin: string;
  /** `null`: what its owner has set in the database, else `read-only`. */
  readonly mode: "full" | "draft-only" | "read-only" | null;
  readonly policy: Policy;
  readonly language: string | undefined;
  readonly timezone: string | undefined;
  readonly members: readonly Member[];
  /** The organization's own credential at the API, when the start was given one. */
  readonly token: string | undefined;
  /** Where a chat takes texts for it. Whoever knows the address can write there. */
  readonly webhook?: URL;
  /** A variable that this process was started without, so that nothing works there before the next start. */
  readonly missing: string | null;
  /** Its policy cannot be read now, and this is the last that could be: enough to read by, and for nothing more. */
  readonly isDoubtful: boolean;
  /** Digest of what is decided by: neither the members nor whom to tell. */
  readonly settings: string;
}

export function tenantOf(known: Omit<Tenant, "settings">): Tenant {
  const { name: _name, members: _members, isDoubtful: _isDoubtful, webhook: _webhook, ...settings } = known;
  return { ...known, settings: hash("sha256", JSON.stringify(settings)) };
}

/** Where its record is kept. */
export function placeOf({ origin, id }: Tenant): Place {
  return { origin, organization_id: id ?? "" };
}

/** Who a request is from, before it is known where it goes. */
export interface Identity {
  /** `<issuer>|<subject>`, `key:<name>`, or `local:<user>` on this computer. */
  readonly principal: string;
  /** Whether an entry of the file means this one. */
  readonly isMember: (member: Member) => boolean;
  /** What the credential itself is good for. */
  readonly rights: ReadonlySet<Right>;
  /** Whether the file still knows the credential. Absent: it is none of the file's. */
  readonly isKnown?: (access: Access) => boolean;
}

export interface Access {
  readonly tenants: readonly Tenant[];
  /** What could not be read of it, in words for whoever runs the server. */
  readonly problems: readonly string[];
  /** It could not be read for so long that nobody is let in any more. */
  readonly isLapsed: boolean;
  /** The name of a static key; `null` when none is like it. Takes as long for a wrong one. */
  keyName(key: string): string | null;
  readonly hasKeys: boolean;
}

/** A principal in an organization, with what both sides allow. */
export interface Membership {
  readonly tenant: Tenant;
  readonly rights: ReadonlySet<Right>;
  /** What the file gives, whatever the credential is good for. */
  readonly given: ReadonlySet<Right>;
}

export function membershipsOf(tenants: readonly Tenant[], identity: Identity): readonly Membership[] {
  return tenants.flatMap((tenant) => {
    const allowed = tenant.members.filter(identity.isMember).flatMap((member) => member.rights);
    if (allowed.length === 0) return [];
    const both = RIGHTS.filter((right) => allowed.includes(right) && identity.rights.has(right));
    const rights = new Set(tenant.isDoubtful ? both.filter((right) => right === "read") : both);
    return [{ tenant, rights, given: new Set(allowed) }];
  });
}

/** Whether the file names this one an owner of the organization. */
export function isOwnerOf({ members }: Tenant, isMember: Identity["isMember"]): boolean {
  return members.some((member) => "owner" in member && member.owner === true && isMember(member));
}

/** Whether the organization has an owner at all. */
export function isOwned({ members }: Tenant): boolean {
  return members.some((member) => "owner" in member && member.owner === true);
}

/** Keys are long and random, so that a plain hash keeps them; shorter ones are refused whatever they are. */
export const LEAST_KEY_CHARACTERS = 40;

export function keyHash(key: string): Buffer {
  return hash("sha256", key, "buffer");
}

/** Whether the file gives them the right, as far as it could be read. */
export function hasRight({ members }: Tenant, isMember: Identity["isMember"], right: Right): boolean {
  return members.some((member) => member.rights.includes(right) && isMember(member));
}

/** What is left of a membership now; `null`: nothing. */
export function presentMembership(access: Access, { id, origin }: Tenant, identity: Identity): Membership | null {
  if (identity.isKnown?.(access) === false) return null;
  const same = access.tenants.filter((tenant) => tenant.id === id && tenant.origin === origin);
  return membershipsOf(same, identity)[0] ?? null;
}

/** Where it stands who may do what. */
export interface AccessSettings {
  readonly path: string;
  readonly base_url: string;
  /** File of the policy for organizations that name none. */
  readonly policy: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
}

export interface AccessFiles {
  /** Throws where it cannot be read. */
  text(path: string): string;
  policy(path: string): Policy;
}

/**
 * Reads the file. Throws a `ConfigError` that says what is wrong with it. `before`: what a server that runs had read of it.
 * Then an organization whose policy cannot be read, or whose variable is not there, stops no other.
 */
export function loadAccess(settings: AccessSettings, files: AccessFiles, before: Access | null): Access {
  const { path, env } = settings;
  const parsed = accessSchema.safeParse(jsonIn(files, path));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw wrong(`${issue?.path.join(".") ?? ""}: ${oneLine(issue?.message ?? "is not usable", 200)}`);
  }
  const { keys, organizations } = parsed.data;
  const names = new Set(keys.map(({ name }) => name));
  if (names.size < keys.length) throw wrong("two keys have the same name");
  if (new Set(keys.map(({ sha256 }) => sha256)).size < keys.length) throw wrong("one key stands there under two names");
  if (new Set(organizations.map(({ id }) => id.toLowerCase())).size < organizations.length)
    throw wrong("an organization stands there twice");
  const problems: string[] = [];
  const tenants = organizations.map((organization): Tenant => {
    const { id, mode, members, token_env, webhook_env } = organization;
    for (const member of members) {
      if ("key" in member && !names.has(member.key))
        throw wrong(`${id} names the key ${member.key}, which is not there`);
    }
    const token = token_env === undefined ? undefined : env[token_env];
    // Blank, it would be as if none was named, and each member worked with another credential.
    const isGiven = token !== undefined && token.trim() !== "";
    const missing = token_env !== undefined && !isGiven ? token_env : null;
    if (missing !== null) {
      const why = `${id} takes its token from ${missing}, which is ${token === undefined ? "not set" : "blank"}`;
      if (before === null) throw wrong(why);
      problems.push(`${why} in this process. Nothing works there until it is started with it.`);
    }
    const webhook = webhook_env === undefined ? undefined : webhookIn(env[webhook_env], id, webhook_env);
    if (typeof webhook === "string") {
      if (before === null) throw wrong(webhook);
      problems.push(`${webhook}. Nothing is told there.`);
    }
    const { base_url, language, timezone, api_token } = settingsIn(organization, isGiven ? token : undefined, settings);
    const file = organization.policy === undefined ? settings.policy : resolve(dirname(path), organization.policy);
    const { policy, problem } = policyIn(files, file, before, id);
    if (problem !== null)
      problems.push(`${id}: ${problem} Until it can be read, nothing is written or approved there.`);
    const tenant = tenantOf({
      id,
      origin: new URL(base_url).origin,
      mode: mode ?? null,
      members,
      policy,
      language,
      timezone,
      token: api_token,
      ...(webhook instanceof URL ? { webhook } : {}),
      ...(organization.name === undefined ? {} : { name: oneLine(organization.name, 80) }),
      missing,
      isDoubtful: problem !== null,
    });
    return before?.tenants.find((known) => isSame(known, tenant)) ?? tenant;
  });
  const known = keys.map(({ name, sha256 }) => ({ name, digest: Buffer.from(sha256, "hex") }));
  return {
    tenants,
    problems,
    isLapsed: false,
    hasKeys: keys.length > 0,
    keyName(key) {
      const given = keyHash(key);
      let found: string | null = null;
      for (const { name, digest } of known) if (timingSafeEqual(given, digest)) found = name;
      return key.length < LEAST_KEY_CHARACTERS ? null : found;
    },
  };
}

/** The rules of the settings are said once, there; what breaks one is named as it is called in the file. */
function settingsIn(
  { id, base_url, language, timezone, token_env }: z.infer<typeof organizationSchema>,
  token: string | undefined,
  { path, base_url: otherwise }: AccessSettings,
): Pick<Config, "base_url" | "language" | "timezone" | "api_token"> {
  try {
    return loadConfig(
      { "base-url": base_url ?? otherwise, language, timezone, "data-dir": dirname(resolve(path)) },
      { INVOICES_API_TOKEN: token },
      true,
    );
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const named = error.message
      .replace("INVOICES_API_TOKEN", token_env ?? "its token")
      .replace(/INVOICES_(BASE_URL|LANGUAGE|TIMEZONE)/, (_all, name: string) => name.toLowerCase())
      .replace(/\.$/, "");
    throw wrong(`${id}: ${named}`);
  }
}

/** What is made for an organization that did not change goes on to be used. */
function isSame(one: Tenant, other: Tenant): boolean {
  const text = ({ webhook, ...tenant }: Tenant) => ({ ...tenant, webhook: webhook?.href });
  return isDeepStrictEqual(text(one), text(other));
}

/** Its address, or what is wrong with it. */
function webhookIn(value: string | undefined, id: string, variable: string): URL | string {
  if (value === undefined) return `${id} takes its webhook from ${variable}, which is not set`;
  return safeUrl(value) ?? `the webhook of ${id} in ${variable} does not begin with https://`;
}

function policyIn(
  files: AccessFiles,
  file: string | undefined,
  before: Access | null,
  id: string,
): { readonly policy: Policy; readonly problem: string | null } {
  if (file === undefined) return { policy: defaultPolicy, problem: null };
  try {
    return { policy: files.policy(file), problem: null };
  } catch (error) {
    if (before === null || !(error instanceof ConfigError)) throw error;
    const known = before.tenants.find((tenant) => tenant.id === id);
    return { policy: known?.policy ?? defaultPolicy, problem: error.message };
  }
}

function jsonIn(files: AccessFiles, path: string): unknown {
  let text: string;
  try {
    text = files.text(path);
  } catch {
    throw wrong("it cannot be read");
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw wrong("it is not JSON");
  }
  const twice = duplicateKey(text);
  if (twice !== null) throw wrong(`it has the key ${oneLine(twice, 80)} twice, and which one holds would be a guess`);
  return json;
}

function wrong(why: string): ConfigError {
  return new ConfigError(`The file of INVOICES_HTTP_ACCESS is not usable: ${why}.`, {
    next: "Correct it; docs/hosting.md shows one.",
  });
}
