/** Changes one's own password. That ends all sessions, this one too: the page signs in again with the new one at once. */
import { api, ask } from "../../api/client";
import { TextField } from "../../components/field";
import { FormBody, useForm } from "../../components/form";
import { Section } from "../../components/page";
import { tell } from "../../components/toast";
import { useTexts } from "../../language/language";
import { texts } from "../../language/texts";
import { signInWithPassword, useSession, useSessionState } from "../../session/session";
import { usePasswordRule } from "../users/password-rule";
import classes from "./credentials.module.css";

const words = texts({
  title: ["Password", "密码"],
  about: [
    "This ends your other sessions and tokens. Access keys stay valid.",
    "修改密码后，您的其他会话与令牌将全部失效；访问密钥不受影响。",
  ],
  old: ["Current password", "当前密码"],
  wrong: ["This is not your current password.", "当前密码不正确。"],
  next: ["New password", "新密码"],
  again: ["Repeat the new password", "确认新密码"],
  apart: ["The passwords do not match.", "两次输入的密码不一致。"],
  submit: ["Change the password", "修改密码"],
  done: ["The password was changed.", "密码已修改。"],
});

export function Password() {
  const t = useTexts(words);
  const { rule, faultOf } = usePasswordRule();
  const { user, domain } = useSession();
  const { begin } = useSessionState();
  const form = useForm(
    { old: "", next: "", again: "" },
    {
      check: ({ next, again }) => ({ next: faultOf(next), again: again === next ? "" : t.apart }),
      send: async ({ old, next }) => {
        await ask(
          api.POST("/v3/users/{user_id}/password", {
            params: { path: { user_id: user.id } },
            body: { user: { original_password: old, password: next } },
          }),
        );
        begin(await signInWithPassword({ domain: domain.name, user: user.name, password: next }));
        tell(t.done);
      },
      faultsOf: ({ reason }) => (reason.endsWith("wrong_password") ? { old: t.wrong } : null),
    },
  );
  const { old, next, again } = form.values;
  return (
    <Section title={t.title} about={t.about}>
      <div className={classes.form}>
        <FormBody form={form} label={t.title} deed={t.submit} isReady={Boolean(old && next && again)}>
          <TextField label={t.old} type="password" autoComplete="current-password" {...form.field("old")} />
          <TextField
            label={t.next}
            hint={rule}
            type="password"
            autoComplete="new-password"
            {...form.field("next")}
          />
          <TextField label={t.again} type="password" autoComplete="new-password" {...form.field("again")} />
        </FormBody>
      </div>
    </Section>
  );
}
