import { type Config, loadConfig, tokenMissing } from "./config.ts";
import type { Policy } from "./guard/policy.ts";

/** What a start on stdio works with: its settings, the owner's policy, and a token that `setup` kept where none is set. */
export interface Settings {
  readonly config: Config;
  readonly policy: Policy | null;
  readonly keptToken?: () => Promise<string>;
}

type Texts = Readonly<Record<string, string | undefined>>;

/** Throws `ConfigError` for the first thing that is wrong. `setup`: the command that asks for what is missing. */
export async function settingsOf(flags: Texts, env: Texts, setup: (config: Config) => string): Promise<Settings> {
  const config = loadConfig(flags, env, true);
  const policy = config.policy === undefined ? null : await localPolicy(config.policy, config.demo);
  if (config.demo || config.api_token !== undefined) return { config, policy };
  const { keptFor, keptTokens, tokenOf } = await import("./credentials/kept.ts");
  const kept = keptFor(keptTokens(config.data_dir), config.base_url, config.organization_id);
  if (kept === null) throw tokenMissing(setup(config));
  return { config: { ...config, organization_id: kept.organization_id }, policy, keptToken: () => tokenOf(kept) };
}

async function localPolicy(path: string, demo: boolean): Promise<Policy> {
  const { loadLocalPolicy } = await import("./guard/policy.ts");
  return loadLocalPolicy(path, demo);
}
