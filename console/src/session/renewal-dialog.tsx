/** Signs in again above whatever is open, so that nothing that was typed is lost. */
import { useEffect, useState } from "react";
import { Button } from "../components/button";
import { Dialog } from "../components/dialog";
import { FailureNote } from "../components/failure";
import { FormActions, FormLayout, TextField } from "../components/field";
import { useTexts } from "../language/language";
import { filled, texts } from "../language/texts";
import { listenForRenewal, settleRenewal } from "./renewal";
import { signInWithPassword, useSession, useSessionState } from "./session";

const words = texts({
  title: ["Your session has ended", "会话已过期"],
  about: filled(
    (user: string) => `Sign in again as ${user} to continue. Your input is kept.`,
    (user: string) => `请以 ${user} 的身份重新登录以继续操作，已输入的内容不会丢失。`,
  ),
  password: ["Password", "密码"],
  signIn: ["Sign in and continue", "登录并继续"],
  leave: ["Sign in as another user", "使用其他用户登录"],
});

export function RenewalDialog() {
  const t = useTexts(words);
  const { user, domain } = useSession();
  const { begin } = useSessionState();
  const [open, setOpen] = useState(false);
  const [password, setPassword] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);

  useEffect(() => listenForRenewal(setOpen), []);

  const submit = async () => {
    setBusy(true);
    setError(null);
    try {
      begin(await signInWithPassword({ domain: domain.name, user: user.name, password }));
      setPassword("");
      settleRenewal(true);
    } catch (failure) {
      setError(failure);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog title={t.title} isOpen={open} onClose={() => settleRenewal(false)} keeps>
      <p>{t.about(user.name)}</p>
      <FormLayout label={t.title} onSubmit={() => void submit()}>
        <TextField
          label={t.password}
          type="password"
          autoComplete="current-password"
          value={password}
          onChange={setPassword}
          autoFocus
        />
        {error !== null && <FailureNote error={error} />}
        <FormActions>
          <Button kind="quiet" onPress={() => location.assign("/console/sign-in")}>
            {t.leave}
          </Button>
          <Button type="submit" kind="primary" isPending={busy} isDisabled={!password}>
            {t.signIn}
          </Button>
        </FormActions>
      </FormLayout>
    </Dialog>
  );
}
