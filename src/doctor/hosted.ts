import { type Config, DATABASE_VARIABLE, HOSTED_VARIABLE } from "../config.ts";
import type { Finding } from "./finding.ts";
import { checkJournal, checkPolicy } from "./here.ts";

/** Where the settings are those of a hosted server: what of a server for one person says nothing about it. */
export interface HostedHere {
  /** Its record is in PostgreSQL. */
  readonly database: boolean;
  /** The people it serves, and what each may use at the API, are named in its own file. */
  readonly access: boolean;
}

export function hostedHere(env: Readonly<Record<string, string | undefined>>): HostedHere | null {
  const named = Object.keys(env).filter((name) => (env[name] ?? "").trim() !== "");
  if (!named.some((name) => HOSTED_VARIABLE.test(name) || DATABASE_VARIABLE.test(name))) return null;
  return {
    database: named.some((name) => /^INVOICES_DATABASE_URL$/i.test(name)),
    access: named.some((name) => /^INVOICES_HTTP_ACCESS$/i.test(name)),
  };
}

export function checkHosted({ database, access }: HostedHere, config: Config): readonly Finding[] {
  return [
    {
      check: "hosted",
      verdict: "unknown",
      says: "These are settings of the hosted server. Its own ones, who may come in and where they approve is looked at by serve, when it starts",
      cure: "Run: invoicing-mcp serve. It names what is wrong and does not start; then ask its /readyz (docs/hosting.md).",
    },
    database && !config.demo
      ? {
          check: "journal",
          verdict: "unknown",
          says: "The record is in PostgreSQL, which is not asked from here",
          cure: "Run: invoicing-mcp migrate --check.",
        }
      : checkJournal(config),
    checkPolicy(config, "hosted"),
    ...(access && !config.demo
      ? [
          {
            check: "token",
            verdict: "unknown",
            says: "Each person and organization has its own, which is not looked at here",
            cure: "Run: invoicing-mcp credentials list.",
          } as const,
        ]
      : []),
  ];
}
