/** Changes one's own password. That ends all sessions, this one too: the page signs in again with the new one at once. */
import { useState } from "react";
import { api, ask } from "../../api/client";
import { asFailure } from "../../api/failure";
import { Button } from "../../components/button";
import { FailureNote } from "../../components/failure";
import { FormActions, FormLayout, TextField } from "../../components/field";
import { Section } from "../../components/page";
import { tell } from "../../components/toast";
import { useTexts } from "../../language/language";
import { texts } from "../../language/texts";
import { signInWithPassword, useSession, useSessionState } from "../../session/session";
import classes from "./credentials.module.css";

const words = texts({
  title: ["Password", "密码"],
  about: [
    "All your other sessions and tokens end with the old password. Access keys stay.",
    "修改密码后，您的其他会话与令牌将全部失效；访问密钥不受影响。",
  ],
  old: ["Present password", "当前密码"],
  wrong: ["This is not your present password.", "当前密码不正确。"],
  next: ["New password", "新密码"],
  hint: ["8 to 128 characters", "8 到 128 个字符"],
  again: ["New password, again", "再次输入新密码"],
  apart: ["The two are not the same.", "两次输入不一致。"],
  submit: ["Change the password", "修改密码"],
  done: ["The password was changed.", "密码已修改。"],
});

export function Password() {
  const t = useTexts(words);
  const { user, domain } = useSession();
  const { begin } = useSessionState();
  const [old, setOld] = useState("");
  const [next, setNext] = useState("");
  const [again, setAgain] = useState("");
  const [faults, setFaults] = useState<{ old?: string; next?: string; again?: string }>({});
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const submit = async () => {
    setError(null);
    const length = [...next].length;
    const found = {
      ...(length < 8 || length > 128 ? { next: t.hint } : {}),
      ...(again !== next ? { again: t.apart } : {}),
    };
    setFaults(found);
    if (Object.keys(found).length > 0) return;
    setBusy(true);
    try {
      await ask(
        api.POST("/v3/users/{user_id}/password", {
          params: { path: { user_id: user.id } },
          body: { user: { original_password: old, password: next } },
        }),
      );
      begin(await signInWithPassword({ domain: domain.name, user: user.name, password: next }));
      for (const clear of [setOld, setNext, setAgain]) clear("");
      tell(t.done);
    } catch (failure) {
      if (asFailure(failure).reason.endsWith("wrong_password")) setFaults({ old: t.wrong });
      else setError(failure);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Section title={t.title} about={t.about}>
      <div className={classes.form}>
        <FormLayout label={t.title} onSubmit={() => void submit()}>
          <TextField
            label={t.old}
            type="password"
            autoComplete="current-password"
            value={old}
            onChange={setOld}
            error={faults.old}
          />
          <TextField
            label={t.next}
            hint={t.hint}
            type="password"
            autoComplete="new-password"
            value={next}
            onChange={setNext}
            error={faults.next}
          />
          <TextField
            label={t.again}
            type="password"
            autoComplete="new-password"
            value={again}
            onChange={setAgain}
            error={faults.again}
          />
          {error !== null && <FailureNote error={error} />}
          <FormActions>
            <Button type="submit" kind="primary" isPending={busy} isDisabled={!old || !next || !again}>
              {t.submit}
            </Button>
          </FormActions>
        </FormLayout>
      </div>
    </Section>
  );
}
