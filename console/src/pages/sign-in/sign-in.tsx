/** Signs in: with user and password, or with the one-time link whose secret stands behind `#`. */
import { useEffect, useRef, useState } from "react";
import { Redirect, useSearch } from "wouter";
import { Button } from "../../components/button";
import { FailureNote } from "../../components/failure";
import { FormLayout, TextField } from "../../components/field";
import { useTexts } from "../../language/language";
import { texts } from "../../language/texts";
import { type Session, signInWithLink, signInWithPassword, useSessionState } from "../../session/session";
import { Mark } from "../../shell/mark";
import { Preferences } from "../../shell/preferences";
import { recall, remember } from "../../state/remembered";
import classes from "./sign-in.module.css";

const words = texts({
  title: ["Sign in", "登录"],
  about: ["View services, call them, understand refusals.", "查看服务、调用服务，了解请求被拒绝的原因。"],
  user: ["User", "用户名"],
  password: ["Password", "密码"],
  domain: ["Domain", "账号"],
  domainHint: ["Optional if the server has only one.", "服务器只有一个账号时可不填。"],
  submit: ["Sign in", "登录"],
  first: [
    "The first time? On the server's machine, adyton console prints a link that signs you in.",
    "首次登录？在服务器所在的机器上执行 adyton console，会打印一个登录链接。",
  ],
  byLink: ["Signing in with your link…", "正在通过链接登录…"],
  linkSpent: [
    "The link is no longer valid: it works once, within five minutes. Ask for a new one, or use your password.",
    "该链接已失效：链接只能使用一次，有效期五分钟。请重新获取链接，或使用密码登录。",
  ],
});

/** Where to go afterwards: only ever a page of the console. */
export function nextPage(search: string): string {
  const next = new URLSearchParams(search).get("next") ?? "/";
  return next.startsWith("/") && !next.startsWith("//") && !next.includes("\\") ? next : "/";
}

export function SignIn() {
  const t = useTexts(words);
  const search = useSearch();
  const { session, begin } = useSessionState();
  const [user, setUser] = useState("");
  const [domain, setDomain] = useState(() => recall("domain") ?? "");
  const [password, setPassword] = useState("");
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const [entered, setEntered] = useState(false);
  const link = useLinkSecret();

  useEffect(() => {
    document.title = `${t.title} · Adyton`;
  }, [t]);

  const enter = async (signingIn: Promise<Session>) => {
    setBusy(true);
    setError(null);
    try {
      begin(await signingIn);
      setEntered(true);
    } catch (failure) {
      setError(failure);
    } finally {
      setBusy(false);
    }
  };
  const { secret, take } = link;
  const entering = useRef(enter);
  entering.current = enter;
  useEffect(() => {
    const taken = secret && take();
    if (taken) void entering.current(signInWithLink(taken));
  }, [secret, take]);

  // Who is signed in already and opens a link waits for what becomes of it.
  if (session && !busy && (entered || !secret)) return <Redirect to={nextPage(search)} replace />;
  const submit = () => {
    if (domain) remember("domain", domain);
    void enter(signInWithPassword({ user, password, ...(domain ? { domain } : {}) }));
  };
  return (
    <div className={classes.screen}>
      <main className={classes.card}>
        <Mark />
        <h1>{t.title}</h1>
        <p className={classes.about}>{secret && busy ? t.byLink : t.about}</p>
        <FormLayout label={t.title} onSubmit={submit}>
          <TextField
            label={t.user}
            name="user"
            autoComplete="username"
            value={user}
            onChange={setUser}
            autoFocus
            isRequired
          />
          <TextField
            label={t.password}
            name="password"
            type="password"
            autoComplete="current-password"
            value={password}
            onChange={setPassword}
            isRequired
          />
          <TextField
            label={t.domain}
            name="domain"
            autoComplete="organization"
            hint={t.domainHint}
            value={domain}
            onChange={setDomain}
          />
          {error !== null && <FailureNote error={error}>{secret && <p>{t.linkSpent}</p>}</FailureNote>}
          <Button type="submit" kind="primary" isPending={busy} isDisabled={!user || !password}>
            {t.submit}
          </Button>
        </FormLayout>
        <p className={classes.first}>{t.first}</p>
      </main>
      <Preferences />
    </div>
  );
}

/** The secret of a link, which leaves the address at once and is spent but once. */
function useLinkSecret(): { secret: string; take: () => string } {
  const [secret] = useState(() => window.location.hash.slice(1));
  const left = useRef(secret);
  useEffect(() => {
    if (secret) history.replaceState(history.state, "", window.location.pathname + window.location.search);
  }, [secret]);
  const [take] = useState(() => () => {
    const taken = left.current;
    left.current = "";
    return taken;
  });
  return { secret, take };
}
