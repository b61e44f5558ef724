import { startIssuer, type TestIssuer } from "./authorization-server.ts";
import { freePort, type Hosted, type HostedOptions, startHosted } from "./setup.ts";

/** The client that the approval page signs people in with. */
export const PAGE = { client_id: "approvals", client_secret: "s3cret-of-the-page" };

export interface HostedWithPage {
  readonly hosted: Hosted;
  readonly issuer: TestIssuer;
  /** As browsers see the page. */
  readonly origin: string;
  close(): Promise<void>;
}

/** The hosted server with its approval page, and the server where its people sign in. `host`: passkeys take a name. */
export async function startWithPage({
  host = "127.0.0.1",
  env,
  ...options
}: HostedOptions & { readonly host?: "127.0.0.1" | "localhost" }): Promise<HostedWithPage> {
  // The issuer has to know where the page is before either stands.
  const port = await freePort();
  const origin = `http://${host}:${port}`;
  const issuer = await startIssuer([{ ...PAGE, redirect_uris: [`${origin}/approve/callback`] }]);
  const hosted = await startHosted({
    ...options,
    issuer: issuer.issuer,
    env: {
      INVOICES_HTTP_LISTEN: `127.0.0.1:${port}`,
      INVOICES_HTTP_URL: `${origin}/mcp`,
      INVOICES_HTTP_CLIENT_ID: PAGE.client_id,
      INVOICES_HTTP_CLIENT_SECRET: PAGE.client_secret,
      ...env,
    },
  });
  return {
    hosted,
    issuer,
    origin,
    async close() {
      await hosted.close();
      await issuer.close();
    },
  };
}
