/** Who is signed in, in which projects they have a role, and what they may do there. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext, useEffect, useMemo } from "react";
import { type Schemas, send } from "../api/client";
import { Failure, refused } from "../api/failure";
import { canRemember, forget, recall, remember } from "../state/remembered";
import { type Session, sessionOf } from "./shape";

export type { Session, SessionProject } from "./shape";

const ADDRESS = "/adyton/v1/session";
const KEY = ["session"];
/** Tabs of one browser share a cookie; they tell each other whose it is now, by the user's id. */
const channel = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel("adyton.session");
const NOBODY = "";
/** A question about the session itself is never answered by the dialog that renews it. */
const withoutRenewal = () => Promise.resolve(false);

async function request(method: string, address: string, body?: object): Promise<Response> {
  const init: RequestInit = body
    ? { method, body: JSON.stringify(body), headers: { "Content-Type": "application/json" } }
    : { method };
  return send(new Request(new URL(address, location.origin), init), withoutRenewal);
}

async function answered(response: Response): Promise<Session> {
  const body = await response.json().catch(() => null);
  if (!response.ok) throw refused(response, body);
  return sessionOf(body as Schemas["SessionShown"]);
}

/** The cookie is none of a script's business; that somebody signed in here is remembered, so that it is not asked for in vain. */
async function readSession(): Promise<Session | null> {
  if (canRemember() && !recall("session")) return null;
  const response = await request("GET", ADDRESS);
  if (response.status !== 401) return answered(response);
  forget("session");
  return null;
}

export interface Credentials {
  domain?: string;
  user: string;
  password: string;
}

export const signInWithPassword = (credentials: Credentials): Promise<Session> =>
  request("POST", ADDRESS, credentials).then(answered);

export const signInWithLink = (secret: string): Promise<Session> =>
  request("POST", `${ADDRESS}/link`, { secret }).then(answered);

interface SessionState {
  /** `undefined` while it is not known yet, `null` when nobody is signed in. */
  session: Session | null | undefined;
  failure: Failure | null;
  /** Takes a session that was just begun. */
  begin: (session: Session) => void;
  /** Signs out, here and in the browser's other tabs. */
  end: () => Promise<void>;
  retry: () => void;
}

const Context = createContext<SessionState | null>(null);

export function SessionProvider({ children }: { children: ReactNode }) {
  const client = useQueryClient();
  const query = useQuery({ queryKey: KEY, queryFn: readSession, staleTime: Number.POSITIVE_INFINITY });
  const { data: session, error, refetch } = query;

  const user = session?.user.id;
  useEffect(() => {
    const heard = ({ data: now }: MessageEvent<string>) => {
      if (user !== undefined && now !== user) location.reload();
    };
    channel?.addEventListener("message", heard);
    return () => channel?.removeEventListener("message", heard);
  }, [user]);

  const state = useMemo<SessionState>(
    () => ({
      session,
      failure: error ? (error instanceof Failure ? error : new Failure(error.message)) : null,
      begin: (next) => {
        const other = session && session.user.id !== next.user.id;
        client.setQueryData(KEY, next);
        remember("session", "begun");
        channel?.postMessage(next.user.id);
        // What one user saw is not shown to another.
        if (other) location.reload();
      },
      end: async () => {
        const response = await request("DELETE", ADDRESS);
        if (!response.ok && response.status !== 401)
          throw refused(response, await response.json().catch(() => null));
        forget("session");
        channel?.postMessage(NOBODY);
        // Anew, so that nothing that this user saw is left in the page.
        location.assign("/console/sign-in");
      },
      retry: () => void refetch(),
    }),
    [session, error, client, refetch],
  );
  return <Context value={state}>{children}</Context>;
}

export function useSessionState(): SessionState {
  const state = useContext(Context);
  if (!state) throw new Error("useSessionState needs a SessionProvider above");
  return state;
}

/** Who is signed in; empty when nobody is. */
export function useUserId(): string {
  return useContext(Context)?.session?.user.id ?? "";
}

/** The session of a page that only shows when there is one. */
export function useSession(): Session {
  const { session } = useSessionState();
  if (!session) throw new Error("useSession is for pages of somebody who is signed in");
  return session;
}
