import { userInfo } from "node:os";

/** The person of this computer. */
export function localPrincipal(): string {
  try {
    return `local:${userInfo().username}`;
  } catch {
    // A user id without an entry in the password file, as in containers.
    return `local:uid ${process.getuid?.() ?? "unknown"}`;
  }
}
